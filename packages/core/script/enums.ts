/**
 * Owns TypeScript's enums: each becomes an object with the same members, for what takes types away does not know
 * them. Does not check them.
 */
import { blank } from './blank.ts';

const ENUM = /(?<![\w$.])(export\s+)?(declare\s+)?(?:const\s+)?enum\s+([A-Za-z_$][\w$]*)\s*\{/g;

/** The text without enums; lines stay where they are. */
export function withoutEnums(source: string): string {
  if (!/\benum\b/.test(source)) return source;
  const { code } = blank(source);
  let out = '';
  let last = 0;
  for (const match of code.matchAll(ENUM)) {
    const [head, exported = '', declared, name = ''] = match;
    const open = match.index + head.length;
    const close = code.indexOf('}', open);
    if (close < 0 || match.index < last) continue;
    const lines = '\n'.repeat(source.slice(match.index, close + 1).split('\n').length - 1);
    const object = declared === undefined ? `${exported}const ${name} = ${objectOf(source, code, open, close)};` : '';
    out += source.slice(last, match.index) + object + lines;
    last = close + 1;
  }
  return out + source.slice(last);
}

/** Members see the ones before them by name; numbers lead back to their names. */
function objectOf(source: string, code: string, open: number, close: number): string {
  let body = 'const $enum = {}; let $last = -1;';
  for (const [from, to] of partsOf(code, open, close)) {
    const text = source.slice(from, to);
    const [, name = '', quoted, init] = /^\s*(?:([A-Za-z_$][\w$]*)|(['"].*?['"]))\s*(?:=([^]*))?$/.exec(text) ?? [];
    const key = quoted ?? JSON.stringify(name);
    if (key === '""') continue;
    body += ` $last = (${init?.trim() ?? '$last + 1'});`;
    if (name !== '') body += ` const ${name} = $last;`;
    body += ` $enum[${key}] = $last; if (typeof $last === 'number') $enum[$last] = ${key};`;
  }
  return `(() => { ${body.replaceAll('\n', ' ')} return $enum; })()`;
}

/** Where the parts between commas begin and end. */
function partsOf(code: string, open: number, close: number): [number, number][] {
  const parts: [number, number][] = [];
  let depth = 0;
  let from = open;
  for (let at = open; at <= close; at += 1) {
    const c = code[at];
    if (c === '(' || c === '[') depth += 1;
    else if (c === ')' || c === ']') depth -= 1;
    else if ((c === ',' && depth === 0) || at === close) {
      if (code.slice(from, at).trim() !== '') parts.push([from, at]);
      from = at + 1;
    }
  }
  return parts;
}
