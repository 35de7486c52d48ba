/**
 * Owns making text safe and fitting for a terminal: control characters, width, cutting.
 * Values of users pass through here before they are shown. Does not colour.
 */

// Control characters of C0 and C1, and those that change the direction or the end of a line.
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const UNSAFE_IN_LINES = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

function escape(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** One line, without anything that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(UNSAFE, escape);
}

/** The same for text of several lines: line ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE_IN_LINES, escape);
}

const COMBINING = /\p{Mark}/u;
// What style.ts writes: the escape character, then [ ... m.
const ANSI = /\p{Cc}\[[0-9;]*m/gu;

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0x303e) ||
    (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Columns of one character. */
function columnsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (code === 0x200b || code === 0x200d || COMBINING.test(character)) return 0;
  return isWide(code) ? 2 : 1;
}

/** Columns that text takes; colours take none. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text.replace(ANSI, '')) columns += columnsOf(character);
  return columns;
}

/** Text of at most `columns`, cut with an ellipsis. Only for text without colours. */
export function cut(text: string, columns: number): string {
  if (text.length <= columns && width(text) <= columns) return text;
  let out = '';
  let used = 0;
  for (const character of text) {
    const more = columnsOf(character);
    if (used + more > columns - 1) break;
    out += character;
    used += more;
  }
  return columns > 0 ? `${out}…` : '';
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - width(text))) + text;
}

/** Words in lines of at most `columns`. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
