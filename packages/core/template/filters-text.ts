/** Owns the filters on text: case, space, wrapping, escaping, links. */
import { chargeText, spend } from './budget.ts';
import { bind, type Given } from './arguments.ts';
import { percent } from './format.ts';
import { capitalize, pad, replaceText, splitLines, strip, words } from './methods-text.ts';
import { escaped, escapeText, sameKind } from './operators.ts';
import { pretty, spellJson, text } from './spell.ts';
import {
  Dict,
  elements,
  firstCharacters,
  entriesOf,
  isMapping,
  isText,
  Markup,
  numberOf,
  plainText,
  refuse,
  textLength,
  truthy,
  tuple,
  typeName,
  Undefined,
} from './value.ts';

export type Filter = (value: unknown, args: readonly Given[]) => unknown;

/** A filter that takes the named arguments in this order; those marked ! must be given. */
export function takes(names: string, run: (value: unknown, ...args: unknown[]) => unknown): Filter {
  const list = names === '' ? [] : names.split(' ');
  const plain = list.map((name) => name.replace('!', ''));
  return (value, args) => {
    const bound = bind('The filter', plain, args);
    const lacking = list.findIndex((name, i) => name.endsWith('!') && bound[i] === undefined);
    if (lacking >= 0) throw new Error(`The filter needs its argument ${plain[lacking]}`);
    return run(value, ...bound);
  };
}

/** On the text of any value, keeping Markup what it is. */
const onText = (run: (s: string) => string): Filter => takes('', (v) => sameKind(v, run(text(v))));

export function wholeArgument(value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  refuse(value);
  const n = numberOf(value);
  if (n === null || !Number.isInteger(n)) throw new Error(`A whole number is expected, not ${typeName(value)}`);
  return n;
}

/** Words by blanks and opening brackets; unlike str.title, an apostrophe starts none. */
function title(s: string): string {
  return s.replace(/[^-\s({[<]+/g, (word) => {
    const [first = ''] = word.slice(0, 2);
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });
}

function onlyText(value: unknown): string {
  if (!isText(value) && !(value instanceof Undefined)) throw new Error(`truncate needs text, not ${typeName(value)}`);
  return text(value);
}

function truncate(s: string, length: number, killWords: boolean, end: string, leeway: number): string {
  const endLength = textLength(end);
  if (length < endLength) throw new Error(`truncate: at least ${endLength} characters, for the end`);
  if (leeway < 0) throw new Error('truncate: the leeway must not be negative');
  if (textLength(s) <= length + leeway) return s;
  const cut = firstCharacters(s, length - endLength).join('');
  const space = killWords ? -1 : cut.lastIndexOf(' ');
  return (space < 0 ? cut : cut.slice(0, space)) + end;
}

function indent(s: string, width: unknown, first: boolean, blank: boolean): string {
  const by = isText(width) ? plainText(width) : ' '.repeat(Math.min(1000, Math.max(0, wholeArgument(width, 4))));
  const lines = splitLines(`${s}\n`);
  chargeText(s.length + lines.length * by.length);
  const out = lines.map((line, i) => ((i > 0 && (blank || line !== '')) || (i === 0 && first) ? by + line : line));
  return out.join('\n');
}

/** Where text may be broken: after blanks, and after hyphens inside words where asked. */
const HYPHENS =
  /\s+|(?<=[\w!"'&.,?])-{2,}(?=\w)|\S+?(?:-(?:(?<=[\p{L}_]{2}-)|(?<=[\p{L}_]-[\p{L}_]-))(?=[\p{L}_]-?[\p{L}_])|(?=\s|$)|(?<=[\w!"'&.,?])(?=-{2,}\w))/gu;
const BLANKS = /\s+|\S+/g;

function wrapLine(line: string, width: number, breakLong: boolean, hyphens: boolean): string[] {
  const chunks = [...line.matchAll(hyphens ? HYPHENS : BLANKS)].map((m) => [...m[0]]).reverse();
  // A step for each chunk: cutting a line into words is the slow part.
  spend(chunks.length);
  const isBlank = (chunk: string[]): boolean => strip(chunk.join(''), null) === '';
  const lines: string[] = [];
  while (chunks.length > 0) {
    const current: string[][] = [];
    let length = 0;
    if (lines.length > 0 && isBlank(chunks.at(-1) as string[])) chunks.pop();
    while (chunks.length > 0 && length + (chunks.at(-1) as string[]).length <= width) {
      const chunk = chunks.pop() as string[];
      current.push(chunk);
      length += chunk.length;
    }
    const long = chunks.at(-1);
    if (long !== undefined && long.length > width) {
      if (breakLong) {
        let room = width < 1 ? 1 : width - length;
        const hyphen = hyphens && long.length > room ? long.lastIndexOf('-', room - 1) : -1;
        if (room > 0 && hyphen > 0 && long.slice(0, hyphen).some((c) => c !== '-')) room = hyphen + 1;
        current.push(long.splice(0, room));
        if (long.length === 0) chunks.pop();
      } else if (current.length === 0) current.push(chunks.pop() as string[]);
    }
    if (current.length > 0 && isBlank(current.at(-1) as string[])) current.pop();
    if (current.length > 0) lines.push(current.flat().join(''));
  }
  return lines;
}

function wordWrap(s: string, width: number, breakLong: boolean, joint: string, hyphens: boolean): string {
  if (width <= 0) throw new Error('wordwrap: the width must be above 0');
  return splitLines(s)
    .map((line) => wrapLine(line, width, breakLong, hyphens).join(joint))
    .join(joint);
}

const CHARACTERS: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  euro: '€',
  laquo: '«',
  raquo: '»',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
};

function unescape(s: string): string {
  return s.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g,
    (all, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
      if (name !== undefined) return Object.hasOwn(CHARACTERS, name) ? (CHARACTERS[name] as string) : all;
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
      return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)
        ? '\ufffd'
        : String.fromCodePoint(code);
    },
  );
}

/** By indexOf: a regular expression takes quadratic time on tags that never close. */
function stripTags(s: string): string {
  const cut = (from: string, open: string, close: string): string => {
    let out = '';
    let at = 0;
    for (;;) {
      const start = from.indexOf(open, at);
      const end = start < 0 ? -1 : from.indexOf(close, start + open.length);
      if (end < 0) return out + from.slice(at);
      out += from.slice(at, start);
      at = end + close.length;
    }
  };
  return unescape(words(cut(cut(s, '<!--', '-->'), '<', '>')).join(' '));
}

function quoteUrl(value: unknown, inQuery: boolean): string {
  const s = encodeURIComponent(text(value).toWellFormed()).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return inQuery ? s.replaceAll('%20', '+') : s.replaceAll('%2F', '/');
}

function urlEncode(value: unknown): string {
  if (isText(value) || !(isMapping(value) || Array.isArray(value))) return quoteUrl(value, false);
  const pairs = isMapping(value) ? entriesOf(value) : value.map(elements);
  return pairs.map(([k, v]) => `${quoteUrl(k, true)}=${quoteUrl(v, true)}`).join('&');
}

function attributes(value: unknown, space: boolean): string {
  refuse(value);
  if (!isMapping(value)) throw new Error('xmlattr needs a dict');
  const list = entriesOf(value).filter(([, v]) => v !== null && !(v instanceof Undefined));
  for (const [key] of list) if (/[\s/>=]/.test(text(key))) throw new Error(`xmlattr: ${text(key)} is not an attribute`);
  const out = list.map(([k, v]) => `${escaped(k)}="${escaped(v)}"`).join(' ');
  return space && out !== '' ? ` ${out}` : out;
}

const LINK =
  /^(https?:\/\/|www\.)[\w-]+(\.[\w-]+)*(:\d+)?([/?#]\S*)?$|^[\w-]+(\.[\w-]+)*\.(com|net|int|edu|gov|org|info|mil)(:\d+)?([/?#]\S*)?$/iu;
const MAIL = /^[^\s@<>]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,10}$/u;

interface LinkOptions {
  limit: number | null;
  rel: string;
  target: string;
}

/** Links in a text, one word at a time; brackets around and punctuation after a word are no part of it. */
function urlize(s: string, { limit, rel, target }: LinkOptions): string {
  const shorten = (word: string): string =>
    limit !== null && textLength(word) > limit ? `${[...word].slice(0, limit).join('')}...` : word;
  const extra =
    (rel === '' ? '' : ` rel="${escapeText(rel)}"`) + (target === '' ? '' : ` target="${escapeText(target)}"`);
  const link = (word: string): string => {
    const [, head = '', body = ''] = /^((?:[(<]|&lt;)*)(.*)$/su.exec(word) ?? [];
    let end = body.length;
    for (;;) {
      const rest = body.slice(0, end);
      if (rest.endsWith('&gt;')) end -= 4;
      else if (/[)>.,]$/.test(rest)) end -= 1;
      else break;
    }
    // A closing bracket belongs to the link where its opening one does.
    for (const [open, shut] of [
      ['(', ')'],
      ['&lt;', '&gt;'],
    ] as const) {
      const opened = body.slice(0, end).split(open).length - body.slice(0, end).split(shut).length;
      for (let i = 0; i < opened; i += 1) {
        const next = body.indexOf(shut, end);
        if (next < 0) break;
        end = next + shut.length;
      }
    }
    const middle = body.slice(0, end);
    const tail = body.slice(end);
    if (LINK.test(middle)) {
      const href = /^https?:\/\//i.test(middle) ? middle : `https://${middle}`;
      return `${head}<a href="${href}"${extra}>${shorten(middle)}</a>${tail}`;
    }
    const mail = middle.startsWith('mailto:') ? middle.slice(7) : middle;
    if (!MAIL.test(mail) || mail.startsWith('www.') || mail.includes(':')) return word;
    return `${head}<a href="mailto:${mail}">${mail}</a>${tail}`;
  };
  spend(s.length >> 6);
  return escapeText(s)
    .split(/(\s+)/)
    .map((word) => (word.includes('.') || word.includes('@') ? link(word) : word))
    .join('');
}

function relation(nofollow: unknown, rel: unknown): string {
  const parts = new Set(rel === undefined || rel === null ? [] : words(text(rel)));
  if (nofollow !== undefined && truthy(nofollow)) parts.add('nofollow');
  parts.add('noopener');
  return [...parts].sort().join(' ');
}

function formatted(value: unknown, args: readonly Given[]): unknown {
  const named = args.filter((a) => a.name !== null);
  if (named.length > 0 && named.length < args.length)
    throw new Error('format takes values by place or by name, not both');
  const dict = new Dict();
  for (const { name, value: v } of named) dict.set(name, v);
  const given = named.length > 0 ? dict : tuple(args.map((a) => a.value));
  return sameKind(value, percent(text(value), given, value instanceof Markup ? escaped : text));
}

export const TEXT_FILTERS: Record<string, Filter> = {
  upper: onText((s) => s.toUpperCase()),
  lower: onText((s) => s.toLowerCase()),
  capitalize: onText(capitalize),
  title: takes('', (v) => title(text(v))),
  trim: takes('chars', (v, chars) =>
    sameKind(v, strip(text(v), chars === undefined || chars === null ? null : text(chars))),
  ),
  center: takes('width', (v, width) => sameKind(v, pad(text(v), wholeArgument(width, 80), ' ', 'center'))),
  string: takes('', (v) => (v instanceof Markup ? v : text(v))),
  safe: takes('', (v) => new Markup(text(v))),
  escape: takes('', (v) => new Markup(escaped(v))),
  forceescape: takes('', (v) => new Markup(escapeText(text(v)))),
  striptags: takes('', (v) => stripTags(text(v))),
  replace: takes('old! new! count', (v, from, to, most) =>
    replaceText(text(v), text(from), text(to), most === undefined || most === null ? -1 : wholeArgument(most, -1)),
  ),
  truncate: takes('length killwords end leeway', (v, length, kill, end, leeway) =>
    truncate(
      onlyText(v),
      wholeArgument(length, 255),
      truthy(kill),
      end === undefined ? '...' : text(end),
      leeway === null ? 5 : wholeArgument(leeway, 5),
    ),
  ),
  indent: takes('width first blank', (v, width, first, blank) =>
    sameKind(v, indent(text(v), width, truthy(first), truthy(blank))),
  ),
  wordwrap: takes('width break_long_words wrapstring break_on_hyphens', (v, width, long, joint, hyphens) =>
    wordWrap(
      text(v),
      wholeArgument(width, 79),
      long === undefined || truthy(long),
      joint === undefined || joint === null ? '\n' : text(joint),
      hyphens === undefined || truthy(hyphens),
    ),
  ),
  wordcount: takes('', (v) => text(v).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  format: formatted,
  urlencode: takes('', urlEncode),
  xmlattr: takes('autospace', (v, space) => attributes(v, space === undefined || truthy(space))),
  urlize: takes('trim_url_limit nofollow target rel', (v, limit, nofollow, target, rel) =>
    urlize(text(v), {
      limit: limit === undefined || limit === null ? null : wholeArgument(limit, 0),
      rel: relation(nofollow, rel),
      target: truthy(target) ? text(target) : '',
    }),
  ),
  pprint: takes('', (v) => pretty(v)),
  tojson: takes(
    'indent',
    (v, indentation) =>
      new Markup(
        spellJson(
          v,
          indentation === undefined || indentation === null
            ? null
            : isText(indentation)
              ? plainText(indentation)
              : ' '.repeat(Math.min(100, wholeArgument(indentation, 0))),
        ),
      ),
  ),
};
