/** Owns the evaluation of Jinja2 expressions over plain data, with a budget of steps. */
import { applyFilter, applyTest } from './filters.ts';
import { globals, method } from './globals.ts';
import type { Argument, Expression } from './syntax.ts';
import { elements, equal, Float, float, isCallable, isFloat, isMapping, lookup, Markup, numberOf, order, text, truthy, typeName, Undefined, type Callable } from './value.ts';

/** Longest text or list that repetition may make. */
const MOST = 1_000_000;

export interface Scope {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  child(): Scope;
}

export class Frame implements Scope {
  readonly #names = new Map<string, unknown>();
  readonly #parent: Frame | null;
  constructor(parent: Frame | null) {
    this.#parent = parent;
  }
  get(name: string): unknown {
    if (this.#names.has(name)) return this.#names.get(name);
    return this.#parent === null ? globals.get(name) : this.#parent.get(name);
  }
  set(name: string, value: unknown): void {
    this.#names.set(name, value);
  }
  child(): Frame {
    return new Frame(this);
  }
}

export function evaluate(e: Expression, scope: Scope): unknown {
  switch (e.kind) {
    case 'literal':
      return e.value;
    case 'name': {
      const value = scope.get(e.name);
      return value === undefined ? new Undefined(e.name) : value;
    }
    case 'list':
      return e.items.map((item) => evaluate(item, scope));
    case 'dict': {
      const object: Record<string, unknown> = {};
      for (const [key, value] of e.entries) define(object, text(evaluate(key, scope)), evaluate(value, scope));
      return object;
    }
    case 'member':
      return member(evaluate(e.object, scope), evaluate(e.key, scope), e.dotted, e);
    case 'slice':
      return slice(evaluate(e.object, scope), e.from && evaluate(e.from, scope), e.to && evaluate(e.to, scope), e.step && evaluate(e.step, scope));
    case 'call':
      return callWith(e, scope, null);
    case 'filter':
      return applyFilter(e.name, evaluate(e.value, scope), values(e.args, scope), scope);
    case 'test':
      return applyTest(e.name, evaluate(e.value, scope), values(e.args, scope).map((a) => a.value)) !== e.negated;
    case 'unary':
      return unary(e.operator, evaluate(e.value, scope));
    case 'binary':
      return binary(e, scope);
    case 'compare':
      return compare(e, scope);
    case 'if':
      if (truthy(evaluate(e.condition, scope))) return evaluate(e.value, scope);
      return e.otherwise === null ? new Undefined('') : evaluate(e.otherwise, scope);
  }
}

export function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

function values(args: readonly Argument[], scope: Scope): { name: string | null; value: unknown }[] {
  return args.map((a) => ({ name: a.name, value: evaluate(a.value, scope) }));
}

function member(object: unknown, key: unknown, dotted: boolean, e: Expression & { kind: 'member' }): unknown {
  if (object instanceof Undefined) throw new Error(`${object.name === '' ? 'A value' : object.name} is undefined, so it has no ${text(key)}`);
  if (dotted && typeof key === 'string') {
    if (typeof object === 'function' && Object.hasOwn(object, key)) return (object as unknown as Record<string, unknown>)[key];
    const known = method(object, key);
    // Jinja2 looks for an attribute first; `dict.items` is the method even where there is a key.
    if (known !== null) return known;
  }
  const found = lookup(object, key);
  return found === undefined ? new Undefined(e.key.kind === 'literal' ? String(e.key.value) : text(key)) : found;
}

export function callWith(e: Expression & { kind: 'call' }, scope: Scope, caller: Callable | null): unknown {
  const callee = evaluate(e.callee, scope);
  if (!isCallable(callee)) {
    const name = e.callee.kind === 'name' ? e.callee.name : e.callee.kind === 'member' && e.callee.key.kind === 'literal' ? String(e.callee.key.value) : 'This';
    throw new Error(`${name} is not a function`);
  }
  const args: unknown[] = [];
  const named = new Map<string, unknown>();
  for (const { name, value } of values(e.args, scope)) {
    if (name === null) args.push(value);
    else named.set(name, value);
  }
  if (caller !== null) named.set('caller', caller);
  return callee(args, named);
}

function slice(object: unknown, from: unknown, to: unknown, by: unknown): unknown {
  const list = elements(object);
  const n = list.length;
  const step = by === null ? 1 : (numberOf(by) ?? 1);
  if (step === 0) throw new Error('A slice step cannot be 0');
  const place = (value: unknown, fallback: number): number => {
    const at = value === null ? null : numberOf(value);
    if (at === null) return fallback;
    const positive = at < 0 ? at + n : at;
    return step > 0 ? Math.min(Math.max(positive, 0), n) : Math.min(Math.max(positive, -1), n - 1);
  };
  const out: unknown[] = [];
  const start = place(from, step > 0 ? 0 : n - 1);
  const end = place(to, step > 0 ? n : -1);
  for (let i = start; step > 0 ? i < end : i > end; i += step) out.push(list[i]);
  return typeof object === 'string' || object instanceof Markup ? out.join('') : out;
}

function unary(operator: string, value: unknown): unknown {
  if (operator === 'not') return !truthy(value);
  const n = numberOf(value);
  if (n === null) throw new Error(`${operator} needs a number, not ${typeName(value)}`);
  const signed = operator === '-' ? -n : n;
  return value instanceof Float ? new Float(signed) : signed;
}

function binary(e: Expression & { kind: 'binary' }, scope: Scope): unknown {
  const left = evaluate(e.left, scope);
  if (e.operator === 'and') return truthy(left) ? evaluate(e.right, scope) : left;
  if (e.operator === 'or') return truthy(left) ? left : evaluate(e.right, scope);
  return arithmetic(e.operator, left, evaluate(e.right, scope));
}

export function arithmetic(operator: string, left: unknown, right: unknown): unknown {
  if (operator === '~') return text(left) + text(right);
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== null && b !== null) {
    const wrap = (n: number): unknown => (isFloat(left) || isFloat(right) ? float(n) : n);
    switch (operator) {
      case '+':
        return wrap(a + b);
      case '-':
        return wrap(a - b);
      case '*':
        return wrap(a * b);
      case '/':
        if (b === 0) throw new Error('division by zero');
        return float(a / b);
      case '//':
        if (b === 0) throw new Error('division by zero');
        return wrap(Math.floor(a / b));
      case '%':
        if (b === 0) throw new Error('division by zero');
        return wrap(a - b * Math.floor(a / b));
      case '**':
        return b < 0 ? float(a ** b) : wrap(a ** b);
    }
  }
  const isText = (v: unknown): boolean => typeof v === 'string' || v instanceof Markup;
  if (operator === '+' && isText(left) && isText(right)) return text(left) + text(right);
  if (operator === '+' && Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  if (operator === '*' && (isText(left) || Array.isArray(left)) && b !== null) return repeat(left, b);
  if (operator === '*' && (isText(right) || Array.isArray(right)) && a !== null) return repeat(right, a);
  if (operator === '%' && isText(left)) return percent(text(left), Array.isArray(right) ? right : [right]);
  throw new Error(`${operator} does not work on ${typeName(left)} and ${typeName(right)}`);
}

function repeat(value: unknown, times: number): unknown {
  const n = Math.max(0, Math.floor(times));
  if (Array.isArray(value)) {
    if (value.length * n > MOST) throw new Error('The repeated list is too long');
    return Array.from({ length: n }, () => value).flat();
  }
  if (text(value).length * n > MOST) throw new Error('The repeated text is too long');
  return text(value).repeat(n);
}

/** Python's `%` formatting: %s %d %i %f %x %r with width and precision. */
export function percent(format: string, args: unknown[]): string {
  let at = 0;
  return format.replace(/%(?:\((\w+)\))?([-0+ ]*)(\d+)?(?:\.(\d+))?([sdifxXreg%])/g, (_, name: string | undefined, flags: string, width: string | undefined, precision: string | undefined, kind: string) => {
    if (kind === '%') return '%';
    const value = name !== undefined && isMapping(args[0]) ? args[0][name] : args[at++];
    const n = numberOf(value) ?? Number.NaN;
    let out: string;
    if (kind === 's' || kind === 'r') out = precision === undefined ? text(value) : text(value).slice(0, Number(precision));
    else if (kind === 'd' || kind === 'i') out = String(Math.trunc(n));
    else if (kind === 'x' || kind === 'X') out = kind === 'x' ? Math.trunc(n).toString(16) : Math.trunc(n).toString(16).toUpperCase();
    else if (kind === 'e') out = n.toExponential(Number(precision ?? 6)).replace(/e([+-])(\d)$/, 'e$10$2');
    else if (kind === 'g') out = String(Number(n.toPrecision(Number(precision ?? 6))));
    else out = n.toFixed(Number(precision ?? 6));
    if (flags.includes('+') && n >= 0) out = `+${out}`;
    const size = Number(width ?? 0);
    if (flags.includes('-')) return out.padEnd(size);
    if (flags.includes('0') && kind !== 's') return (out.startsWith('-') ? '-' : '') + out.replace('-', '').padStart(size - (out.startsWith('-') ? 1 : 0), '0');
    return out.padStart(size);
  });
}

function compare(e: Expression & { kind: 'compare' }, scope: Scope): boolean {
  let left = evaluate(e.left, scope);
  for (const { operator, value } of e.rest) {
    const right = evaluate(value, scope);
    if (!holds(operator, left, right)) return false;
    left = right;
  }
  return true;
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

function contains(list: unknown, value: unknown): boolean {
  if (typeof list === 'string' || list instanceof Markup) return text(list).includes(text(value));
  return elements(list).some((element) => equal(element, value));
}
