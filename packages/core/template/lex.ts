/** Owns the cutting of a template into text, prints and blocks, and of those into tokens. */
import { TemplateError } from './syntax.ts';

export interface Token {
  kind: 'name' | 'number' | 'string' | 'operator';
  text: string;
  value?: string | number;
  line: number;
}

export type Chunk = { kind: 'text'; text: string } | { kind: 'print' | 'block'; tokens: Token[]; line: number };

const OPEN = /\{\{|\{%|\{#/g;
const OPERATORS = ['**', '//', '==', '!=', '<=', '>=', '{', '}', '(', ')', '[', ']', '+', '-', '*', '/', '%', '~', '<', '>', '=', ',', ':', '.', '|'];
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', b: '\b', f: '\f', v: '\v', a: '\u0007', 0: '\0' };

/** Whitespace as Jinja2's defaults have it: kept, but for one newline at the very end and where `-` asks. */
export function lex(source: string): Chunk[] {
  const text = source.replace(/\r\n|\r/g, '\n').replace(/\n$/, '');
  const chunks: Chunk[] = [];
  let at = 0;
  let strip = false;
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
    const line = lineAt(text, start);
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

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line += 1;
  return line;
}

function tokens(text: string, from: number, close: string, line: number): { tokens: Token[]; end: number; strip: boolean } {
  const out: Token[] = [];
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const rest = text.slice(at, at + 3);
    if (depth === 0 && (rest.startsWith(close) || rest === `-${close}` || rest === `+${close}`)) {
      const signed = !rest.startsWith(close);
      return { tokens: out, end: at + close.length + (signed ? 1 : 0), strip: rest.startsWith('-') && signed };
    }
    const c = text[at] as string;
    if (/\s/.test(c)) {
      at += 1;
      continue;
    }
    const word = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(text.slice(at, at + 200));
    if (word !== null) {
      out.push({ kind: 'name', text: word[0], line });
      at += word[0].length;
      continue;
    }
    const number = /^\d[\d_]*(\.\d+)?([eE][+-]?\d+)?/.exec(text.slice(at, at + 60));
    if (number !== null) {
      out.push({ kind: 'number', text: number[0], value: Number(number[0].replaceAll('_', '')), line });
      at += number[0].length;
      continue;
    }
    if (c === '"' || c === "'") {
      const string = readString(text, at, line);
      out.push({ kind: 'string', text: c, value: string.value, line });
      at = string.end;
      continue;
    }
    const operator = OPERATORS.find((op) => text.startsWith(op, at));
    if (operator === undefined) throw new TemplateError(`Unexpected character ${c}`, line);
    if ('([{'.includes(operator)) depth += 1;
    else if (')]}'.includes(operator)) depth -= 1;
    out.push({ kind: 'operator', text: operator, line });
    at += operator.length;
  }
  throw new TemplateError(`${close} is missing`, line);
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
    const unicode = escaped === 'u' ? /^[0-9a-fA-F]{4}/.exec(text.slice(at + 1)) : escaped === 'x' ? /^[0-9a-fA-F]{2}/.exec(text.slice(at + 1)) : null;
    if (unicode !== null) {
      value += String.fromCharCode(Number.parseInt(unicode[0], 16));
      at += unicode[0].length;
    } else value += ESCAPES[escaped] ?? `\\${escaped}`;
  }
  throw new TemplateError('A text is not closed', line);
}
