/**
 * Owns the parameters of one node: checked against the node type's specs, defaults filled in,
 * templates compiled. Does not evaluate anything.
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import { codeReads } from '../expression/code.ts';
import { compileParameter } from '../expression/compile.ts';
import { rulesOf, type NamesAt } from '../expression/dialect.ts';
import type { Dialect, NodeDefinition } from '../model/definition.ts';
import type { Json } from '../model/item.ts';
import type { NodeType, ParameterSpec } from '../model/node-type.ts';
import type { LoopTemplates, Reference, Template } from '../model/plan.ts';
import { parseDuration } from '../model/duration.ts';
import { describe, isObject, nearest } from '../model/shape.ts';
import { checkTemplate } from '../template/index.ts';

type Path = (string | number)[];

export interface Compiled {
  params: Record<string, Template>;
  itemParams: Record<string, Template>;
  rawParams: Record<string, Json>;
  loopTemplates: LoopTemplates;
  skipWhen?: Template;
  references: Reference[];
  /** Scope names used; `$loop.previous` when the iteration before is read. */
  names: string[];
}

export interface Place {
  path: Path;
  node: string;
  visible: ReadonlySet<string>;
  dialect: Dialect;
}

const hasTemplate = (value: Json): boolean => typeof value === 'string' && value.includes('{{');

/** Collects what all templates of a node use. */
class Uses {
  readonly references = new Map<string, Set<Reference['uses'][number]>>();
  readonly names = new Set<string>();

  template(value: Json, at: Path, place: Place, out: Diagnostic[], where: keyof NamesAt = 'always'): Template {
    const { dialect, node, visible } = place;
    const names = rulesOf(dialect).names[where];
    const compiled = compileParameter(value, { path: at, node, dialect, names, nodes: visible });
    out.push(...compiled.diagnostics);
    for (const reference of compiled.references) {
      const uses = this.references.get(reference.node) ?? new Set();
      for (const use of reference.uses) uses.add(use);
      this.references.set(reference.node, uses);
    }
    for (const name of compiled.names) this.names.add(name);
    if (readsPrevious(compiled.template)) this.names.add('$loop.previous');
    return compiled.template;
  }

  list(): Reference[] {
    return [...this.references].map(([node, uses]) => ({ node, uses: [...uses] }));
  }
}

/** `$loop.previous`, or `$loop` in a way that hides which member is read. */
function readsPrevious(template: Template): boolean {
  switch (template.kind) {
    case 'literal':
      return false;
    case 'expression':
      return previousInCode(template.source);
    case 'text':
      return template.parts.some((part) => typeof part !== 'string' && previousInCode(part.source));
    case 'object':
      return template.entries.some(([, value]) => readsPrevious(value));
    case 'list':
      return template.items.some(readsPrevious);
  }
}

function previousInCode(source: string): boolean {
  for (const match of source.matchAll(/\$loop\b\s*(\??\.\s*(\w+))?/g)) {
    if (match[2] === undefined || match[2] === 'previous') return true;
  }
  return false;
}

/** The templates of one node. Mistakes go to `out`. */
export function compileParameters(node: NodeDefinition, type: NodeType, place: Place, out: Diagnostic[]): Compiled {
  const given = node.with ?? {};
  const uses = new Uses();
  const params: Record<string, Template> = {};
  const itemParams: Record<string, Template> = {};
  const rawParams: Record<string, Json> = {};
  const path = [...place.path, 'with'];
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(type.parameters, key)) {
      const near = nearest(key, Object.keys(type.parameters));
      out.push(
        diagnostic(
          'unknown-field',
          [...path, key],
          `A ${type.type} node has no parameter ${key}.${near ? ` Did you mean ${near}?` : ` It has ${Object.keys(type.parameters).join(', ') || 'none'}.`}`,
          { node: place.node },
        ),
      );
    }
  }
  for (const [key, spec] of Object.entries(type.parameters)) {
    const value = Object.hasOwn(given, key) ? given[key] : spec.default;
    if (value === undefined) {
      if (spec.required) {
        out.push(
          diagnostic(
            'missing-field',
            path.slice(0, Object.hasOwn(node, 'with') ? undefined : -1),
            `${place.node} (${type.type}) needs the parameter ${key}: ${spec.description}`,
            { node: place.node },
          ),
        );
      }
      continue;
    }
    if (Object.hasOwn(given, key)) checkValue(value, spec, [...path, key], place.node, out);
    if (spec.jinja && typeof value === 'string') checkJinja(value, key, [...path, key], place.node, out);
    if (spec.evaluate === 'never') {
      rawParams[key] = value;
      // Compiled all the same, so that mistakes show before the run.
      if (!spec.jinja) uses.template(value, [...path, key], place, out, 'page');
    } else if (spec.jinja || spec.type === 'code') params[key] = { kind: 'literal', value };
    else (spec.evaluate === 'item' ? itemParams : params)[key] = uses.template(value, [...path, key], place, out);
  }
  const loopTemplates = compileLoop(node, place, uses, out);
  const skipWhen =
    node.skipWhen === undefined
      ? {}
      : { skipWhen: uses.template(node.skipWhen, [...place.path, 'skipWhen'], place, out) };
  // Code sees every scope name; which nodes it reads is found by text, as its body is not an expression.
  for (const [key, spec] of Object.entries(type.parameters)) {
    const text = given[key];
    if (typeof text === 'string' && (spec.type === 'code' || spec.jinja)) scanText(text, place, uses);
  }
  return { params, itemParams, rawParams, loopTemplates, ...skipWhen, references: uses.list(), names: [...uses.names] };
}

function checkJinja(text: string, key: string, path: (string | number)[], node: string, out: Diagnostic[]): void {
  const wrong = checkTemplate(text);
  if (wrong === null) return;
  const message = `The template ${key} of ${node}, line ${wrong.line}: ${wrong.message}`;
  out.push(diagnostic('template-syntax', path, message, { node }));
}

function compileLoop(node: NodeDefinition, place: Place, uses: Uses, out: Diagnostic[]): LoopTemplates {
  const section = node.loop ?? {};
  const templates: LoopTemplates = {};
  const at = [...place.path, 'loop'];
  for (const key of ['over', 'stopWhen', 'while', 'until', 'times', 'give'] as const) {
    if (section[key] !== undefined) templates[key] = uses.template(section[key], [...at, key], place, out);
  }
  if (section.fallback !== undefined) {
    templates.fallback = uses.template(section.fallback, [...at, 'fallback'], place, out, 'failure');
  }
  if (section.retry?.when !== undefined) {
    templates.retryWhen = uses.template(section.retry.when, [...at, 'retry', 'when'], place, out, 'failure');
  }
  for (const key of ['state', 'update'] as const) {
    const map = section[key];
    if (map !== undefined) {
      templates[key] = Object.entries(map).map(([name, value]) => [
        name,
        uses.template(value, [...at, key, name], place, out),
      ]);
    }
  }
  return templates;
}

/** References of code and Jinja text: `$('node')`, and `$loop.previous`. */
function scanText(text: string, { visible, dialect }: Place, uses: Uses): void {
  const reads = dialect === 'n8n' ? codeReads(text, dialect, visible) : null;
  if (reads !== null) {
    for (const [node, use] of reads.uses) uses.references.set(node, (uses.references.get(node) ?? new Set()).add(use));
    for (const name of reads.names) uses.names.add(name);
    return;
  }
  for (const match of text.matchAll(/\$\(\s*(["'`])((?:(?!\1).)*)\1\s*\)/g)) {
    const id = match[2] as string;
    if (visible.has(id)) uses.references.set(id, new Set(['all']));
  }
  if (/\$input\b/.test(text)) uses.names.add('$input');
  if (/\$loop\b/.test(text) && previousInCode(text)) uses.names.add('$loop.previous');
}

function checkValue(value: Json, spec: ParameterSpec, path: Path, node: string, out: Diagnostic[]): void {
  if (hasTemplate(value)) return;
  const wrong = (expected: string): void => {
    out.push(
      diagnostic('wrong-type', path, `${path.slice(-1)[0]} must be ${expected}, not ${describe(value)}.`, { node }),
    );
  };
  switch (spec.type) {
    case 'string':
    case 'code':
      if (typeof value !== 'string') return wrong('text');
      break;
    case 'number':
      if (typeof value !== 'number') return wrong('a number');
      break;
    case 'integer':
      if (!Number.isInteger(value)) return wrong('a whole number');
      break;
    case 'boolean':
      if (typeof value !== 'boolean') return wrong('true or false');
      break;
    case 'duration':
      if (parseDuration(value) === null) return wrong('a duration such as 250ms, 30s or 5m');
      break;
    case 'object':
      if (!isObject(value)) return wrong('an object');
      break;
    case 'list':
      if (!Array.isArray(value)) return wrong('a list');
      break;
    case 'any':
      break;
  }
  if (spec.enum !== undefined && !spec.enum.includes(value as string)) {
    const near = typeof value === 'string' ? nearest(value, spec.enum.map(String)) : null;
    out.push(
      diagnostic(
        'bad-value',
        path,
        `${path.slice(-1)[0]} must be one of ${spec.enum.join(', ')}, not ${describe(value)}.${near ? ` Did you mean ${near}?` : ''}`,
        { node },
      ),
    );
  }
  if (
    typeof value === 'number' &&
    ((spec.min !== undefined && value < spec.min) || (spec.max !== undefined && value > spec.max))
  ) {
    out.push(
      diagnostic(
        'bad-value',
        path,
        `${path.slice(-1)[0]} must be from ${spec.min ?? '-'} to ${spec.max ?? '-'}, not ${value}.`,
        { node },
      ),
    );
  }
  if (spec.fields === undefined) return;
  const objects =
    spec.type === 'list' && Array.isArray(value)
      ? value.map((v, i) => [v, [...path, i]] as const)
      : [[value, path] as const];
  for (const [object, at] of objects) {
    if (!isObject(object)) {
      if (!hasTemplate(object))
        out.push(
          diagnostic('wrong-type', [...at], `${at.slice(-1)[0]} must be an object, not ${describe(object)}.`, { node }),
        );
      continue;
    }
    for (const key of Object.keys(object)) {
      const field = Object.hasOwn(spec.fields, key) ? spec.fields[key] : undefined;
      if (field !== undefined) checkValue(object[key] as Json, field, [...at, key], node, out);
      else {
        const near = nearest(key, Object.keys(spec.fields));
        out.push(
          diagnostic(
            'unknown-field',
            [...at, key],
            `There is no field ${key} here.${near ? ` Did you mean ${near}?` : ` Fields: ${Object.keys(spec.fields).join(', ')}.`}`,
            { node },
          ),
        );
      }
    }
    for (const [key, field] of Object.entries(spec.fields)) {
      if (field.required && !Object.hasOwn(object, key))
        out.push(diagnostic('missing-field', [...at], `${at.slice(-1)[0]} needs the field ${key}.`, { node }));
    }
  }
}
