/**
 * Owns the values of expressions in a SELECT: for one row, and for the rows of a group. Missing is nothing: it equals
 * nothing, and comparing with it is not true. Does not go through tables (run.ts).
 */
import { isObject } from '../model/shape.ts';
import { cast, compared, FUNCTIONS, isNone, sameKey, type Value } from './functions.ts';
import { SelectError, type Expression, type Query } from './syntax.ts';

/** One row of all tables of a SELECT, in their order; undefined: an outer join found none there. */
export interface Row {
  parts: (Record<string, Value> | undefined)[];
  /** Positions of the items that it is made of. */
  from: number[];
}

export interface Scope {
  /** Names of the tables, in the order of the parts. */
  tables: readonly string[];
  /** The rows that aggregates are over; null: there is no group. */
  group: readonly Row[] | null;
  /** What the result calls its columns, for ORDER BY and HAVING. */
  named: Readonly<Record<string, Value>> | null;
  rowsOf(query: Query): readonly Record<string, Value>[];
}

const isTrue = (value: Value): boolean => Boolean(value);

export function columnOf(row: Row, scope: Scope, table: string | null, name: string): Value {
  if (table !== null) {
    const at = scope.tables.indexOf(table);
    if (at >= 0) return own(row.parts[at], name);
    // `input.member.member` of a column that is an object.
    const value = columnOf(row, scope, null, table);
    if (isObject(value as never)) return own(value as Record<string, Value>, name);
    throw new SelectError(`There is no table ${table}.`);
  }
  for (const part of row.parts) if (part !== undefined && Object.hasOwn(part, name)) return part[name];
  return undefined;
}

const own = (of: Record<string, Value> | undefined, name: string): Value =>
  of !== undefined && Object.hasOwn(of, name) ? of[name] : undefined;

export function evaluate(one: Expression, row: Row, scope: Scope): Value {
  const value = (inner: Expression): Value => evaluate(inner, row, scope);
  switch (one.kind) {
    case 'value':
      return one.value;
    case 'column':
      if (one.table === null && scope.named !== null && Object.hasOwn(scope.named, one.name))
        return scope.named[one.name];
      return columnOf(row, scope, one.table, one.name);
    case 'member': {
      const of = value(one.of);
      const name = typeof one.name === 'object' ? value(one.name) : one.name;
      return of !== null && typeof of === 'object' && !isNone(name) && Object.hasOwn(of, String(name))
        ? (of as Record<string, Value>)[String(name)]
        : undefined;
    }
    case 'not':
      return !isTrue(value(one.of));
    case 'negative': {
      const of = value(one.of);
      return isNone(of) ? of : -Number(of);
    }
    case 'binary':
      return binary(one.op, one.left, one.right, value);
    case 'null':
      return isNone(value(one.of)) !== one.isNot;
    case 'in': {
      const key = sameKey(value(one.of));
      if (key === null) return false;
      const list = Array.isArray(one.list)
        ? one.list.map((member) => value(member))
        : scope.rowsOf(one.list).map((found) => Object.values(found)[0]);
      return list.some((member) => sameKey(member) === key) !== one.isNot;
    }
    case 'between': {
      const [of, low, high] = [value(one.of), value(one.low), value(one.high)];
      if (isNone(of) || isNone(low) || isNone(high)) return false;
      return (compared(of, low) >= 0 && compared(of, high) <= 0) !== one.isNot;
    }
    case 'like': {
      const [of, pattern] = [value(one.of), value(one.pattern)];
      if (isNone(of) || isNone(pattern)) return false;
      return patternOf(String(pattern), one.isRegex).test(String(of)) !== one.isNot;
    }
    case 'case': {
      const of = one.of === null ? null : sameKey(value(one.of));
      const found = one.when.find(([condition]) =>
        one.of === null ? isTrue(value(condition)) : of !== null && sameKey(value(condition)) === of,
      );
      if (found !== undefined) return value(found[1]);
      return one.otherwise === null ? undefined : value(one.otherwise);
    }
    case 'call':
      return (FUNCTIONS.get(one.name) as (...given: Value[]) => Value)(...one.given.map(value));
    case 'cast':
      return cast(value(one.of), one.type);
    case 'aggregate':
      if (scope.group === null) throw new SelectError(`${one.name.toUpperCase()}() cannot stand here.`);
      return aggregate(one, scope.group, { ...scope, group: null, named: null });
    case 'query':
      return Object.values(scope.rowsOf(one.query)[0] ?? {})[0];
  }
}

function binary(op: string, a: Expression, b: Expression, value: (one: Expression) => Value): Value {
  const left = value(a);
  if (op === 'and') return isTrue(left) && isTrue(value(b));
  if (op === 'or') return isTrue(left) || isTrue(value(b));
  const right = value(b);
  switch (op) {
    case '=':
      return sameKey(left) !== null && sameKey(left) === sameKey(right);
    case '<>':
      return sameKey(left) !== sameKey(right);
    case '<':
      return !isNone(left) && !isNone(right) && compared(left, right) < 0;
    case '<=':
      return !isNone(left) && !isNone(right) && compared(left, right) <= 0;
    case '>':
      return !isNone(left) && !isNone(right) && compared(left, right) > 0;
    case '>=':
      return !isNone(left) && !isNone(right) && compared(left, right) >= 0;
    case '||':
      return `${isNone(left) ? '' : String(left)}${isNone(right) ? '' : String(right)}`;
    case '+':
      if (typeof left === 'string' || typeof right === 'string')
        return `${isNone(left) ? '' : String(left)}${isNone(right) ? '' : String(right)}`;
  }
  if (isNone(left) || isNone(right)) return undefined;
  const [x, y] = [Number(left), Number(right)];
  const result = op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? x / y : x % y;
  return Number.isFinite(result) ? result : null;
}

const patterns = new Map<string, RegExp>();

/** `%` and `_` of LIKE, which looks at letters without their case. */
function patternOf(text: string, isRegex: boolean): RegExp {
  const key = `${isRegex}${text}`;
  let found = patterns.get(key);
  if (found === undefined) {
    const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    try {
      found = isRegex
        ? new RegExp(text, 'u')
        : new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'isu');
    } catch (error) {
      throw new SelectError(`The pattern ${text} cannot be read: ${(error as Error).message}`);
    }
    if (patterns.size > 500) patterns.clear();
    patterns.set(key, found);
  }
  return found;
}

type Aggregate = Extract<Expression, { kind: 'aggregate' }>;

function aggregate({ name, of, isDistinct }: Aggregate, rows: readonly Row[], scope: Scope): Value {
  if (of === null) return name === 'count' ? rows.length : null;
  let values = rows.map((row) => evaluate(of, row, scope)).filter((value) => !isNone(value));
  if (isDistinct) values = [...new Map(values.map((value) => [sameKey(value), value])).values()];
  const sum = (): number => values.reduce<number>((total, value) => total + (Number(value) || 0), 0);
  switch (name) {
    case 'count':
      return values.length;
    case 'sum':
    case 'total':
      return values.length === 0 && name === 'sum' ? undefined : sum();
    case 'avg':
      return values.length === 0 ? undefined : sum() / values.length;
    case 'min':
    case 'max':
      return FUNCTIONS.get(name)?.(...(values.length === 0 ? [undefined] : values)) ?? undefined;
    case 'first':
      return values[0];
    case 'last':
      return values.at(-1);
    case 'group_concat':
      return values.map(String).join(',');
    default:
      return values as Value;
  }
}

/** Whether a value needs the rows of a group. */
export function hasAggregate(one: Expression | null): boolean {
  if (one === null) return false;
  if (one.kind === 'aggregate') return true;
  return Object.values(one).some((member: unknown) =>
    (Array.isArray(member) ? member.flat() : [member]).some(
      (inner: unknown) =>
        inner !== null && typeof inner === 'object' && 'kind' in inner && hasAggregate(inner as Expression),
    ),
  );
}
