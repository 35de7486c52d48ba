/**
 * Owns cutting text into literal parts and `{{ }}` parts. Does not parse expressions for meaning. Where a part
 * ends is the dialect's: in native text the parser is asked, so that `}}` inside a string or object does not end it.
 *
 * `\{{` is the literal text `{{`; a backslash before it is doubled to stay one.
 */
import { parseExpressionAt } from 'acorn';
import { ECMA_VERSION } from './parse.ts';

export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'code'; code: string /** Of the code in the whole text. */; offset: number; closed: boolean };

/** Unreadable parts after which only the text search is used, so that hostile text costs linear time. */
const MISSES = 100;

/** Whether a native string is a template at all. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

/** Where the `}}` stands that ends the part whose code begins at `start`; null: it is never closed. */
export type FindEnd = (start: number) => number | null;

/** Never throws. Text parts are never empty and never adjacent. */
export function split(text: string, findEnd: FindEnd = expressionEnd(text)): Part[] {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{{', at);
    if (open === -1) break;
    let slashes = 0;
    while (open - slashes > at && text[open - slashes - 1] === '\\') slashes += 1;
    literal += text.slice(at, open - slashes) + '\\'.repeat(Math.floor(slashes / 2));
    if (slashes % 2 === 1) {
      literal += '{{';
      at = open + 2;
      continue;
    }
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
    const start = open + 2;
    const close = findEnd(start);
    parts.push({
      kind: 'code',
      code: text.slice(start, close ?? text.length),
      offset: start,
      closed: close !== null,
    });
    at = close === null ? text.length : close + 2;
  }
  literal += text.slice(at);
  if (literal !== '') parts.push({ kind: 'text', text: literal });
  return parts;
}

const BLANK = /(?:[\s;]|\/\*[^]*?\*\/|\/\/[^\n]*\n)*/y;

/** The end of native parts: after the expression when one can be read, else the first `}}`. */
export function expressionEnd(text: string): FindEnd {
  let misses = 0;
  return (start) => {
    const first = text.indexOf('}}', start);
    if (first === -1) return null;
    // Most expressions hold nothing that could hide a marker; then the first one is right without parsing.
    if (!/["'`{/]/.test(text.slice(start, first))) return first;
    const end = misses < MISSES ? parsedEnd(text, start) : null;
    if (end === null) misses += 1;
    return end ?? first;
  };
}

function parsedEnd(text: string, start: number): number | null {
  try {
    // From a slice, as the parser looks for the beginning of the line it starts in.
    const expression = parseExpressionAt(text.slice(start), 0, { ecmaVersion: ECMA_VERSION, sourceType: 'script' });
    const after = start + expression.end;
    BLANK.lastIndex = after;
    const end = after + (BLANK.exec(text)?.[0].length ?? 0);
    return text.startsWith('}}', end) ? end : null;
  } catch {
    // Not an expression: the text search decides and compile reports the mistake.
    return null;
  }
}
