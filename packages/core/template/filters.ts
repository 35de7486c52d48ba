/** Owns the filters on numbers and lists, and finding a filter by its name. */
import { getPath, getItem } from './access.ts';
import { bind, type Given } from './arguments.ts';
import { chargeList, chargeText, spend } from './budget.ts';
import type { Scope } from './evaluate.ts';
import { TEXT_FILTERS, takes, wholeArgument, type Filter } from './filters-text.ts';
import { fixed } from './format.ts';
import { arithmetic, unary } from './operators.ts';
import { repr, text } from './spell.ts';
import { applyTest, knowFilters } from './tests.ts';
import {
  Dict,
  elements,
  entriesOf,
  equal,
  float,
  group,
  isFloat,
  isMapping,
  isText,
  made,
  numberOf,
  numeric,
  order,
  plainText,
  refuse,
  sizeOf,
  textLength,
  truthy,
  tuple,
  typeName,
  Undefined,
} from './value.ts';

function integer(value: unknown, fallback: unknown, base: number): unknown {
  refuse(value);
  if (isText(value)) {
    const s = plainText(value)
      .trim()
      .replace(/(\d)_(?=\d)/g, '$1')
      .toLowerCase();
    const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(s) ?? [];
    const prefix = { 16: '0x', 8: '0o', 2: '0b' }[base];
    const bare = prefix !== undefined && digits.startsWith(prefix) ? digits.slice(2) : digits;
    const letters = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base);
    if (bare !== '' && [...bare].every((c) => letters.includes(c))) {
      if (base === 10)
        return arithmetic('*', sign === '-' ? -1 : 1, bare.length > 15 ? BigInt(bare.slice(0, 4000)) : Number(bare));
      const n = Number.parseInt(bare, base);
      return sign === '-' ? -n : n;
    }
    const n = floatOf(s);
    return n === null || !Number.isFinite(n) ? fallback : Math.trunc(n) + 0;
  }
  if (typeof value === 'bigint') return value;
  const n = numberOf(value);
  return n === null || !Number.isFinite(n) ? fallback : Math.trunc(n) + 0;
}

function floatOf(s: string): number | null {
  const trimmed = s
    .trim()
    .replace(/(\d)_(?=\d)/g, '$1')
    .toLowerCase();
  const special = /^([-+]?)(inf|infinity|nan)$/.exec(trimmed);
  if (special !== null) return special[2] === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(trimmed) ? Number(trimmed) : null;
}

function floating(value: unknown, fallback: unknown): unknown {
  refuse(value);
  const n = isText(value) ? floatOf(plainText(value)) : numberOf(value);
  return n === null ? fallback : float(n);
}

function round(value: unknown, precision: number, method: string): unknown {
  refuse(value);
  const n = numberOf(value);
  if (n === null) throw new Error(`round needs a number, not ${typeName(value)}`);
  if (!['common', 'ceil', 'floor'].includes(method)) throw new Error('The method of round is common, ceil or floor');
  if (method !== 'common') {
    const scale = 10 ** precision;
    return float((method === 'ceil' ? Math.ceil(n * scale) : Math.floor(n * scale)) / scale);
  }
  if (!isFloat(value) && precision >= 0) return numeric(value);
  if (precision >= 0) return float(Number(fixed(n, Math.min(precision, 100))));
  const scale = 10 ** -precision;
  const rounded = Number(fixed(n / scale, 0)) * scale;
  return isFloat(value) ? float(rounded) : rounded + 0;
}

function fileSize(value: unknown, binary: boolean): string {
  refuse(value);
  const bytes = isText(value) ? floatOf(plainText(value)) : numberOf(value);
  if (bytes === null) throw new Error(`filesizeformat needs a number, not ${typeName(value)}`);
  const base = binary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const letters = binary ? 'KMGTPEZY' : 'kMGTPEZY';
  let unit = base;
  let i = 0;
  while (bytes >= unit * base && i < letters.length - 1) {
    unit *= base;
    i += 1;
  }
  return `${fixed(bytes / unit, 1)} ${letters[i]}${binary ? 'iB' : 'B'}`;
}

/** Text without regard to case, unless asked. */
const folded = (value: unknown, sensitive: unknown): unknown =>
  isText(value) && !truthy(sensitive) ? plainText(value).toLowerCase() : value;

const absent = (value: unknown): boolean => value === undefined || value === null;

const keyOf =
  (attribute: unknown, sensitive: unknown) =>
  (value: unknown): unknown =>
    folded(absent(attribute) ? value : getPath(value, attribute, undefined), sensitive);

function sorted(list: unknown[], key: (value: unknown) => unknown, reverse: unknown): unknown[] {
  chargeList(list.length);
  const down = truthy(reverse);
  const keyed = list.map((value) => ({ value, key: key(value) }));
  keyed.sort((a, b) => (down ? order(b.key, a.key) : order(a.key, b.key)));
  return keyed.map(({ value }) => value);
}

function sort(value: unknown, reverse: unknown, sensitive: unknown, attribute: unknown): unknown {
  if (isText(attribute) && plainText(attribute).includes(',')) {
    const paths = plainText(attribute).split(',');
    return sorted(elements(value), (v) => paths.map((path) => keyOf(path, sensitive)(v)), reverse);
  }
  return sorted(elements(value), keyOf(attribute, sensitive), reverse);
}

function sortDict(value: unknown, sensitive: unknown, by: unknown, reverse: unknown): unknown {
  refuse(value);
  if (!isMapping(value)) throw new Error(`dictsort needs a dict, not ${typeName(value)}`);
  const place = by === undefined || by === 'key' ? 0 : by === 'value' ? 1 : -1;
  if (place < 0) throw new Error('dictsort sorts by key or by value');
  return sorted(entriesOf(value).map(tuple), (pair) => folded((pair as unknown[])[place], sensitive), reverse);
}

/** The first of the smallest or largest. */
function extreme(value: unknown, sign: 1 | -1, sensitive: unknown, attribute: unknown): unknown {
  const key = keyOf(attribute, sensitive);
  let best: { value: unknown; key: unknown } | null = null;
  for (const element of elements(value)) {
    const k = key(element);
    if (best === null || order(k, best.key) * sign > 0) best = { value: element, key: k };
  }
  return best === null ? new Undefined('The list is empty') : best.value;
}

function unique(value: unknown, sensitive: unknown, attribute: unknown): unknown {
  const key = keyOf(attribute, sensitive);
  const seen = new Dict();
  return elements(value).filter((element) => {
    const k = key(element);
    if (seen.has(k)) return false;
    seen.set(k, true);
    return true;
  });
}

function groupBy(value: unknown, attribute: unknown, fallback: unknown, sensitive: unknown): unknown {
  const raw = (v: unknown): unknown => getPath(v, attribute, absent(fallback) ? undefined : fallback);
  const key = (v: unknown): unknown => folded(raw(v), sensitive);
  const groups: unknown[] = [];
  let current: { key: unknown; list: unknown[] } | null = null;
  for (const element of sorted(elements(value), key, false)) {
    const k = key(element);
    if (current === null || !equal(current.key, k)) {
      current = { key: k, list: [] };
      groups.push(group(raw(element), current.list));
    }
    current.list.push(element);
  }
  return groups;
}

function batch(value: unknown, size: number, fill: unknown): unknown {
  const list = elements(value);
  const out: unknown[][] = [];
  for (const element of list) {
    const last = out.at(-1);
    if (last === undefined || last.length === size) out.push(made([element]));
    else last.push(element);
  }
  const last = out.at(-1);
  if (last !== undefined && !absent(fill) && size > last.length) {
    chargeList(size);
    while (last.length < size) last.push(fill);
  }
  return out;
}

function slices(value: unknown, count: number, fill: unknown): unknown {
  if (count <= 0) throw new Error('slice: the count must be above 0');
  const list = elements(value);
  chargeList(count);
  const size = Math.floor(list.length / count);
  const longer = list.length % count;
  return Array.from({ length: count }, (_, i) => {
    const start = i * size + Math.min(i, longer);
    const part = made(list.slice(start, start + size + (i < longer ? 1 : 0)));
    if (!absent(fill) && i >= longer) part.push(fill);
    return part;
  });
}

function join(value: unknown, separator: unknown, attribute: unknown): string {
  const by = separator === undefined ? '' : text(separator);
  const parts = elements(value).map((v) => text(absent(attribute) ? v : getPath(v, attribute, undefined)));
  chargeText(parts.reduce((n, part) => n + part.length + by.length, 0));
  return parts.join(by);
}

function sum(value: unknown, attribute: unknown, start: unknown): unknown {
  let total: unknown = start === undefined ? 0 : start;
  for (const element of elements(value)) {
    const part = absent(attribute) ? element : getPath(element, attribute, undefined);
    if (isText(total) || isText(part)) throw new Error('sum adds numbers, not text; use join');
    refuse(part);
    total = arithmetic('+', total, part);
  }
  return total;
}

function length(value: unknown): number {
  if (isText(value)) return textLength(plainText(value));
  if (isMapping(value)) return sizeOf(value);
  return elements(value).length;
}

function map(value: unknown, args: readonly Given[]): unknown {
  const list = elements(value);
  const attribute = args.find((a) => a.name === 'attribute');
  if (attribute !== undefined && args.every((a) => a.name !== null)) {
    const [path, fallback] = bind('map', ['attribute', 'default'], args);
    return list.map((v) => getPath(v, path, absent(fallback) ? undefined : fallback));
  }
  const [name, ...rest] = args;
  if (name === undefined || name.name !== null) throw new Error('map needs the name of a filter, or attribute=');
  return list.map((v) => applyFilter(text(name.value), v, rest, null));
}

function pick(keep: boolean, byAttribute: boolean): Filter {
  return (value, args) => {
    const given = args.map((a) => a.value);
    const path = byAttribute ? given.shift() : undefined;
    if (byAttribute && path === undefined) throw new Error('The name of an attribute is missing');
    const [test, ...rest] = given;
    return elements(value).filter((element) => {
      spend();
      const v = byAttribute ? getPath(element, path, undefined) : element;
      return (test === undefined ? truthy(v) : applyTest(text(test), v, rest)) === keep;
    });
  };
}

function reverse(value: unknown): unknown {
  if (isText(value)) return [...plainText(value)].reverse().join('');
  return [...elements(value)].reverse();
}

function absolute(value: unknown): unknown {
  refuse(value);
  const n = numeric(value);
  if (n === null) throw new Error(`abs needs a number, not ${typeName(value)}`);
  return n < 0 || Object.is(n, -0) ? unary('-', value) : typeof value === 'boolean' ? n : value;
}

const first = (value: unknown, at: number): unknown => {
  const found = elements(value).at(at);
  return found === undefined ? new Undefined('The list is empty') : found;
};

function base(value: unknown): number {
  const n = wholeArgument(value, 10);
  if (n < 2 || n > 36) throw new Error('The base of int is 2 to 36');
  return n;
}

const FILTERS = new Map<string, Filter>(
  Object.entries({
    ...TEXT_FILTERS,
    abs: takes('', absolute),
    int: takes('default base', (v, fallback = 0, radix) => integer(v, fallback, base(radix))),
    float: takes('default', (v, fallback = float(0)) => floating(v, fallback)),
    round: takes('precision method', (v, precision, method) =>
      round(v, wholeArgument(precision, 0), method === undefined ? 'common' : text(method)),
    ),
    filesizeformat: takes('binary', (v, binary) => fileSize(v, truthy(binary))),
    default: takes('default_value boolean', (v, fallback = '', falsy) =>
      v instanceof Undefined || (truthy(falsy) && !truthy(v)) ? fallback : v,
    ),
    length: takes('', length),
    first: takes('', (v) => first(v, 0)),
    last: takes('', (v) => first(v, -1)),
    list: takes('', (v) => [...elements(v)]),
    items: takes('', (v) => {
      if (v instanceof Undefined) return [];
      if (!isMapping(v)) throw new Error(`items needs a dict, not ${typeName(v)}`);
      return entriesOf(v).map(tuple);
    }),
    join: takes('d attribute', join),
    sum: takes('attribute start', sum),
    sort: takes('reverse case_sensitive attribute', sort),
    dictsort: takes('case_sensitive by reverse', sortDict),
    min: takes('case_sensitive attribute', (v, sensitive, attribute) => extreme(v, -1, sensitive, attribute)),
    max: takes('case_sensitive attribute', (v, sensitive, attribute) => extreme(v, 1, sensitive, attribute)),
    unique: takes('case_sensitive attribute', unique),
    groupby: takes('attribute! default case_sensitive', groupBy),
    batch: takes('linecount! fill_with', (v, size, fill) => batch(v, wholeArgument(size, 0), fill)),
    slice: takes('slices! fill_with', (v, count, fill) => slices(v, wholeArgument(count, 0), fill)),
    reverse: takes('', reverse),
    attr: takes('name!', (v, name) => {
      refuse(v);
      return isMapping(v) || !isText(name)
        ? new Undefined(`${typeName(v)} has no attribute ${repr(name)}`)
        : getItem(v, name);
    }),
    map,
    select: pick(true, false),
    reject: pick(false, false),
    selectattr: pick(true, true),
    rejectattr: pick(false, true),
  } satisfies Record<string, Filter>),
);
for (const [alias, name] of [
  ['count', 'length'],
  ['d', 'default'],
  ['e', 'escape'],
] as const) {
  FILTERS.set(alias, FILTERS.get(name) as Filter);
}

/** Filters that hand on a value which they did not make. */
const HANDED_ON = new Set(['first', 'last', 'default', 'd', 'min', 'max', 'attr', 'sum']);

export const hasFilter = (name: string): boolean => FILTERS.has(name);
knowFilters(hasFilter);

export function applyFilter(name: string, value: unknown, args: readonly Given[], _scope: Scope | null): unknown {
  const filter = FILTERS.get(name);
  if (filter === undefined) throw new Error(`There is no filter ${name}`);
  spend();
  if (isText(value)) chargeText(plainText(value).length);
  else if (Array.isArray(value)) chargeList(value.length);
  const out = filter(value, args);
  if (isText(out)) chargeText(plainText(out).length);
  return Array.isArray(out) && !HANDED_ON.has(name) ? made(out) : out;
}
