/** Owns Python's methods of str that templates may call. Positions and widths are in code points. */
import { chargeText, checkText, spend } from './budget.ts';
import { formatSpec } from './format.ts';
import { getAttribute, getItem } from './access.ts';
import { escaped, sameKind } from './operators.ts';
import { repr, text } from './spell.ts';
import { elements, isText, made, Markup, numberOf, plainText, refuse, textLength, tuple, typeName } from './value.ts';

const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const IS_SPACE = new RegExp(`[${SPACE}]`);
const BREAK = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/g;

/** Without regular expressions at the end: those take quadratic time on long runs of blanks. */
export function strip(s: string, characters: string | null, sides: 'both' | 'left' | 'right' = 'both'): string {
  const list = characters === null ? null : new Set(characters);
  const drops = (c: string): boolean => (list === null ? IS_SPACE.test(c) : list.has(c));
  let from = 0;
  let to = s.length;
  while (sides !== 'right' && from < to) {
    const c = String.fromCodePoint(s.codePointAt(from) as number);
    if (!drops(c)) break;
    from += c.length;
  }
  while (sides !== 'left' && to > from) {
    const c = Array.from(s.slice(Math.max(from, to - 2), to)).at(-1) as string;
    if (!drops(c)) break;
    to -= c.length;
  }
  return s.slice(from, to);
}

export function splitLines(s: string, keepEnds = false): string[] {
  spend(s.length >> 6);
  const out: string[] = [];
  let at = 0;
  for (const match of s.matchAll(BREAK)) {
    const end = match.index + match[0].length;
    out.push(s.slice(at, keepEnds ? end : match.index));
    at = end;
  }
  if (at < s.length) out.push(s.slice(at));
  return out;
}

export function words(s: string): string[] {
  spend(s.length >> 6);
  return s.split(new RegExp(`[${SPACE}]+`)).filter((word) => word !== '');
}

export function capitalize(s: string): string {
  const [first = ''] = s.slice(0, 2);
  // ß becomes Ss.
  const [head = '', ...tail] = first.toUpperCase();
  return head + tail.join('').toLowerCase() + s.slice(first.length).toLowerCase();
}

const titleCase = (s: string): string => s.replace(/\p{L}+/gu, capitalize);

function split(s: string, by: string | null, most: number): string[] {
  if (by === '') throw new Error('The separator is empty');
  if (by !== null) {
    occurrences(s, by);
    const parts = s.split(by);
    if (most < 0 || parts.length <= most + 1) return parts;
    return [...parts.slice(0, most), parts.slice(most).join(by)];
  }
  if (most < 0) return words(s);
  const out: string[] = [];
  let rest = strip(s, null, 'left');
  while (rest !== '') {
    spend(1 + (rest.length >> 12));
    const at = rest.search(IS_SPACE);
    if (out.length === most || at < 0) {
      out.push(out.length === most ? strip(rest, null, 'right') : rest);
      break;
    }
    out.push(rest.slice(0, at));
    rest = strip(rest.slice(at), null, 'left');
  }
  return out;
}

function splitRight(s: string, by: string | null, most: number): string[] {
  const mirror = (t: string): string => [...t].reverse().join('');
  return split(mirror(s), by === null ? null : mirror(by), most)
    .map(mirror)
    .reverse();
}

/** Each one found is paid for: texts of millions of separators take seconds to split. */
function occurrences(s: string, part: string): number {
  let n = 0;
  for (let at = s.indexOf(part); at >= 0; at = s.indexOf(part, at + part.length)) n += 1;
  spend(n >> 4);
  return n;
}

export function replaceText(s: string, from: string, to: string, most: number): string {
  const found = from === '' ? textLength(s) + 1 : occurrences(s, from);
  const times = most < 0 ? found : Math.min(most, found);
  chargeText(s.length + times * Math.max(0, to.length - from.length));
  if (from === '') {
    const characters = [...s];
    return characters.map((c, i) => (i < times ? to + c : c)).join('') + (times > characters.length ? to : '');
  }
  if (times === found) return s.replaceAll(from, () => to);
  const parts = s.split(from);
  return parts.slice(0, times + 1).join(to) + from + parts.slice(times + 1).join(from);
}

export function pad(s: string, width: number, fill: string, align: 'left' | 'center' | 'right'): string {
  const missing = width - textLength(s);
  if (missing <= 0) return s;
  chargeText(width);
  if (align === 'left') return s + fill.repeat(missing);
  if (align === 'right') return fill.repeat(missing) + s;
  // str.center gives the odd blank to the left only where the width is odd.
  const left = (missing >> 1) + (missing & width & 1);
  return fill.repeat(left) + s + fill.repeat(missing - left);
}

const LETTER: Record<string, RegExp> = {
  isalpha: /^\p{L}+$/u,
  isdigit: /^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089]+$/u,
  isdecimal: /^\p{Nd}+$/u,
  isnumeric: /^\p{N}+$/u,
  isalnum: /^[\p{L}\p{N}]+$/u,
  isspace: new RegExp(`^[${SPACE}]+$`),
  isidentifier: /^[\p{L}_][\p{L}\p{N}\p{Mn}_]*$/u,
  isascii: /^[\0-\x7f]*$/,
  isprintable: /^[^\p{C}\p{Zl}\p{Zp}\xa0]*$/u,
};

export const isUpper = (s: string): boolean => s.toUpperCase() === s && s.toLowerCase() !== s;
export const isLower = (s: string): boolean => s.toLowerCase() === s && s.toUpperCase() !== s;

function asText(value: unknown): string {
  refuse(value);
  if (!isText(value)) throw new Error(`Text is expected, not ${typeName(value)}`);
  return plainText(value);
}

const whole = (value: unknown, fallback: number): number => {
  if (value === undefined || value === null) return fallback;
  const n = numberOf(value);
  if (n === null || !Number.isInteger(n)) throw new Error(`A whole number is expected, not ${typeName(value)}`);
  return n;
};

/** The part between start and end, and where it starts. */
function range(s: string, from: unknown, to: unknown): { part: string; start: number } {
  if (from === undefined && to === undefined) return { part: s, start: 0 };
  const all = [...s];
  const part = all.slice(whole(from, 0), to === undefined || to === null ? undefined : whole(to, 0));
  const start = whole(from, 0);
  return { part: part.join(''), start: start < 0 ? Math.max(0, all.length + start) : start };
}

function position(s: string, [wanted, from, to]: unknown[], last: boolean): number {
  const { part, start } = range(s, from, to);
  const at = last ? part.lastIndexOf(asText(wanted)) : part.indexOf(asText(wanted));
  return at < 0 ? -1 : start + textLength(part.slice(0, at));
}

function indexOf(s: string, args: unknown[], last: boolean): number {
  const at = position(s, args, last);
  if (at < 0) throw new Error(`${repr(args[0])} is not in the text`);
  return at;
}

function affix(s: string, [wanted, from, to]: unknown[], end: boolean): boolean {
  const { part } = range(s, from, to);
  const list = Array.isArray(wanted) ? wanted.map(asText) : [asText(wanted)];
  return list.some((affixed) => (end ? part.endsWith(affixed) : part.startsWith(affixed)));
}

function parts(s: string, by: string, last: boolean): unknown {
  if (by === '') throw new Error('The separator is empty');
  const at = last ? s.lastIndexOf(by) : s.indexOf(by);
  if (at < 0) return tuple(last ? ['', '', s] : [s, '', '']);
  return tuple([s.slice(0, at), by, s.slice(at + by.length)]);
}

function expandTabs(s: string, size: number): string {
  let column = 0;
  let out = '';
  for (const c of s) {
    if (c === '\t') {
      const n = size > 0 ? size - (column % size) : 0;
      checkText(out.length + n);
      out += ' '.repeat(n);
      column += n;
    } else {
      out += c;
      column = c === '\n' || c === '\r' ? 0 : column + 1;
    }
  }
  return out;
}

/** str.format. Fields reach data by the same access as the template itself. */
function formatText(like: string | Markup, args: unknown[], named: (name: string) => unknown): string {
  let auto = 0;
  const field = (name: string): unknown => {
    const match = /^([^.[]*)(.*)$/s.exec(name) as RegExpExecArray;
    const first = match[1] as string;
    let value = first === '' ? args[auto] : /^\d+$/.test(first) ? args[Number(first)] : named(first);
    if (first === '') auto += 1;
    if (value === undefined)
      throw new Error(`The format asks for ${first === '' ? `value ${auto}` : first}, which is not given`);
    for (const step of (match[2] as string).matchAll(/\.([^.[]+)|\[([^\]]*)\]/g)) {
      const key = step[2];
      value =
        key === undefined
          ? getAttribute(value, step[1] as string)
          : getItem(value, /^\d+$/.test(key) ? Number(key) : key);
    }
    return value;
  };
  let size = 0;
  const out = plainText(like).replace(
    /\{\{|\}\}|\{((?:[^{}[]|\[[^\]]*\])*?)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g,
    (all, name: string | undefined, conversion: string | undefined, spec: string | undefined) => {
      if (all === '{{') return '{';
      if (all === '}}') return '}';
      if (name === undefined) throw new Error('A brace of the format is single');
      const value = field(name);
      const inner = (spec ?? '').replace(/\{([^{}]*)\}/g, (_, nested: string) => text(field(nested)));
      const plain = conversion === undefined ? value : conversion === 's' ? text(value) : repr(value);
      const s = formatSpec(plain, inner);
      size += s.length;
      checkText(size);
      return like instanceof Markup && !(value instanceof Markup) ? escaped(s) : s;
    },
  );
  return out;
}

type Method = (s: string, args: unknown[], self: string | Markup, named: Map<string, unknown>) => unknown;

const optional = (value: unknown): string | null => (value === undefined || value === null ? null : asText(value));

const METHODS = new Map<string, Method>(
  Object.entries({
    upper: (s) => s.toUpperCase(),
    lower: (s) => s.toLowerCase(),
    casefold: (s) => s.toLowerCase().replaceAll('ß', 'ss'),
    capitalize: (s) => capitalize(s),
    title: (s) => titleCase(s),
    swapcase: (s) => s.replace(/\p{L}/gu, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())),
    strip: (s, a) => strip(s, optional(a[0])),
    lstrip: (s, a) => strip(s, optional(a[0]), 'left'),
    rstrip: (s, a) => strip(s, optional(a[0]), 'right'),
    split: (s, a, _, n) => made(split(s, optional(a[0] ?? n.get('sep')), whole(a[1] ?? n.get('maxsplit'), -1))),
    rsplit: (s, a, _, n) => made(splitRight(s, optional(a[0] ?? n.get('sep')), whole(a[1] ?? n.get('maxsplit'), -1))),
    splitlines: (s, a, _, n) => made(splitLines(s, Boolean(a[0] ?? n.get('keepends')))),
    partition: (s, a) => parts(s, asText(a[0]), false),
    rpartition: (s, a) => parts(s, asText(a[0]), true),
    join: (s, a, self) => {
      const list = elements(a[0]).map((v) => (self instanceof Markup ? escaped(v) : asText(v)));
      chargeText(list.reduce((n, part) => n + part.length + s.length, 0));
      return list.join(s);
    },
    replace: (s, a) => replaceText(s, asText(a[0]), asText(a[1]), whole(a[2], -1)),
    startswith: (s, a) => affix(s, a, false),
    endswith: (s, a) => affix(s, a, true),
    removeprefix: (s, a) => (s.startsWith(asText(a[0])) ? s.slice(asText(a[0]).length) : s),
    removesuffix: (s, a) => (asText(a[0]) !== '' && s.endsWith(asText(a[0])) ? s.slice(0, -asText(a[0]).length) : s),
    find: (s, a) => position(s, a, false),
    rfind: (s, a) => position(s, a, true),
    index: (s, a) => indexOf(s, a, false),
    rindex: (s, a) => indexOf(s, a, true),
    count: (s, a) => {
      const { part } = range(s, a[1], a[2]);
      return asText(a[0]) === '' ? textLength(part) + 1 : occurrences(part, asText(a[0]));
    },
    center: (s, a) => pad(s, whole(a[0], 0), fillOf(a[1]), 'center'),
    ljust: (s, a) => pad(s, whole(a[0], 0), fillOf(a[1]), 'left'),
    rjust: (s, a) => pad(s, whole(a[0], 0), fillOf(a[1]), 'right'),
    zfill: (s, a) => {
      const sign = /^[-+]/.test(s) ? s.slice(0, 1) : '';
      return sign + pad(s.slice(sign.length), whole(a[0], 0) - sign.length, '0', 'right');
    },
    expandtabs: (s, a, _, n) => expandTabs(s, whole(a[0] ?? n.get('tabsize'), 8)),
    format: (_, a, self, n) => formatText(self, a, (name) => n.get(name)),
    format_map: (_, a, self) => formatText(self, [], (name) => getItem(a[0], name)),
    isupper: (s) => isUpper(s),
    islower: (s) => isLower(s),
    istitle: (s) => /\p{L}/u.test(s) && titleCase(s) === s,
  } satisfies Record<string, Method>),
);
for (const [name, pattern] of Object.entries(LETTER)) METHODS.set(name, (s) => pattern.test(s));

function fillOf(value: unknown): string {
  if (value === undefined) return ' ';
  if (textLength(asText(value)) !== 1) throw new Error('The fill must be one character');
  return asText(value);
}

/** Runs `name` on the text; null where str has no such method. */
export function textMethod(
  self: string | Markup,
  name: string,
): ((args: unknown[], named: Map<string, unknown>) => unknown) | null {
  const run = METHODS.get(name);
  if (run === undefined) return null;
  return (args, named) => {
    chargeText(plainText(self).length);
    const out = run(plainText(self), args, self, named);
    if (typeof out !== 'string') return out;
    chargeText(out.length);
    return sameKind(self, out);
  };
}
