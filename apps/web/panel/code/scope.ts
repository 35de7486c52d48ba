/**
 * Owns what expressions of one node can name, with the values of the held iteration: the same for completion, the
 * Input pane and dragging. Pure. Nothing is evaluated: paths are followed through values that are there.
 */
import type { Dialect } from '@rondo/core/model/definition.ts';
import type { ScopeNameView } from '@rondo/api/schemas/node.ts';
import { type Fact, factAt, type RunFacts } from './run-facts.ts';

/** A beginning of a path that has a value: `$json`, `$('fetch').item.json`. */
export interface DataRoot {
  code: string;
  /** For people: the title of the node. */
  label: string;
  /** Undefined: nothing is known of it. */
  value: unknown;
  /** Beside it: "customer 701,112", "3 items". */
  note: string;
  /** Offered while one types, but not worth a line in the Input pane. */
  hidden?: boolean;
  /** The same value in other iterations that were looked at. */
  samples?: readonly unknown[];
  /** What the run says of its fields, by their keys (fields-facts.ts). */
  facts?: RunFacts | undefined;
}

export interface Scope {
  dialect: Dialect;
  node: string;
  names: readonly ScopeNameView[];
  functions: readonly string[];
  roots: readonly DataRoot[];
  nodes: readonly { id: string; title: string }[];
  /** Inside a loop: `$loop` means it. */
  inLoop: boolean;
  /** Variables of the loop, of the workflow's inputs. */
  loopVars: readonly string[];
}

const PLAIN = /^[A-Za-z_$][\w$]*$/;

/** `a.b`, or `a["b c"]` where the key is no name. */
export function memberCode(base: string, key: string | number): string {
  if (typeof key === 'number') return `${base}[${key}]`;
  return PLAIN.test(key) ? `${base}.${key}` : `${base}[${JSON.stringify(key)}]`;
}

export const nodeCode = (id: string): string =>
  id.includes("'") || id.includes('\\') ? `$(${JSON.stringify(id)})` : `$('${id}')`;

/** Ways to write the same place, as the one that roots have. */
function normal(code: string): string {
  return code
    .replaceAll('?.', '.')
    .replaceAll(/\$\(\s*(["'`])((?:(?!\1).)*)\1\s*\)/g, (_, __, id: string) => nodeCode(id))
    .replaceAll(/\.(first|last)\(\)\.json\b/g, '.item.json')
    .replace(/^\$input\.(item|all\(\)\[0\])\.json\b/, '$json')
    .replace(/^\$item\.json\b/, '$json');
}

export interface Found {
  value: unknown;
  samples: readonly unknown[];
  /** What the run says of a member. */
  factOfMember(key: string): Fact | null;
}

const byCode = new WeakMap<readonly DataRoot[], ReadonlyMap<string, DataRoot>>();

/** The longest that the path begins with. There is one for each node, so it is looked up, not looked for. */
function rootOf(text: string, roots: readonly DataRoot[]): DataRoot | undefined {
  let known = byCode.get(roots);
  // Of two with one code, the first counts.
  if (known === undefined) byCode.set(roots, (known = new Map(roots.toReversed().map((one) => [one.code, one]))));
  for (let end = text.length; end > 0; end -= 1) {
    const next = text[end];
    if (next !== undefined && next !== '.' && next !== '[') continue;
    const root = known.get(text.slice(0, end));
    if (root !== undefined) return root;
  }
  return undefined;
}

/** The value of a path such as `$json.a[0].b`; null: it is not known, or it is no path. */
export function valueOfPath(code: string, roots: readonly DataRoot[]): Found | null {
  const text = normal(code.trim());
  const root = rootOf(text, roots);
  if (root === undefined || root.value === undefined) return null;
  const keys = keysOf(text.slice(root.code.length));
  if (keys === null) return null;
  const value = follow(root.value, keys);
  if (value === undefined) return null;
  return {
    value,
    samples: (root.samples ?? []).map((one) => follow(one, keys)),
    factOfMember: (key) => factAt(root.facts, [...keys, key]),
  };
}

const KEY = /\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]/y;

function keysOf(text: string): (string | number)[] | null {
  const keys: (string | number)[] = [];
  KEY.lastIndex = 0;
  while (KEY.lastIndex < text.length) {
    const match = KEY.exec(text);
    if (match === null) return null;
    const [, name, index, double, single] = match;
    keys.push(index === undefined ? (name ?? double ?? single ?? '') : Number(index));
  }
  return keys;
}

function follow(value: unknown, keys: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of keys) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
}

export function typeWord(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return '';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' ? 'object' : typeof value;
}

const MOST_SHORT = 80;

/** A value in a few words. */
export function shortValue(value: unknown): string {
  if (value === undefined) return '';
  if (value === '') return 'empty';
  if (Array.isArray(value)) return value.length === 1 ? 'list of 1' : `list of ${value.length}`;
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'empty object' : keys.slice(0, 4).join(', ') + (keys.length > 4 ? ', …' : '');
  }
  const text = typeof value === 'string' ? value.replaceAll(/\s+/g, ' ') : String(value);
  return text.length > MOST_SHORT ? `${text.slice(0, MOST_SHORT)}…` : text;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

const LEAST_SAMPLES = 2;

/** What iterations that were looked at say of a value: "empty in 2 of 5", "0 to 31 items". Null: nothing of note. */
export function factOf(samples: readonly unknown[]): Fact | null {
  if (samples.length < LEAST_SAMPLES) return null;
  const lists = samples.filter((one): one is unknown[] => Array.isArray(one));
  if (lists.length === samples.length) {
    const lengths = lists.map((one) => one.length);
    const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
    return least === most ? null : { text: `${least} to ${most} items`, warn: false };
  }
  const empty = samples.filter(isEmpty).length;
  if (empty > 0) return { text: `empty in ${empty} of ${samples.length}`, warn: true };
  const types = new Set(samples.map(typeWord));
  if (types.size > 1) return { text: [...types].sort().join(' or '), warn: true };
  return null;
}
