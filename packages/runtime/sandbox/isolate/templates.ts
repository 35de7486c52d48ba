/**
 * Owns turning templates into functions of a scope, compiled once per program. What a part of text yields is the
 * dialect's. Does not know steps or units.
 */
import type { Json } from '@rondo/core/model/item.ts';
import type { Code, Template } from '@rondo/core/model/plan.ts';
import { define, freezeData } from './data.ts';
import type { IsolateDialect, Names } from './dialects/dialect.ts';
import { callFunction, functionNamed } from './library.ts';
import type { Scope } from './scope.ts';

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

/** An expression as a function of the scope. Throws what the text makes it throw, here or when it is called. */
export function bind({ code, source, names: used }: Code, names: Names): Evaluate<unknown> {
  const passed = names.passed(used);
  const inner = new Function('$fn', ...passed, `"use strict"; return (${code}\n);`) as (
    ...values: unknown[]
  ) => unknown;
  const body = `inner(${['call', ...passed.map(names.source)].join(', ')})`;
  const run = CHANGES.test(source)
    ? `s.copies = true; try { return ${body}; } finally { s.copies = false; }`
    : `return ${body};`;
  return new Function('inner', 'call', 'library', `"use strict"; return function (s) { ${run} };`)(
    inner,
    names.call ?? callFunction,
    functionNamed,
  ) as Evaluate<unknown>;
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

const fixed =
  (part: string): Evaluate<string> =>
  () =>
    part;

export function compileTemplate(template: Template, place: Place, dialect: IsolateDialect): Evaluate {
  const inner = (key: string | number): Place => ({ ...place, parameter: `${place.parameter}.${key}` });
  switch (template.kind) {
    case 'literal': {
      const value = freezeData(template.value);
      return () => value;
    }
    case 'expression':
      return dialect.expression(template, place);
    case 'text': {
      const parts = template.parts.map((part) => (typeof part === 'string' ? fixed(part) : dialect.text(part, place)));
      return (scope) => {
        let text = '';
        for (let i = 0; i < parts.length; i += 1) text += (parts[i] as Evaluate<string>)(scope);
        return text;
      };
    }
    case 'object':
      return compileObject(
        template.entries.map(([key, member]) => [key, compileTemplate(member, inner(key), dialect)] as const),
      );
    case 'list': {
      const items = template.items.map((item, i) => compileTemplate(item, inner(i), dialect));
      return (scope) => items.map((item) => item(scope));
    }
  }
}

/** An object of templates; constant ones are evaluated once. */
export function compileParameters(
  templates: readonly (readonly [string, Template])[],
  place: { node: string | null; parameter?: string },
  dialect: IsolateDialect,
): Evaluate<Record<string, Json>> {
  const entries = templates.map(([name, template]) => {
    const parameter = place.parameter === undefined ? name : `${place.parameter}.${name}`;
    return [name, compileTemplate(template, { node: place.node, parameter }, dialect)] as const;
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
