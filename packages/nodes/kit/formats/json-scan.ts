/**
 * Owns finding a list inside a JSON text that is longer than memory, and seeing that what follows it closes.
 * Knows strings, keys and depth only; values are checked where they are parsed.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
/** A longer key is none that somebody asked for. */
const LONGEST_KEY = 65_536;

export type Found =
  | { state: 'more' }
  /** `at`: the byte after the opening bracket; `open`: objects around the list. */
  | { state: 'found'; at: number; open: number }
  | { state: 'wrong'; reason: string };

/** Looks for the list at the keys of a path, over any number of pieces. */
export class ListFinder {
  readonly #path: readonly string[];
  #depth = 0;
  /** Objects on the way that were entered. */
  #matched = 0;
  #inText = false;
  #escaped = false;
  /** Bytes of the text that may be a key of the object on the way; null where no key can stand. */
  #key: number[] | null = null;
  #atKey = false;
  #keyFits = false;
  #last = '';

  constructor(path: readonly string[]) {
    this.#path = path;
  }

  push(bytes: Uint8Array): Found {
    for (let at = 0; at < bytes.byteLength; at += 1) {
      const byte = bytes[at] as number;
      if (this.#inText) this.#text(byte);
      else {
        const found = this.#structure(byte, at);
        if (found !== null) return found;
      }
    }
    return { state: 'more' };
  }

  #text(byte: number): void {
    if (!this.#escaped && byte === QUOTE) {
      this.#inText = false;
      if (this.#key !== null)
        this.#last = this.#key.length > LONGEST_KEY ? '' : Buffer.from(this.#key).toString('utf8');
      this.#key = null;
      return;
    }
    this.#escaped = !this.#escaped && byte === BACKSLASH;
    if (this.#key !== null && this.#key.length <= LONGEST_KEY) this.#key.push(byte);
  }

  #structure(byte: number, at: number): Found | null {
    const onWay = this.#depth === this.#matched;
    if (byte === QUOTE) {
      if (this.#keyFits) return this.#wrong();
      this.#inText = true;
      this.#escaped = false;
      this.#key = onWay && this.#atKey ? [] : null;
      return null;
    }
    if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) return null;
    if (byte === COLON) {
      if (onWay && this.#atKey) {
        this.#atKey = false;
        this.#keyFits = this.#unescaped() === this.#path[this.#matched - 1];
      }
      return null;
    }
    if (byte === COMMA) {
      if (onWay) this.#atKey = true;
      return null;
    }
    const opens = byte === 0x7b || byte === 0x5b;
    if (this.#depth === 0 && byte !== 0x7b) return { state: 'wrong', reason: 'it is not a JSON object' };
    if (this.#keyFits) {
      if (byte === 0x5b && this.#matched === this.#path.length)
        return { state: 'found', at: at + 1, open: this.#depth };
      if (byte !== 0x7b || this.#matched === this.#path.length) return this.#wrong();
      this.#keyFits = false;
      this.#enter();
      return null;
    }
    if (this.#depth === 0) this.#enter();
    else if (opens) this.#depth += 1;
    else if (byte === 0x7d || byte === 0x5d) {
      if (onWay) return { state: 'wrong', reason: `it has no "${this.#path.slice(0, this.#matched).join('.')}"` };
      this.#depth -= 1;
    }
    return null;
  }

  #enter(): void {
    this.#depth += 1;
    this.#matched += 1;
    this.#atKey = true;
  }

  #unescaped(): string {
    try {
      return JSON.parse(`"${this.#last}"`) as string;
    } catch {
      return this.#last;
    }
  }

  #wrong(): Found {
    const path = this.#path.slice(0, this.#matched).join('.');
    const wanted = this.#matched === this.#path.length ? 'a list' : 'an object';
    return { state: 'wrong', reason: `"${path}" is not ${wanted}` };
  }
}

/** What follows the list: `open` objects must close, and then nothing may come. */
export class TailCheck {
  #depth: number;
  #inText = false;
  #escaped = false;

  constructor(open: number) {
    this.#depth = open;
  }

  /** False when there is something that does not belong there. */
  push(bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      if (this.#inText) {
        if (!this.#escaped && byte === QUOTE) this.#inText = false;
        this.#escaped = !this.#escaped && byte === BACKSLASH;
        continue;
      }
      if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) continue;
      if (this.#depth === 0) return false;
      if (byte === QUOTE) this.#inText = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth += 1;
      else if (byte === 0x7d || byte === 0x5d) this.#depth -= 1;
    }
    return true;
  }

  get closed(): boolean {
    return this.#depth === 0;
  }
}
