/**
 * Owns TypeScript's parameters of constructors that are properties, too: they become plain parameters, and are
 * assigned where the constructor begins, for what takes types away does not know them. Does not check them.
 */
import { blank } from './blank.ts';

const CONSTRUCTOR = /(?<![\w$.])constructor\s*\(/g;
const PROPERTY = /^\s*((?:(?:public|private|protected|readonly|override)\s+)+)([A-Za-z_$][\w$]*)/;

interface Edit {
  at: number;
  /** As many letters become blanks. */
  blanks: number;
  put: string;
}

/** The text without them; lines stay where they are. */
export function withoutParameterProperties(source: string): string {
  if (!/\bconstructor\s*\(/.test(source)) return source;
  const { code } = blank(source);
  const edits: Edit[] = [];
  for (const match of code.matchAll(CONSTRUCTOR)) {
    const open = match.index + match[0].length - 1;
    const close = closing(code, open);
    const body = /^\)\s*\{/.exec(code.slice(close, close + 1000));
    if (close < 0 || body === null) continue;
    const names: string[] = [];
    for (const from of partsOf(code, open, close)) {
      const found = PROPERTY.exec(code.slice(from, close));
      if (found === null) continue;
      const [head, modifiers = '', name = ''] = found;
      names.push(name);
      edits.push({ at: from + head.indexOf(modifiers), blanks: modifiers.length, put: '' });
    }
    if (names.length === 0) continue;
    const put = ` ${names.map((name) => `this.${name} = ${name};`).join(' ')}`;
    edits.push({ at: beginning(code, close + body[0].length), blanks: 0, put });
  }
  let out = '';
  let last = 0;
  for (const { at, blanks, put } of edits.toSorted((a, b) => a.at - b.at)) {
    out += source.slice(last, at) + source.slice(at, at + blanks).replace(/[^\n]/g, ' ') + put;
    last = at + blanks;
  }
  return out + source.slice(last);
}

/** Where the bracket that opens there is closed; -1: nowhere. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    const letter = code.charAt(at);
    if ('([{'.includes(letter)) depth += 1;
    else if (')]}'.includes(letter)) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** Where each parameter begins. Commas between angle brackets are of types. */
function partsOf(code: string, open: number, close: number): number[] {
  const parts = [open + 1];
  let depth = 0;
  for (let at = open + 1; at < close; at += 1) {
    const letter = code.charAt(at);
    if ('([{<'.includes(letter)) depth += 1;
    else if (')]}'.includes(letter) || (letter === '>' && code.charAt(at - 1) !== '=')) depth -= 1;
    else if (letter === ',' && depth <= 0) parts.push(at + 1);
  }
  return parts;
}

/** After `super(...)`, where the body begins with it: before, there is no `this`. */
function beginning(code: string, body: number): number {
  const called = /^\s*super\s*\(/.exec(code.slice(body));
  if (called === null) return body;
  const end = closing(code, body + called[0].length - 1);
  if (end < 0) return body;
  return code.charAt(end + 1) === ';' ? end + 2 : end + 1;
}
