/**
 * Owns compile: Definition to Plan, or every diagnostic at once. Pure.
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import { compileParameter } from '../expression/compile.ts';
import { rulesOf } from '../expression/dialect.ts';
import type { After, Definition, NodeDefinition } from '../model/definition.ts';
import { parseDuration } from '../model/duration.ts';
import { resolveLimits } from '../model/limits.ts';
import type { NodeRegistry } from '../model/node-type.ts';
import { pinsIn } from '../model/pins.ts';
import type { Plan, PlanInput } from '../model/plan.ts';
import { splitSource } from './graph.ts';
import { levelRegion, type Compilation } from './region.ts';
import { walkRegion } from './walk.ts';

export interface CompileOptions {
  /** Nodes whose output is given from outside, besides those of the file; they are not run. */
  pins?: ReadonlySet<string>;
}

export function compile(
  definition: Definition,
  registry: NodeRegistry,
  options: CompileOptions = {},
): { plan: Plan | null; diagnostics: Diagnostic[] } {
  const out: Diagnostic[] = [];
  const limits = resolveLimits(definition.settings?.limits);
  const { flow, order, strict = false } = definition.settings ?? {};
  const byItem = flow === 'item' && order === undefined ? itemFlow(definition.nodes, registry) : null;
  const nodes = byItem?.nodes ?? definition.nodes;
  const ids = duplicateIds(definition.nodes, out);
  if (Object.keys(nodes).length === 0) out.push(diagnostic('empty-body', ['nodes'], 'The workflow has no nodes.'));
  const asked = options.pins ?? new Set();
  const pins = new Set([...asked, ...pinsIn(definition.nodes).keys()]);
  const dialect = definition.settings?.dialect ?? 'native';
  const c: Compilation = { registry, dialect, limits, out, pins, titles: {}, depth: 0, around: [] };
  for (const pin of asked) {
    if (!ids.has(pin))
      out.push(diagnostic('unknown-node', ['nodes'], `--pin names ${pin}, but there is no such node.`));
  }
  const top = new Set(Object.keys(nodes));
  // Flows of Windmill read steps inside loops too: what they gave last.
  const level = { nodes, path: ['nodes'], visible: dialect === 'openflow' ? ids : top };
  const root =
    order === undefined ? levelRegion(c, '', level, undefined) : walkRegion(c, level, order, strict, definition.layout);
  let output: Plan['output'] = null;
  let outputReferences: Plan['outputReferences'] = [];
  if (definition.output !== undefined) {
    const names = rulesOf(dialect).names.always;
    const compiled = compileParameter(definition.output, { path: ['output'], dialect, names, nodes: top });
    out.push(...compiled.diagnostics);
    output = compiled.template;
    outputReferences = compiled.references;
  }
  if (byItem !== null) for (const one of out) one.path = asWritten(one.path, byItem.id);
  const timezone = definition.settings?.timezone ?? 'UTC';
  const timeout = definition.settings?.timeout;
  if (out.some((d) => d.severity === 'error')) return { plan: null, diagnostics: out };
  const plan: Plan = {
    id: definition.id ?? null,
    name: definition.name,
    scope: dialect,
    root,
    output,
    outputReferences,
    inputs: inputs(definition),
    constants: definition.constants ?? null,
    conversation: conversation(definition),
    limits,
    timezone,
    timeoutMs: timeout === undefined ? null : parseDuration(timeout),
    titles: c.titles,
  };
  return { plan, diagnostics: out };
}

function inputs(definition: Definition): Record<string, PlanInput> {
  const fields: Record<string, PlanInput> = {};
  for (const [name, field] of Object.entries(definition.inputs ?? {})) {
    fields[name] = {
      type: field.type ?? 'any',
      required: field.required ?? false,
      ...(field.default === undefined ? {} : { default: field.default }),
      ...(field.enum === undefined ? {} : { enum: field.enum }),
      ...(field.maxLength === undefined ? {} : { maxLength: field.maxLength }),
    };
  }
  return fields;
}

function conversation(definition: Definition): Plan['conversation'] {
  if (definition.conversation === undefined) return null;
  return Object.fromEntries(
    Object.entries(definition.conversation).map(([name, field]) => [name, field.default ?? null]),
  );
}

/** Node ids are unique in the whole workflow, because `$('id')` and step paths name them. */
function duplicateIds(nodes: Record<string, NodeDefinition>, out: Diagnostic[]): Set<string> {
  const seen = new Set<string>();
  const visit = (level: Record<string, NodeDefinition>, path: (string | number)[]): void => {
    for (const [id, node] of Object.entries(level)) {
      if (seen.has(id)) {
        out.push(
          diagnostic('bad-value', [...path, id], `Two nodes have the id ${id}; ids are unique in the workflow.`, {
            node: id,
          }),
        );
      }
      seen.add(id);
      if (node.body !== undefined) visit(node.body, [...path, id, 'body']);
    }
  };
  visit(nodes, ['nodes']);
  return seen;
}

/**
 * `flow: item`: everything after the triggers becomes the body of one For Each, so each item
 * walks the whole chain before the next one starts. Null when there is nothing after them.
 */
function itemFlow(
  nodes: Record<string, NodeDefinition>,
  registry: NodeRegistry,
): { nodes: Record<string, NodeDefinition>; id: string } | null {
  const isTrigger = (node: NodeDefinition): boolean => registry.get(node.type)?.group === 'trigger';
  const triggers = Object.entries(nodes).filter(([, node]) => isTrigger(node));
  const names = new Set(triggers.map(([id]) => id));
  const body: Record<string, NodeDefinition> = {};
  for (const [id, node] of Object.entries(nodes)) {
    if (names.has(id)) continue;
    const { after, ...rest } = node;
    const inside = after === undefined ? undefined : withoutSources(after, names, nodes);
    body[id] = inside === undefined ? rest : { ...rest, after: inside };
  }
  if (Object.keys(body).length === 0) return null;
  let id = 'flow';
  while (Object.hasOwn(nodes, id)) id += '-items';
  const loop: NodeDefinition = {
    type: 'for-each',
    ...(triggers.length > 0 ? { after: triggers.map(([name]) => name) } : {}),
    body,
  };
  return { nodes: { ...Object.fromEntries(triggers), [id]: loop }, id };
}

/** The connections that come from other nodes; undefined when none is left. */
function withoutSources(
  after: After,
  names: ReadonlySet<string>,
  nodes: Record<string, NodeDefinition>,
): After | undefined {
  if (typeof after === 'string') return withoutSources([after], names, nodes);
  if (Array.isArray(after)) {
    const left = after.filter((one) => !names.has(splitSource(one, nodes)[0]));
    return left.length === 0 ? undefined : left;
  }
  const ports = Object.entries(after).flatMap(([port, from]): [string, string | string[]][] => {
    const left = withoutSources(from, names, nodes);
    return left === undefined ? [] : [[port, left as string[]]];
  });
  return ports.length === 0 ? undefined : Object.fromEntries(ports);
}

/** Where the author wrote what stands inside the For Each that `flow: item` made. */
function asWritten(path: (string | number)[], loop: string): (string | number)[] {
  return path[0] === 'nodes' && path[1] === loop && path[2] === 'body' ? ['nodes', ...path.slice(3)] : path;
}
