/**
 * Owns turning a JSON value into lines that can be shown: a tree with folded branches, a table of its rows, its text.
 * Stops at a limit and says so. Pure; keys such as `__proto__` are keys like any other.
 */
export const MOST_LINES = 200;
export const MOST_BYTES = 64_000;
/** A longer string is cut until somebody asks for it. */
export const MOST_STRING = 300;

export type ValueKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';

export interface ValueLine {
  /** `$.items[3].name`: tells lines apart and remembers what is open. */
  path: string;
  depth: number;
  /** Null: an element of a list, or the whole. */
  key: string | null;
  index: number | null;
  kind: ValueKind;
  /** Of what is not folded open. */
  text: string;
  /** Objects and lists: how many are inside, and whether they follow. */
  inside: number | null;
  open: boolean;
  /** A string that was cut: its whole length. */
  cut: number | null;
}

export function kindOf(value: unknown): ValueKind {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}

const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/;
export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return PLAIN_KEY.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

export interface TreeOptions {
  /** Paths that were opened or closed by hand. */
  toggled: ReadonlySet<string>;
  /** Strings that are wanted whole. */
  whole: ReadonlySet<string>;
  /** Opened without being asked, from the outside in. */
  openDepth: number;
  most: number;
}

/** Lines of what is open, at most `most`. */
export function treeLines(value: unknown, { toggled, whole, openDepth, most }: TreeOptions): ValueLine[] {
  const lines: ValueLine[] = [];
  const walk = (one: unknown, path: string, depth: number, key: string | null, index: number | null): void => {
    if (lines.length >= most) return;
    const kind = kindOf(one);
    if (kind === 'object' || kind === 'array') {
      const entries: [string | number, unknown][] = Array.isArray(one)
        ? one.map((element, at) => [at, element])
        : Object.entries(one as object);
      const open = entries.length > 0 && depth < openDepth !== toggled.has(path);
      lines.push({ path, depth, key, index, kind, text: '', inside: entries.length, open, cut: null });
      if (!open) return;
      for (const [name, inner] of entries) {
        if (lines.length >= most) return;
        const isIndex = typeof name === 'number';
        walk(inner, childPath(path, name), depth + 1, isIndex ? null : name, isIndex ? name : null);
      }
      return;
    }
    const isLong = typeof one === 'string' && one.length > MOST_STRING && !whole.has(path);
    const text = isLong ? JSON.stringify(one.slice(0, MOST_STRING)).slice(0, -1) : (JSON.stringify(one) ?? 'null');
    lines.push({ path, depth, key, index, kind, text, inside: null, open: false, cut: isLong ? one.length : null });
  };
  walk(value, '$', 0, null, null);
  return lines;
}

export interface ValueText {
  text: string;
  /** Bytes of all of it; null: this is all of it. */
  cutOf: number | null;
}

/** A string as it is, everything else as JSON. */
export function wholeText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'null');
}

/** Cut at 200 lines or 64 kB, whichever is first. */
export function cutText(text: string, lines = MOST_LINES, bytes = MOST_BYTES): ValueText {
  let end = Math.min(text.length, bytes);
  let at = -1;
  for (let line = 0; line < lines; line += 1) {
    at = text.indexOf('\n', at + 1);
    if (at === -1) break;
    if (line === lines - 1) end = Math.min(end, at);
  }
  return end >= text.length ? { text, cutOf: null } : { text: text.slice(0, end), cutOf: byteLength(text) };
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

export interface ValueTable {
  columns: readonly string[];
  /** More columns than are shown. */
  moreColumns: number;
  rows: readonly (readonly string[])[];
  total: number;
}

const MOST_COLUMNS = 20;
const MOST_CELL = 120;

/** Null: not a list, so no table. */
export function tableOf(value: unknown, most = MOST_LINES): ValueTable | null {
  if (!Array.isArray(value)) return null;
  const shown = value.slice(0, most);
  const names = new Set<string>();
  for (const row of shown) {
    if (kindOf(row) === 'object') for (const name of Object.keys(row as object)) names.add(name);
  }
  const all = [...names];
  const columns = all.length === 0 ? ['value'] : all.slice(0, MOST_COLUMNS);
  const rows = shown.map((row: unknown) =>
    all.length === 0 || kindOf(row) !== 'object'
      ? columns.map((_, at) => (at === 0 ? cellText(row) : ''))
      : columns.map((name) =>
          Object.hasOwn(row as object, name) ? cellText((row as Record<string, unknown>)[name]) : '',
        ),
  );
  return { columns, moreColumns: all.length - Math.min(all.length, MOST_COLUMNS), rows, total: value.length };
}

export function cellText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > MOST_CELL ? `${text.slice(0, MOST_CELL)}…` : text;
}
