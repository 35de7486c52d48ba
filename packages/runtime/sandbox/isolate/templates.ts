/**
 * Owns turning templates into functions of a scope, compiled once per program. An error becomes a
 * Failure that names node, parameter and expression. Does not know steps or units.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Template } from '@rondo/core/model/plan.ts';
import { define, freezeData, messageOf, toData } from './data.ts';
import { callFunction, functionNamed, hasFunction } from './library.ts';
import { SCOPE_MEMBERS, type Scope } from './scope.ts';

export type Evaluate<T = Json> = (scope: Scope) => T;

/** Where a template stands, for messages. */
export interface Place {
  node: string | null;
  parameter: string;
}

/**
 * Texts that may change a value in place get copies. A text can hide it from this look; then the
 * change stays within its own unit, as everything that units share is frozen.
 */
const CHANGES = new RegExp(
  [
    '\\b(?:sort|reverse|push|pop|shift|unshift|splice|fill|copyWithin|assign|defineProperty|defineProperties|set)\\b',
    '\\b(?:setPrototypeOf|delete)\\b',
    '(?:^|[^=!<>])=(?![=>])|(?:<<|>>)=|\\+\\+|--',
  ].join('|'),
);

interface Code {
  code: string;
  source: string;
  names: string[];
}

function expressionFailure(place: Place, source: string, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const where = place.node === null ? place.parameter : `Node ${place.node}, parameter ${place.parameter}`;
  return new FailureError(
    failure('expression-failed', `${where}: {{ ${source} }} failed: ${messageOf(error)}`, {
      ...(place.node === null ? {} : { node: place.node }),
      data: { parameter: place.parameter, expression: source },
    }),
  );
}

const identifier = /^[$\w]+$/;

/** Places where the values of names come from, as source text of a function of the scope `s`. */
export function nameSource(name: string): string {
  if (SCOPE_MEMBERS.has(name)) return name === '$' ? 's.$' : `s.${name}`;
  if (hasFunction(name)) return `library(${JSON.stringify(name)})`;
  return `s.extra(${JSON.stringify(name)})`;
}

/** Names that are passed in; the language's own are found without help. */
export function passedNames(names: readonly string[]): string[] {
  return [...new Set(names)].filter(
    (name) =>
      identifier.test(name) &&
      name !== '$fn' &&
      (SCOPE_MEMBERS.has(name) || hasFunction(name) || !(name in globalThis)),
  );
}

/** The value of one expression as it is. */
function compileCode({ code, source, names }: Code, place: Place): Evaluate<unknown> {
  const passed = passedNames(names);
  try {
    const inner = new Function('$fn', ...passed, `"use strict"; return (${code}\n);`) as (
      ...values: unknown[]
    ) => unknown;
    const body = `inner(${['call', ...passed.map(nameSource)].join(', ')})`;
    const run = CHANGES.test(source)
      ? `s.copies = true; try { return ${body}; } finally { s.copies = false; }`
      : `return ${body};`;
    return new Function('inner', 'call', 'library', `"use strict"; return function (s) { ${run} };`)(
      inner,
      callFunction,
      functionNamed,
    ) as Evaluate<unknown>;
  } catch (error) {
    const broken = expressionFailure(place, source, error);
    return () => {
      throw broken;
    };
  }
}

function compileExpression(part: Code, place: Place): Evaluate {
  const run = compileCode(part, place);
  return (scope) => {
    try {
      const value = run(scope);
      return typeof value === 'string' ? value : toData(value);
    } catch (error) {
      throw expressionFailure(place, part.source, error);
    }
  };
}

/** A value inside text: nothing for null and undefined, ISO text for dates, else JavaScript's own text. */
function inText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (typeof value === 'function' || typeof value === 'symbol') toData(value);
  return String(value);
}

function compilePart(part: string | Code, place: Place): Evaluate<string> {
  if (typeof part === 'string') return () => part;
  const run = compileCode(part, place);
  return (scope) => {
    try {
      return inText(run(scope));
    } catch (error) {
      throw expressionFailure(place, part.source, error);
    }
  };
}

/** One object literal whose members are computed; the literal form gives all results one shape. */
function compileObject(entries: readonly (readonly [string, Evaluate])[]): Evaluate {
  if (entries.length > 100) {
    return (scope) => {
      const value: Record<string, Json> = {};
      for (const [name, run] of entries) define(value, name, run(scope));
      return value;
    };
  }
  // As a plain key `__proto__` would set the prototype.
  const key = (name: string): string => (name === '__proto__' ? '["__proto__"]' : JSON.stringify(name));
  const members = entries.map(([name], i) => `${key(name)}: f${i}(s)`);
  const names = entries.map((_, i) => `f${i}`);
  return new Function(...names, `"use strict"; return function (s) { return { ${members.join(', ')} }; };`)(
    ...entries.map(([, run]) => run),
  ) as Evaluate;
}

export function compileTemplate(template: Template, place: Place): Evaluate {
  const inner = (key: string | number): Place => ({ ...place, parameter: `${place.parameter}.${key}` });
  switch (template.kind) {
    case 'literal': {
      const value = freezeData(template.value);
      return () => value;
    }
    case 'expression':
      return compileExpression(template, place);
    case 'text': {
      const parts = template.parts.map((part) => compilePart(part, place));
      return (scope) => {
        let text = '';
        for (let i = 0; i < parts.length; i += 1) text += (parts[i] as Evaluate<string>)(scope);
        return text;
      };
    }
    case 'object':
      return compileObject(
        template.entries.map(([key, member]) => [key, compileTemplate(member, inner(key))] as const),
      );
    case 'list': {
      const items = template.items.map((item, i) => compileTemplate(item, inner(i)));
      return (scope) => items.map((item) => item(scope));
    }
  }
}

/** An object of templates; constant ones are evaluated once. */
export function compileParameters(
  templates: readonly (readonly [string, Template])[],
  place: { node: string | null; parameter?: string },
): Evaluate<Record<string, Json>> {
  const entries = templates.map(([name, template]) => {
    const parameter = place.parameter === undefined ? name : `${place.parameter}.${name}`;
    return [name, compileTemplate(template, { node: place.node, parameter })] as const;
  });
  const run = compileObject(entries) as Evaluate<Record<string, Json>>;
  if (templates.some(([, template]) => template.kind !== 'literal')) return run;
  const fixed = freezeData(run(null as unknown as Scope));
  return () => fixed;
}

/** Truth of a condition; text templates say `false` as text. */
export function isTrue(value: Json): boolean {
  return value !== 'false' && Boolean(value);
}
