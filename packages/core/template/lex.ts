/** Owns the cutting of a template into text, prints and blocks, and of those into tokens. */
import { TemplateError } from './syntax.ts';
import { float } from './value.ts';

export interface Token {
  kind: 'name' | 'number' | 'string' | 'operator';
  text: string;
  value?: unknown;
  line: number;
}

export type Chunk = { kind: 'text'; text: string } | { kind: 'print' | 'block'; tokens: Token[]; line: number };

const OPEN = /\{\{|\{%|\{#/g;
const OPERATORS = [
  '**',
  '//',
  '==',
  '!=',
  '<=',
  '>=',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '+',
  '-',
  '*',
  '/',
  '%',
  '~',
  '<',
  '>',
  '=',
  ',',
  ':',
  '.',
  '|',
];
const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  '\n': '',
};
const SPACE = /\s/;
/** What may follow a backslash in a text: the code of a character, octal or hexadecimal. */
const CODE =
  /^(?:([0-7]{1,3})|(?:x(?=[\da-fA-F]{2})|u(?=[\da-fA-F]{4})|U(?=[\da-fA-F]{8}))((?<=x)..|(?<=u)....|(?<=U).{8}))/;
const WORD = /[\p{L}\p{Nl}_][\p{L}\p{N}\p{Mn}\p{Mc}\p{Pc}]*/uy;
const RADIX = /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+/y;
const NUMBER = /\d+(?:_\d+)*(\.\d+(?:_\d+)*)?([eE][+-]?\d+)?/y;
const INTEGER = /\d+/y;

/** Whitespace as Jinja2's defaults have it: kept, but for one newline at the very end and where `-` asks. */
export function lex(source: string): Chunk[] {
  const text = source.replace(/\r\n|\r/g, '\n').replace(/\n$/, '');
  const chunks: Chunk[] = [];
  let at = 0;
  let strip = false;
  let line = 1;
  let counted = 0;
  const lineAt = (offset: number): number => {
    for (let i = text.indexOf('\n', counted); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) {
      line += 1;
      counted = i + 1;
    }
    return line;
  };
  const pushText = (end: number, stripEnd: boolean): void => {
    let part = text.slice(at, end);
    if (strip) part = part.trimStart();
    if (stripEnd) part = part.trimEnd();
    if (part !== '') chunks.push({ kind: 'text', text: part });
  };
  for (;;) {
    OPEN.lastIndex = at;
    const open = OPEN.exec(text);
    if (open === null) break;
    const start = open.index;
    lineAt(start);
    const mark = text[start + 2];
    pushText(start, mark === '-');
    const from = start + 2 + (mark === '-' || mark === '+' ? 1 : 0);
    if (open[0] === '{#') {
      const end = text.indexOf('#}', from);
      if (end < 0) throw new TemplateError('A comment is not closed', line);
      strip = text[end - 1] === '-';
      at = end + 2;
      continue;
    }
    const close = open[0] === '{{' ? '}}' : '%}';
    const scanned = tokens(text, from, close, line);
    strip = scanned.strip;
    at = scanned.end;
    const first = scanned.tokens[0];
    if (close === '%}' && first?.text === 'raw') {
      const end = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
      end.lastIndex = at;
      const found = end.exec(text);
      if (found === null) throw new TemplateError('raw is not closed', line);
      pushText(found.index, found[1] === '-');
      strip = found[2] === '-';
      at = found.index + found[0].length;
      continue;
    }
    chunks.push({ kind: close === '}}' ? 'print' : 'block', tokens: scanned.tokens, line });
  }
  pushText(text.length, false);
  return chunks;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function tokens(
  text: string,
  from: number,
  close: string,
  firstLine: number,
): { tokens: Token[]; end: number; strip: boolean } {
  const out: Token[] = [];
  let depth = 0;
  let at = from;
  let line = firstLine;
  while (at < text.length) {
    const rest = text.slice(at, at + 3);
    if (depth === 0 && (rest.startsWith(close) || rest === `-${close}` || rest === `+${close}`)) {
      const signed = !rest.startsWith(close);
      return { tokens: out, end: at + close.length + (signed ? 1 : 0), strip: rest.startsWith('-') && signed };
    }
    const c = text[at] as string;
    if (SPACE.test(c)) {
      if (c === '\n') line += 1;
      at += 1;
      continue;
    }
    const word = match(WORD, text, at);
    if (word !== null) {
      out.push({ kind: 'name', text: word[0], line });
      at += word[0].length;
      continue;
    }
    // After a dot, 1.5 are two indexes.
    const afterDot = out.at(-1)?.text === '.' && out.at(-1)?.kind === 'operator';
    const number = afterDot ? match(INTEGER, text, at) : (match(RADIX, text, at) ?? match(NUMBER, text, at));
    if (number !== null) {
      out.push({ kind: 'number', text: number[0], value: numberValue(number), line });
      at += number[0].length;
      continue;
    }
    if (c === '"' || c === "'") {
      const string = readString(text, at, line);
      out.push({ kind: 'string', text: c, value: string.value, line });
      for (let i = text.indexOf('\n', at); i >= 0 && i < string.end; i = text.indexOf('\n', i + 1)) line += 1;
      at = string.end;
      continue;
    }
    const operator = OPERATORS.find((op) => text.startsWith(op, at));
    if (operator === undefined) throw new TemplateError(`Unexpected character ${c}`, line);
    if ('([{'.includes(operator)) depth += 1;
    else if (')]}'.includes(operator)) depth = Math.max(0, depth - 1);
    out.push({ kind: 'operator', text: operator, line });
    at += operator.length;
  }
  throw new TemplateError(`${close} is missing`, firstLine);
}

function numberValue(number: RegExpExecArray): unknown {
  const digits = number[0].replaceAll('_', '');
  if (number[1] !== undefined || number[2] !== undefined) return float(Number(digits));
  const n = Number(digits);
  return Number.isSafeInteger(n) ? n : BigInt(digits.slice(0, 4000));
}

function readString(text: string, start: number, line: number): { value: string; end: number } {
  const quote = text[start];
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const c = text[at] as string;
    if (c === quote) return { value, end: at + 1 };
    if (c !== '\\') {
      value += c;
      continue;
    }
    at += 1;
    const escaped = text[at] as string;
    const code = escaped === undefined ? null : CODE.exec(text.slice(at, at + 9));
    if (code !== null) {
      const n = Number.parseInt(code[2] ?? (code[1] as string), code[2] === undefined ? 8 : 16);
      if (n > 0x10ffff) throw new TemplateError('There is no such character', line);
      value += String.fromCodePoint(n);
      at += code[0].length - 1;
    } else value += ESCAPES[escaped] ?? `\\${escaped}`;
  }
  throw new TemplateError('A text is not closed', line);
}
