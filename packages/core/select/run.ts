/**
 * Owns running a SELECT over lists of objects: joins, groups, order, what a row is made of. Pure. Does not read texts
 * (parse.ts).
 */
import { columnOf, evaluate, hasAggregate, type Row, type Scope } from './evaluate.ts';
import { compared, isNone, sameKey, type Value } from './functions.ts';
import { SelectError, type Expression, type Join, type Query, type Select, type Table } from './syntax.ts';

type Fields = Record<string, Value>;

/** A table: its rows, with the positions of the items that they are. */
export interface Source {
  rows: readonly Fields[];
  /** Position of the first row; undefined: rows have none. */
  first?: number;
}

export interface Found {
  row: Fields;
  /** Positions of the items that it is made of, in order. */
  from: number[];
}

interface Call {
  tables: Readonly<Record<string, Source>>;
  /** Rows of a join may be no more. */
  most: number;
  /** Results of queries in queries, which are run once. */
  inner: Map<Query, Found[]>;
}

/** Throws SelectError. */
export function runSelect(query: Query, tables: Readonly<Record<string, Source>>, most: number): Found[] {
  return runQuery(query, { tables, most, inner: new Map() });
}

function runQuery(query: Query, call: Call): Found[] {
  const isSingle = query.selects.length === 1;
  let found: Sorted[] = [];
  for (const [i, { select, add }] of query.selects.entries()) {
    const more = selected(select, call, isSingle ? query.sort.map(({ by }) => by) : []);
    const first = query.selects[0]?.select ?? select;
    found = i === 0 ? more : added(found, renamed(more, select, first), add);
  }
  if (query.sort.length > 0) {
    const keys = isSingle ? null : query.sort.map(({ by }) => by);
    const scope = scopeOf([], null, call);
    for (const one of keys === null ? [] : found)
      one.keys = (keys ?? []).map((by) => evaluate(by, { parts: [one.row], from: [] }, scope));
    found.sort((a, b) => {
      for (const [i, { descends }] of query.sort.entries()) {
        const way = ordered(a.keys[i], b.keys[i]);
        if (way !== 0) return descends ? -way : way;
      }
      return 0;
    });
  }
  const end = query.limit === null ? undefined : query.offset + query.limit;
  return found
    .slice(query.offset, end)
    .map(({ row, from }) => ({ row, from: [...new Set(from)].sort((a, b) => a - b) }));
}

/** With what it is sorted by. */
interface Sorted extends Found {
  keys: Value[];
}

/** Nothing comes first. */
function ordered(a: Value, b: Value): number {
  if (isNone(a) || isNone(b)) return (isNone(a) ? 0 : 1) - (isNone(b) ? 0 : 1);
  return compared(a, b);
}

const textOf = (row: Fields): string => JSON.stringify(row);

function distinct<T extends Found>(found: readonly T[]): T[] {
  const seen = new Set<string>();
  return found.filter(({ row }) => {
    const text = textOf(row);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** In a UNION columns are the same by their place, and called as in the first SELECT. */
function renamed(found: Sorted[], select: Select, first: Select): Sorted[] {
  const names = select.columns.map(({ name }) => name);
  const isPlain = [...select.columns, ...first.columns].every(({ value }) => value !== null);
  if (!isPlain || names.length !== first.columns.length) return found;
  return found.map((one) => {
    const row: Fields = {};
    for (const [i, name] of names.entries()) {
      if (Object.hasOwn(one.row, name)) put(row, first.columns[i]?.name ?? name, one.row[name]);
    }
    return { ...one, row };
  });
}

function put(row: Fields, name: string, value: Value): void {
  if (value === undefined) return;
  Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true });
}

function added(found: Sorted[], more: Sorted[], add: Query['selects'][number]['add']): Sorted[] {
  if (add === 'all') return [...found, ...more];
  if (add === 'distinct') return distinct([...found, ...more]);
  const other = new Set(more.map(({ row }) => textOf(row)));
  return distinct(found).filter(({ row }) => other.has(textOf(row)) === (add === 'intersect'));
}

function scopeOf(tables: readonly string[], group: readonly Row[] | null, call: Call): Scope {
  return { tables, group, named: null, rowsOf: (query) => innerRows(query, call).map(({ row }) => row) };
}

function innerRows(query: Query, call: Call): Found[] {
  let found = call.inner.get(query);
  if (found === undefined) {
    found = runQuery(query, call);
    call.inner.set(query, found);
  }
  return found;
}

function selected(select: Select, call: Call, sort: readonly Expression[]): Sorted[] {
  const names: string[] = [];
  let rows: Row[] = [{ parts: [], from: [] }];
  for (const table of select.from === null ? [] : [select.from, ...select.joins]) {
    rows = joined(rows, partsOf(table, call), table, names, call);
    names.push(table.name);
    if (rows.length > call.most) throw new SelectError(`The query joins more than ${call.most} rows.`);
  }
  const scope = scopeOf(names, null, call);
  const { where, groupBy, having } = select;
  if (where !== null) rows = rows.filter((row) => Boolean(evaluate(where, row, scope)));
  const isGrouped = groupBy.length > 0 || having !== null || select.columns.some(({ value }) => hasAggregate(value));
  const groups = isGrouped ? grouped(rows, groupBy, scope) : rows.map((row) => [row]);
  const found: Sorted[] = [];
  for (const group of groups) {
    const [first = { parts: names.map(() => undefined), from: [] }] = group;
    const inside: Scope = isGrouped ? { ...scope, group } : scope;
    const row = made(select, first, inside);
    const named: Scope = { ...inside, named: row };
    if (having !== null && !evaluate(having, first, named)) continue;
    const keys = sort.map((by) =>
      isPlace(by, select) ? Object.values(row)[by.value - 1] : evaluate(by, first, named),
    );
    found.push({ row, from: group.flatMap((one) => one.from), keys });
  }
  return select.isDistinct ? distinct(found) : found;
}

/** ORDER BY 2: the second column. */
const isPlace = (by: Expression, select: Select): by is Expression & { kind: 'value'; value: number } =>
  by.kind === 'value' && typeof by.value === 'number' && by.value >= 1 && by.value <= select.columns.length;

/** Without GROUP BY all rows are one group, though there may be none. */
function grouped(rows: readonly Row[], by: readonly Expression[], scope: Scope): Row[][] {
  if (by.length === 0) return [[...rows]];
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(by.map((one) => evaluate(one, row, scope) ?? null));
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [row]);
    else known.push(row);
  }
  return [...groups.values()];
}

function made(select: Select, row: Row, scope: Scope): Fields {
  const result: Fields = {};
  for (const { value, table, name } of select.columns) {
    if (value !== null) {
      put(result, name, evaluate(value, row, scope));
      continue;
    }
    const at = table === null ? -1 : scope.tables.indexOf(table);
    if (table !== null && at < 0) throw new SelectError(`There is no table ${table}.`);
    for (const part of at < 0 ? row.parts : [row.parts[at]])
      for (const [key, member] of Object.entries(part ?? {})) put(result, key, member);
  }
  return result;
}

function partsOf(table: Table, call: Call): Found[] {
  if (typeof table.from !== 'string') return innerRows(table.from, call);
  const source = Object.hasOwn(call.tables, table.from) ? call.tables[table.from] : undefined;
  if (source === undefined) {
    const known = Object.keys(call.tables).join(', ');
    throw new SelectError(`There is no table ${table.from}; there are ${known}.`);
  }
  const { rows, first } = source;
  return rows.map((row, i) => ({ row, from: first === undefined ? [] : [first + i] }));
}

function joined(rows: Row[], found: readonly Found[], table: Table, names: readonly string[], call: Call): Row[] {
  const { how, on, using } = table as Partial<Join>;
  if (how === undefined) return found.map(({ row, from }) => ({ parts: [row], from }));
  const scope = scopeOf([...names, table.name], null, call);
  const together = (row: Row, one: Found): Row => ({
    parts: [...row.parts, one.row],
    from: [...row.from, ...one.from],
  });
  const fits = (row: Row): boolean =>
    (on === null || on === undefined || Boolean(evaluate(on, row, scope))) &&
    (using ?? []).every((name) => {
      const key = sameKey(columnOf({ ...row, parts: row.parts.slice(0, -1) }, scope, null, name));
      return key !== null && key === sameKey(columnOf(row, scope, table.name, name));
    });
  const candidates = index(found, on ?? null, using ?? [], names, table.name, call);
  const result: Row[] = [];
  const paired = new Set<number>();
  for (const row of rows) {
    let isPaired = false;
    for (const at of candidates(row)) {
      const both = together(row, found[at] as Found);
      if (!fits(both)) continue;
      isPaired = true;
      paired.add(at);
      result.push(both);
      if (result.length > call.most) throw new SelectError(`The query joins more than ${call.most} rows.`);
    }
    if (!isPaired && (how === 'left' || how === 'outer')) result.push({ ...row, parts: [...row.parts, undefined] });
  }
  if (how === 'right' || how === 'outer') {
    for (const [at, one] of found.entries()) {
      if (!paired.has(at)) result.push({ parts: [...names.map(() => undefined), one.row], from: one.from });
    }
  }
  return result;
}

/** Rows of a table that may fit: by one column that must be the same, where the condition says so; else all. */
function index(
  found: readonly Found[],
  on: Expression | null,
  using: readonly string[],
  names: readonly string[],
  table: string,
  call: Call,
): (row: Row) => Iterable<number> {
  const [shared] = using;
  const equal: [Expression, string] | null =
    shared === undefined ? equality(on, names, table) : [{ kind: 'column', table: null, name: shared }, shared];
  if (equal === null) return () => found.keys();
  const [other, name] = equal;
  const byKey = new Map<string, number[]>();
  for (const [at, { row }] of found.entries()) {
    const key = sameKey(Object.hasOwn(row, name) ? row[name] : undefined);
    if (key === null) continue;
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [at]);
    else known.push(at);
  }
  const scope = scopeOf(names, null, call);
  return (row) => byKey.get(sameKey(evaluate(other, row, scope)) ?? '\0none') ?? [];
}

/** Of `a.x = b.y AND ...`: the column of an earlier table, and the name in this one. */
function equality(on: Expression | null, names: readonly string[], table: string): [Expression, string] | null {
  if (on?.kind !== 'binary') return null;
  if (on.op === 'and') return equality(on.left, names, table) ?? equality(on.right, names, table);
  if (on.op !== '=') return null;
  for (const [one, other] of [
    [on.left, on.right],
    [on.right, on.left],
  ] as const) {
    if (one.kind !== 'column' || other.kind !== 'column' || one.table !== table || table === '') continue;
    if (other.table !== null && names.includes(other.table) && other.table !== table) return [other, one.name];
  }
  return null;
}
