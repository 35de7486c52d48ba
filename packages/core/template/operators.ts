/** Owns the operators of Jinja2 on values: arithmetic, comparison, membership, escaping of Markup. */
import { chargeList, chargeText, MOST_ELEMENTS } from './budget.ts';
import { percent } from './format.ts';
import { text } from './spell.ts';
import {
  elements,
  equal,
  float,
  Float,
  hasKey,
  isFloat,
  isMapping,
  isText,
  made,
  Markup,
  numberOf,
  numeric,
  order,
  plainText,
  refuse,
  tuple,
  Tuple,
  typeName,
  view,
  View,
} from './value.ts';

/** Most bits of a whole number; beyond it one multiplication could take seconds. */
const MOST_BITS = 100_000;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

export const escapeText = (s: string): string => s.replace(/[&<>"']/g, (c) => ENTITIES[c] as string);

export const escaped = (value: unknown): string => (value instanceof Markup ? value.text : escapeText(text(value)));

/** The same kind of text as `like` was. */
export const sameKind = (like: unknown, s: string): string | Markup => (like instanceof Markup ? new Markup(s) : s);

export function unary(operator: string, value: unknown): unknown {
  refuse(value);
  const n = numeric(value);
  if (n === null) throw new Error(`${operator} needs a number, not ${typeName(value)}`);
  const signed = operator === '-' ? -n : n;
  return isFloat(value) ? float(Number(signed)) : signed === 0 ? 0 : signed;
}

export function arithmetic(operator: string, left: unknown, right: unknown): unknown {
  if (operator === '~') {
    const [a, b] = [text(left), text(right)];
    chargeText(a.length + b.length);
    return a + b;
  }
  refuse(left);
  const a = numeric(left);
  const b = numeric(right);
  if (a !== null && b !== null) {
    if (isFloat(left) || isFloat(right) || operator === '/') return float(floats(operator, Number(a), Number(b)));
    return integers(operator, a, b);
  }
  if (operator === '%' && isText(left)) {
    const out = percent(plainText(left), right, left instanceof Markup ? escaped : text);
    chargeText(out.length);
    return sameKind(left, out);
  }
  refuse(right);
  if (operator === '+' && isText(left) && isText(right)) {
    const markup = left instanceof Markup || right instanceof Markup;
    const out = markup ? escaped(left) + escaped(right) : plainText(left) + plainText(right);
    chargeText(out.length);
    return markup ? new Markup(out) : out;
  }
  if (operator === '+' && Array.isArray(left) && Array.isArray(right)) {
    if (left instanceof Tuple === right instanceof Tuple) {
      chargeList(left.length + right.length);
      return left instanceof Tuple ? tuple([...left, ...right]) : made([...left, ...right]);
    }
  }
  if (operator === '*') {
    if (b !== null && !isFloat(right) && (isText(left) || Array.isArray(left))) return repeat(left, Number(b));
    if (a !== null && !isFloat(left) && (isText(right) || Array.isArray(right))) return repeat(right, Number(a));
  }
  throw new Error(`${operator} does not work on ${typeName(left)} and ${typeName(right)}`);
}

function floats(operator: string, a: number, b: number): number {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  if (operator === '**') {
    if (a === 0 && b < 0) throw new Error('0 has no negative power');
    return a ** b;
  }
  if (b === 0) throw new Error('division by zero');
  if (operator === '/') return a / b;
  const modulo = floorModulo(a, b);
  return operator === '%' ? modulo : Math.round((a - modulo) / b);
}

function floorModulo(a: number, b: number): number {
  const modulo = a % b;
  return modulo !== 0 && modulo < 0 !== b < 0 ? modulo + b : modulo;
}

/** Exact, as Python's: by bigint where a number would round. */
function integers(operator: string, a: number | bigint, b: number | bigint): unknown {
  if ((operator === '//' || operator === '%') && (b === 0 || b === 0n)) throw new Error('division by zero');
  if (operator === '**' && b < 0) return float(floats('**', Number(a), Number(b)));
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    const n = floats(operator, a as number, b as number);
    if (Number.isSafeInteger(n)) return n === 0 ? 0 : n;
  }
  const x = BigInt(a);
  const y = BigInt(b);
  const result = bigs(operator, x, y);
  return result >= Number.MIN_SAFE_INTEGER && result <= Number.MAX_SAFE_INTEGER ? Number(result) : result;
}

function bigs(operator: string, x: bigint, y: bigint): bigint {
  const bits = (n: bigint): number => n.toString(16).length * 4;
  const size = operator === '**' ? bits(x) * Number(y) : bits(x) + bits(y);
  if (size > MOST_BITS && !(operator === '**' && (x === 1n || x === -1n || x === 0n))) {
    throw new Error('The whole number gets too large');
  }
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '**':
      return x ** y;
    default: {
      const rest = x % y;
      const modulo = rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest;
      return operator === '%' ? modulo : (x - modulo) / y;
    }
  }
}

function repeat(value: string | Markup | unknown[], times: number): unknown {
  const n = Math.max(0, Math.floor(times));
  if (Array.isArray(value)) {
    if (value.length * n > MOST_ELEMENTS) throw new Error('The repeated list is too long');
    chargeList(value.length * n);
    const list: unknown[] = [];
    for (let i = 0; i < n && value.length > 0; i += 1) list.push(...value);
    return value instanceof Tuple ? tuple(list) : made(list);
  }
  chargeText(plainText(value).length * n);
  return sameKind(value, plainText(value) === '' ? '' : plainText(value).repeat(n));
}

export function holds(operator: string, left: unknown, right: unknown): boolean {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
    case '<':
      return order(left, right) < 0;
    case '>':
      return order(left, right) > 0;
    case '<=':
      return order(left, right) <= 0;
    default:
      return order(left, right) >= 0;
  }
}

export function contains(list: unknown, value: unknown): boolean {
  if (isText(list)) {
    refuse(value);
    if (!isText(value)) throw new Error(`Only text can be in text, not ${typeName(value)}`);
    chargeText(plainText(list).length);
    return plainText(list).includes(plainText(value));
  }
  if (isMapping(list)) return hasKey(list, value);
  return elements(list).some((element) => equal(element, value));
}

function place(value: unknown, fallback: number, n: number, step: number): number {
  if (value === null) return fallback;
  const at = numberOf(value);
  if (at === null || value instanceof Float) throw new Error(`A slice needs whole numbers, not ${typeName(value)}`);
  const positive = at < 0 ? at + n : at;
  return step > 0 ? Math.min(Math.max(positive, 0), n) : Math.min(Math.max(positive, -1), n - 1);
}

export function slice(object: unknown, from: unknown, to: unknown, by: unknown): unknown {
  refuse(object);
  if (isMapping(object)) throw new Error('A dict has no slices');
  const list = elements(object);
  const n = list.length;
  const step = by === null ? 1 : numberOf(by);
  if (step === null || step === 0 || !Number.isInteger(step)) throw new Error('A slice step is a whole number, not 0');
  chargeList(n);
  const out: unknown[] = [];
  const start = place(from, step > 0 ? 0 : n - 1, n, step);
  const end = place(to, step > 0 ? n : -1, n, step);
  for (let i = start; step > 0 ? i < end : i > end; i += step) out.push(list[i]);
  if (isText(object)) return sameKind(object, out.join(''));
  if (object instanceof View && object.label.startsWith('range')) {
    const [first = 0, , stride = 1] = (object.label.match(/-?\d+/g) ?? []).map(Number);
    return rangeView(first + start * stride, first + end * stride, stride * step, out);
  }
  return object instanceof Tuple ? tuple(out) : made(out);
}

/** A range and how it is spelled. */
export const rangeView = (start: number, end: number, step: number, items: unknown[]): View =>
  view(`range(${start}, ${end}${step === 1 ? '' : `, ${step}`})`, items);
