/** Owns the spelling of values: Python's str(), repr() and pprint, and JSON as Jinja2 writes it. */
import { chargeText, spend } from './budget.ts';
import {
  Dict,
  entriesOf,
  Float,
  isFloat,
  isMapping,
  Markup,
  Namespace,
  Native,
  order,
  plainText,
  isText,
  Tuple,
  typeName,
  Undefined,
  View,
  refuse,
} from './value.ts';

/** str(value): what a print shows. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined || value === undefined) return '';
  return repr(value);
}

export function repr(value: unknown): string {
  spend();
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return quote(value);
  if (value instanceof Float) return spellFloat(value.value);
  if (typeof value === 'number') return isFloat(value) ? spellFloat(value) : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Markup) return `Markup(${quote(value.text)})`;
  if (value instanceof Undefined) return 'Undefined';
  if (Array.isArray(value)) return reprList(value);
  if (value instanceof Native) return `<${value.label}>`;
  if (value instanceof Namespace) return `<Namespace ${pairs([...value.fields])}>`;
  return isMapping(value) ? pairs(entriesOf(value)) : '<function>';
}

const pairs = (entries: readonly [unknown, unknown][]): string =>
  `{${entries.map(([k, v]) => `${repr(k)}: ${repr(v)}`).join(', ')}}`;

function reprList(list: unknown[]): string {
  if (list instanceof View && list.label.startsWith('range')) return list.label;
  const inside = list.map(repr).join(', ');
  chargeText(inside.length);
  if (list instanceof Tuple) return list.length === 1 ? `(${inside},)` : `(${inside})`;
  return list instanceof View ? `${list.label}([${inside}])` : `[${inside}]`;
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]/u;
const NAMED: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

function quote(s: string): string {
  chargeText(s.length);
  spend(s.length >> 6);
  const mark = s.includes("'") && !s.includes('"') ? '"' : "'";
  let out = mark;
  for (const c of s) {
    if (c === mark) out += `\\${mark}`;
    else if (Object.hasOwn(NAMED, c)) out += NAMED[c];
    else if (c === ' ' || !UNPRINTABLE.test(c)) out += c;
    else {
      const hex = (c.codePointAt(0) as number).toString(16);
      out +=
        hex.length <= 2
          ? `\\x${hex.padStart(2, '0')}`
          : hex.length <= 4
            ? `\\u${hex.padStart(4, '0')}`
            : `\\U${hex.padStart(8, '0')}`;
    }
  }
  return out + mark;
}

/** repr(float): shortest digits, with an exponent below 1e-4 and from 1e16 on. */
export function spellFloat(n: number): string {
  if (Number.isNaN(n)) return 'nan';
  if (!Number.isFinite(n)) return n > 0 ? 'inf' : '-inf';
  if (n === 0) return Object.is(n, -0) ? '-0.0' : '0.0';
  const size = Math.abs(n);
  if (size < 1e-4 || size >= 1e16) return n.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isInteger(n) ? `${n}.0` : String(n);
}

/** json.dumps with sorted keys, ASCII only, and the characters that matter in HTML escaped. */
export function spellJson(value: unknown, indent: string | null): string {
  const out = jsonValue(value, indent, '\n');
  chargeText(out.length);
  return out.replace(/[<>&']/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}

function jsonText(s: string): string {
  return JSON.stringify(s).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function jsonValue(value: unknown, indent: string | null, newline: string): string {
  spend();
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (isText(value)) return jsonText(plainText(value));
  if (isFloat(value)) {
    const n = value instanceof Float ? value.value : (value as number);
    return Number.isFinite(n) ? spellFloat(n) : Number.isNaN(n) ? 'NaN' : n > 0 ? 'Infinity' : '-Infinity';
  }
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const inner = indent === null ? '' : newline + indent;
  const outer = indent === null ? '' : newline;
  const separator = indent === null ? ', ' : `,${inner}`;
  if (Array.isArray(value) && !(value instanceof View)) {
    if (value.length === 0) return '[]';
    return `[${inner}${value.map((v) => jsonValue(v, indent, inner)).join(separator)}${outer}]`;
  }
  if (isMapping(value)) {
    const entries = entriesOf(value).sort(([a], [b]) => order(a, b));
    if (entries.length === 0) return '{}';
    const field = ([k, v]: [unknown, unknown]): string => `${jsonText(jsonKey(k))}: ${jsonValue(v, indent, inner)}`;
    return `{${inner}${entries.map(field).join(separator)}${outer}}`;
  }
  refuse(value);
  throw new Error(`${typeName(value)} cannot be written as JSON`);
}

function jsonKey(key: unknown): string {
  if (isText(key)) return plainText(key);
  if (key instanceof Tuple) throw new Error('A tuple cannot be a key in JSON');
  return key === null ? 'null' : typeof key === 'boolean' ? String(key) : repr(key);
}

const WIDTH = 80;

/** Python's pprint: one line where it fits in 80 columns, else one element a line; keys sorted. */
export function pretty(value: unknown, indent = 0, after = 0): string {
  const sorted = sortKeys(value);
  const line = repr(sorted);
  if (line.length <= WIDTH - indent - after) return line;
  if (Array.isArray(sorted)) {
    const isTuple = sorted instanceof Tuple;
    const last = sorted.length - 1;
    const parts = sorted.map((v, i) => pretty(v, indent + 1, i === last ? after + 1 : 1));
    const comma = isTuple && sorted.length === 1 ? ',' : '';
    return (isTuple ? '(' : '[') + parts.join(`,\n${' '.repeat(indent + 1)}`) + comma + (isTuple ? ')' : ']');
  }
  if (sorted instanceof Dict) {
    const entries = sorted.entries();
    const parts = entries.map(([k, v], i) => {
      const key = repr(k);
      return `${key}: ${pretty(v, indent + key.length + 3, i === entries.length - 1 ? after + 1 : 1)}`;
    });
    return `{${parts.join(`,\n${' '.repeat(indent + 1)}`)}}`;
  }
  return typeof sorted === 'string' ? prettyText(sorted, indent, after) : line;
}

function sortKeys(value: unknown): unknown {
  spend();
  if (Array.isArray(value) && !(value instanceof View)) {
    const list = value instanceof Tuple ? new Tuple() : [];
    for (const v of value) list.push(sortKeys(v));
    return list;
  }
  if (!isMapping(value)) return value;
  const dict = new Dict();
  for (const [k, v] of entriesOf(value).sort(([a], [b]) => order(a, b))) dict.set(k, sortKeys(v));
  return dict;
}

/** A long text is written as several, cut after spaces. */
function prettyText(s: string, indent: number, after: number): string {
  const outermost = indent === 0;
  const column = outermost ? 1 : indent;
  const room = WIDTH - column;
  const lines = s.split(/(?<=\n)/);
  const chunks: string[] = [];
  for (const [i, line] of lines.entries()) {
    const lastLine = i === lines.length - 1;
    if (quote(line).length <= room - (lastLine ? after + (outermost ? 1 : 0) : 0)) {
      chunks.push(quote(line));
      continue;
    }
    const words = line.match(/\S*\s*/g)?.filter((word) => word !== '') ?? [];
    let current = '';
    for (const [j, word] of words.entries()) {
      const most = room - (lastLine && j === words.length - 1 ? after + (outermost ? 1 : 0) : 0);
      if (current !== '' && quote(current + word).length > most) {
        chunks.push(quote(current));
        current = word;
      } else current += word;
    }
    if (current !== '') chunks.push(quote(current));
  }
  if (chunks.length === 1) return chunks[0] as string;
  const joined = chunks.join(`\n${' '.repeat(column)}`);
  return outermost ? `(${joined})` : joined;
}
