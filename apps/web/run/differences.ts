/**
 * Owns what two values differ in: their fields by path, equal ones counted, different ones side by side. Pure. Reads a
 * bounded number of fields, as an item may hold a whole page.
 */
export interface Difference {
  path: string;
  left: unknown;
  right: unknown;
  /** Absent on one side. */
  only: 'left' | 'right' | null;
}

export interface Differences {
  different: Difference[];
  equal: { path: string; value: unknown }[];
  /** There was more than could be read. */
  cut: boolean;
}

const MOST_FIELDS = 2_000;
const DEEPEST = 12;
const NOTHING = Symbol('nothing');

const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function keysOf(value: Record<string, unknown>): string[] {
  return Array.isArray(value) ? value.map((_, at) => String(at)) : Object.keys(value);
}

function ownValue(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : NOTHING;
}

export function differencesOf(left: unknown, right: unknown): Differences {
  const out: Differences = { different: [], equal: [], cut: false };
  let fields = 0;
  const walk = (a: unknown, b: unknown, path: string, depth: number): void => {
    if (fields >= MOST_FIELDS) {
      out.cut = true;
      return;
    }
    if (isBranch(a) && isBranch(b) && Array.isArray(a) === Array.isArray(b) && depth < DEEPEST) {
      const names = [...new Set([...keysOf(a), ...keysOf(b)])];
      if (names.length > 0) {
        for (const name of names) {
          const inner = Array.isArray(a) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
          walk(ownValue(a, name), ownValue(b, name), inner, depth + 1);
        }
        return;
      }
    }
    fields += 1;
    if (a === NOTHING || b === NOTHING) {
      const only = a === NOTHING ? 'right' : 'left';
      out.different.push({ path, left: a === NOTHING ? undefined : a, right: b === NOTHING ? undefined : b, only });
    } else if (sameValue(a, b)) out.equal.push({ path, value: a });
    else out.different.push({ path, left: a, right: b, only: null });
  };
  walk(left, right, '', 0);
  return out;
}

function sameValue(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (isBranch(a) && isBranch(b) && JSON.stringify(a) === JSON.stringify(b));
}

/** What an item carries; one without files is its json. */
export function contentOf(item: unknown): unknown {
  if (!isBranch(item) || Array.isArray(item) || !Object.hasOwn(item, 'json')) return item;
  return Object.keys(item).length === 1 ? item['json'] : item;
}

const SHOWN = 200;

/** A value in one line. */
export function inline(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
