/**
 * Owns what parsing does not tell of a JSON text: where values stand, keys that occur twice, numbers that do not
 * survive. Reads texts that JSON.parse accepted, and those only.
 */
type Path = readonly (string | number)[];

/** A part of the text that somebody asked for, by its key below the part around it. */
interface Wanted {
  offset: number;
  inside: Map<string, Wanted>;
}

export interface Finding {
  offset: number;
  kind: 'twice' | 'too-large' | 'inexact';
  /** The key, or the number as written. */
  text: string;
}

/** Offset of the key (or element) at each path; of the deepest part that exists. */
export function offsetsIn(text: string, paths: readonly Path[]): number[] {
  const root: Wanted = { offset: 0, inside: new Map() };
  for (const path of paths) {
    let at = root;
    for (const key of path) {
      const known = at.inside.get(String(key));
      const next = known ?? { offset: -1, inside: new Map<string, Wanted>() };
      if (known === undefined) at.inside.set(String(key), next);
      at = next;
    }
  }
  new Scan(text, () => {}).value(root);
  return paths.map((path) => {
    let at = root;
    for (const key of path) {
      const next = at.inside.get(String(key));
      if (next === undefined || next.offset < 0) break;
      at = next;
    }
    return at.offset;
  });
}

/** The first of them. */
export function findingsIn(text: string, most: number): Finding[] {
  const findings: Finding[] = [];
  new Scan(text, (finding) => {
    if (findings.length < most) findings.push(finding);
  }).value(null);
  return findings;
}

const OTHER = /[^\s,\]}]+/y;

class Scan {
  readonly #text: string;
  readonly #tell: (finding: Finding) => void;
  #at = 0;

  constructor(text: string, tell: (finding: Finding) => void) {
    this.#text = text;
    this.#tell = tell;
  }

  /** Depth is bounded by who read the text before. */
  value(wanted: Wanted | null): void {
    switch (this.#next()) {
      case '{':
        return this.#members(wanted);
      case '[':
        return this.#elements(wanted);
      case '"':
        this.#string();
        return;
      default:
        return this.#word();
    }
  }

  #members(wanted: Wanted | null): void {
    const keys = new Set<string>();
    this.#at += 1;
    while (this.#next() !== '}') {
      if (this.#text[this.#at] === ',') {
        this.#at += 1;
        continue;
      }
      const offset = this.#at;
      const key = this.#string();
      if (keys.has(key)) this.#tell({ offset, kind: 'twice', text: key });
      keys.add(key);
      this.#next();
      this.#at += 1;
      this.value(reached(wanted, key, offset));
    }
    this.#at += 1;
  }

  #elements(wanted: Wanted | null): void {
    this.#at += 1;
    for (let index = 0; this.#next() !== ']'; ) {
      if (this.#text[this.#at] === ',') {
        this.#at += 1;
        continue;
      }
      this.value(reached(wanted, String(index), this.#at));
      index += 1;
    }
    this.#at += 1;
  }

  #string(): string {
    const from = this.#at;
    let end = this.#text.indexOf('"', from + 1);
    for (; this.#escaped(end); end = this.#text.indexOf('"', end + 1));
    this.#at = end + 1;
    const inner = this.#text.slice(from + 1, end);
    return inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner;
  }

  #escaped(quote: number): boolean {
    let slashes = 0;
    while (this.#text.charCodeAt(quote - 1 - slashes) === 92) slashes += 1;
    return slashes % 2 === 1;
  }

  #word(): void {
    OTHER.lastIndex = this.#at;
    const [text = ''] = OTHER.exec(this.#text) ?? [];
    const kind = numberTrouble(text);
    if (kind !== null) this.#tell({ offset: this.#at, kind, text });
    this.#at += Math.max(1, text.length);
  }

  /** The next character that says something. */
  #next(): string {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return this.#text[this.#at] ?? ']';
      this.#at += 1;
    }
  }
}

function reached(wanted: Wanted | null, key: string, offset: number): Wanted | null {
  const inside = wanted?.inside.get(key);
  if (inside === undefined) return null;
  inside.offset = offset;
  return inside;
}

/** Whether a number, as written, is another one here. */
export function numberTrouble(text: string): 'too-large' | 'inexact' | null {
  if (!/^[-+.]?\d/.test(text)) return null;
  const value = Number(text);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? null : 'too-large';
  if (!/^[-+]?\d+$/.test(text) || Number.isSafeInteger(value)) return null;
  return digitsOf(text) === digitsOf(String(value)) ? null : 'inexact';
}

/** Those that matter. */
const digitsOf = (number: string): string =>
  number
    .replace(/e.*/, '')
    .replaceAll(/[-+.]/g, '')
    .replace(/^0+|0+$/g, '');
