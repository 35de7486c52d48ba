/** Owns `a.b` and `a[b]` on every kind of value. Own data and known methods only: no prototypes. */
import { chargeText } from './budget.ts';
import { method } from './globals.ts';
import { text } from './spell.ts';
import {
  firstCharacters,
  Float,
  Group,
  isMapping,
  isText,
  Markup,
  Namespace,
  Native,
  numeric,
  plainText,
  refuse,
  typeName,
  Undefined,
  valueOf,
} from './value.ts';

function missing(object: unknown, key: unknown): Undefined {
  return new Undefined(`${typeName(object)} has no ${Array.isArray(object) ? 'element' : 'field'} ${text(key)}`);
}

function attribute(object: unknown, name: string): unknown {
  if (object instanceof Namespace) return object.fields.get(name);
  if (object instanceof Native) return object.attribute(name);
  if (object instanceof Group && (name === 'grouper' || name === 'list')) return object[name === 'list' ? 1 : 0];
  return method(object, name) ?? undefined;
}

function item(object: unknown, key: unknown): unknown {
  if (Array.isArray(object) || isText(object)) {
    const n = numeric(key);
    if (n === null || key instanceof Float) return undefined;
    const at = Number(n);
    if (Array.isArray(object)) return object[at < 0 ? object.length + at : at];
    const s = plainText(object);
    chargeText(Math.min(s.length, Math.abs(at) * 2));
    const found = at < 0 ? Array.from(s.slice(at * 2 - 1)).at(at) : firstCharacters(s, at + 1)[at];
    return object instanceof Markup && found !== undefined ? new Markup(found) : found;
  }
  return isMapping(object) ? valueOf(object, key) : undefined;
}

/** `object.name`: the attribute or method where there is one (as `d.items`), else the element. */
export function getAttribute(object: unknown, name: string): unknown {
  refuse(object);
  const named = attribute(object, name);
  const found = named === undefined ? item(object, name) : named;
  return found === undefined ? missing(object, name) : found;
}

/** `object[key]`: the element where there is one, else the attribute. */
export function getItem(object: unknown, key: unknown): unknown {
  refuse(object);
  refuse(key);
  const element = item(object, key);
  const found = element === undefined && isText(key) ? attribute(object, plainText(key)) : element;
  return found === undefined ? missing(object, key) : found;
}

/** The value behind a path as map(attribute='a.b.0') has it; `fallback` where a step finds nothing. */
export function getPath(object: unknown, path: unknown, fallback: unknown): unknown {
  const steps = isText(path) ? plainText(path).split('.') : [path];
  let value = object;
  for (const step of steps) {
    value = getItem(value, typeof step === 'string' && /^\d+$/.test(step) ? Number(step) : step);
    if (value instanceof Undefined && fallback !== undefined) value = fallback;
  }
  return value;
}
