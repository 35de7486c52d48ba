/**
 * Owns a validator for the part of JSON Schema that scripts/schema.ts uses, for tests. A keyword
 * that it does not know is an error, so nothing is passed over.
 */
import type { Schema } from '../scripts/schema.ts';

type Rule = (value: unknown, argument: never, schema: Schema, at: string) => string[];

const KEYWORDS = new Set(['$schema', '$defs', 'title', 'description', 'default', 'then', 'required']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function hasType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What is wrong with `value`, as lines; empty when it fits. */
export function problems(root: Schema, value: unknown): string[] {
  const resolve = (reference: string): Schema => {
    let found: unknown = root;
    for (const key of reference.replace('#/', '').split('/')) found = (found as Schema)[key];
    return found as Schema;
  };
  const check = (schema: Schema, v: unknown, at: string): string[] => {
    const found: string[] = [];
    for (const [keyword, argument] of Object.entries(schema)) {
      if (KEYWORDS.has(keyword)) continue;
      const rule = RULES[keyword];
      if (rule === undefined) throw new Error(`keyword ${keyword} is not known to this validator`);
      found.push(...rule(v, argument as never, schema, at));
    }
    if (isObject(v)) {
      for (const name of (schema.required as string[] | undefined) ?? []) {
        if (!Object.hasOwn(v, name)) found.push(`${at}: ${name} is missing`);
      }
    }
    return found;
  };
  const RULES: Record<string, Rule> = {
    $ref: (v, reference: string, _s, at) => check(resolve(reference), v, at),
    type: (v, type: string, _s, at) => (hasType(v, type) ? [] : [`${at}: not ${type}`]),
    const: (v, wanted: unknown, _s, at) => (same(v, wanted) ? [] : [`${at}: not ${String(wanted)}`]),
    enum: (v, allowed: unknown[], _s, at) =>
      allowed.some((one) => same(one, v)) ? [] : [`${at}: not one of ${allowed.join(', ')}`],
    minimum: (v, least: number, _s, at) => (typeof v !== 'number' || v >= least ? [] : [`${at}: less than ${least}`]),
    maximum: (v, most: number, _s, at) => (typeof v !== 'number' || v <= most ? [] : [`${at}: more than ${most}`]),
    pattern: (v, source: string, _s, at) =>
      typeof v !== 'string' || new RegExp(source).test(v) ? [] : [`${at}: does not fit ${source}`],
    items: (v, item: Schema, _s, at) =>
      Array.isArray(v) ? v.flatMap((one, i) => check(item, one, `${at}[${i}]`)) : [],
    anyOf: (v, options: Schema[], _s, at) => {
      const each = options.map((option) => check(option, v, at));
      return each.some((list) => list.length === 0) ? [] : [`${at}: fits no alternative (${each.flat().join('; ')})`];
    },
    allOf: (v, all: Schema[], _s, at) => all.flatMap((one) => check(one, v, at)),
    if: (v, condition: Schema, schema, at) =>
      check(condition, v, at).length === 0 ? check(schema.then as Schema, v, at) : [],
    properties: (v, properties: Record<string, Schema>, _s, at) =>
      isObject(v)
        ? Object.entries(properties).flatMap(([name, one]) =>
            Object.hasOwn(v, name) ? check(one, v[name], `${at}.${name}`) : [],
          )
        : [],
    propertyNames: (v, names: Schema, _s, at) =>
      isObject(v) ? Object.keys(v).flatMap((name) => check(names, name, `${at}.${name}`)) : [],
    additionalProperties: (v, rest: boolean | Schema, schema, at) => {
      if (!isObject(v) || rest === true) return [];
      const known = (schema.properties as Schema | undefined) ?? {};
      const others = Object.keys(v).filter((name) => !Object.hasOwn(known, name));
      if (rest === false) return others.map((name) => `${at}: unknown field ${name}`);
      return others.flatMap((name) => check(rest, v[name], `${at}.${name}`));
    },
  };
  return check(root, value, '$');
}
