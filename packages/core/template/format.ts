/** Owns Python's formatting of values in text: the % operator, str.format and its format specs. */
import { MOST_TEXT } from './budget.ts';
import { repr, spellFloat, text } from './spell.ts';
import {
  Float,
  isFloat,
  isMapping,
  isText,
  numeric,
  plainText,
  textLength,
  Tuple,
  typeName,
  valueOf,
} from './value.ts';

/** Digits after the point, halves to even as Python has it; toFixed rounds them up. */
export function fixed(n: number, digits: number): string {
  if (!Number.isFinite(n)) return spellFloat(n);
  const size = Math.abs(n);
  if (size >= 1e21) return (n < 0 ? '-' : '') + BigInt(size) + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
  const places = Math.min(digits, 100);
  let out = size.toFixed(places);
  const long = size.toFixed(Math.min(100, places + 31));
  const cut = long.indexOf('.') + 1 + places;
  // An exact half was rounded up; the even neighbour is the truncated one where its last digit is even.
  if (/^50*$/.test(long.slice(cut))) {
    const down = places === 0 ? long.slice(0, cut - 1) : long.slice(0, cut);
    if (Number(down.at(-1)) % 2 === 0) out = down;
  }
  return (n < 0 || Object.is(n, -0) ? '-' : '') + out + '0'.repeat(digits - places);
}

const twoDigits = (s: string): string => s.replace(/e([+-])(\d)$/, 'e$10$2');

const exponential = (n: number, digits: number): string =>
  Number.isFinite(n) ? twoDigits(n.toExponential(Math.min(digits, 100))) : spellFloat(n);

function general(n: number, digits: number, keepZeros: boolean): string {
  if (!Number.isFinite(n)) return spellFloat(n);
  const precision = Math.min(Math.max(digits, 1), 100);
  const exponent = n === 0 ? 0 : Number(n.toExponential(precision - 1).split('e')[1]);
  const plain = exponent >= -4 && exponent < precision;
  const out = plain ? fixed(n, precision - 1 - exponent) : exponential(n, precision - 1);
  if (keepZeros || !out.includes('.')) return out;
  return plain ? out.replace(/\.?0+$/, '') : out.replace(/\.?0*e/, 'e');
}

function needNumber(value: unknown, kind: string): number | bigint {
  const n = numeric(value);
  if (n === null) throw new Error(`%${kind} needs a number, not ${typeName(value)}`);
  return n;
}

const whole = (n: number | bigint): bigint => {
  if (typeof n === 'bigint') return n;
  if (!Number.isFinite(n)) throw new Error('A whole number cannot be infinite or NaN');
  return BigInt(Math.trunc(n));
};

const RADIX: Record<string, number> = { d: 10, i: 10, u: 10, x: 16, o: 8, b: 2 };

function count(digits: string | undefined, fallback: number): number {
  const n = digits === undefined || digits === '' ? fallback : Number(digits);
  if (n > MOST_TEXT) throw new Error('A width or precision is too large');
  return n;
}

/** Digits and sign of a number, by the letter of its format. */
function spellAs(kind: string, value: unknown, precision: number | null): string {
  const lower = kind.toLowerCase();
  const n = needNumber(value, kind);
  let out: string;
  if (RADIX[lower] !== undefined) out = whole(n).toString(RADIX[lower]);
  else if (lower === 'e') out = exponential(Number(n), precision ?? 6);
  else if (lower === 'g') out = general(Number(n), precision ?? 6, false);
  else out = fixed(Number(n), Math.min(precision ?? 6, 1000));
  return kind === lower ? out : out.toUpperCase();
}

const PERCENT = /%(?:\(([^)]*)\))?([-0+ #]*)(\*|\d+)?(?:\.(\d*))?([a-zA-Z%]?)/g;

/** `show` spells %s; it escapes where the format is Markup. */
export function percent(format: string, given: unknown, show: (value: unknown) => string): string {
  const args: unknown[] = given instanceof Tuple ? given : [given];
  let at = 0;
  let byName = false;
  let size = 0;
  const next = (): unknown => {
    if (at >= args.length) throw new Error('The format asks for more values than there are');
    at += 1;
    return args[at - 1];
  };
  const out = format.replace(
    PERCENT,
    (
      _,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === '%') return '%';
      if (!'sradiuxXobeEfFgGc'.includes(kind) || kind === '' || kind === 'b')
        throw new Error(`Unknown format %${kind}`);
      const columns = width === '*' ? count(String(needNumber(next(), '*')), 0) : count(width, 0);
      let value: unknown;
      if (name === undefined) value = next();
      else {
        byName = true;
        if (!isMapping(given)) throw new Error('The format asks for values by name');
        value = valueOf(given, name);
        if (value === undefined) throw new Error(`The format asks for ${name}, which is not given`);
      }
      const digits = precision === undefined ? null : count(precision, 0);
      const isNumber = !'sra'.includes(kind) && kind !== 'c';
      let s: string;
      if (isNumber) s = spellAs(kind, value, digits);
      else {
        s =
          kind === 's'
            ? show(value)
            : kind === 'c' && !isText(value)
              ? String.fromCodePoint(Number(needNumber(value, 'c')))
              : kind === 'c'
                ? text(value)
                : repr(value);
        if (digits !== null) s = [...s].slice(0, digits).join('');
      }
      if (digits !== null && RADIX[kind.toLowerCase()] !== undefined) {
        s = s.replace(/[^-].*/, (bare) => bare.padStart(digits, '0'));
      }
      if (isNumber && flags.includes('#') && 'xXo'.includes(kind)) s = s.replace(/^-?/, (sign) => `${sign}0${kind}`);
      if (isNumber && !s.startsWith('-')) s = (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + s;
      const missing = Math.max(0, columns - textLength(s));
      size += s.length + missing;
      if (size > MOST_TEXT) throw new Error('The formatted text gets too long');
      if (flags.includes('-')) return s + ' '.repeat(missing);
      if (flags.includes('0') && isNumber) return s.replace(/^[-+ ]?/, (sign) => sign + '0'.repeat(missing));
      return ' '.repeat(missing) + s;
    },
  );
  if (!byName && at < args.length && !isMapping(given)) throw new Error('Not all values are used by the format');
  return out;
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ]?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([a-zA-Z%]?)$/su;

/** format(value, spec): fill, alignment, sign, width, grouping, precision and kind. */
export function formatSpec(value: unknown, spec: string): string {
  if (spec === '') return text(value);
  const match = SPEC.exec(spec);
  if (match === null) throw new Error(`Unknown format ${spec}`);
  const [, fillGiven, alignGiven, sign = '', alternate, zero, width, grouping = '', precision, kind = ''] = match;
  const digits = precision === undefined ? null : count(precision, 0);
  const isNumber = numeric(value) !== null;
  if (!isNumber && !isText(value)) throw new Error(`${typeName(value)} cannot be formatted with ${spec}`);
  let s: string;
  if (!isNumber) {
    if (kind !== '' && kind !== 's') throw new Error(`Text cannot be formatted as ${kind}`);
    s = isText(value) ? plainText(value) : text(value);
    if (digits !== null) s = [...s].slice(0, digits).join('');
  } else {
    s = specNumber(value, kind, digits);
    if (alternate === '#' && 'xXob'.includes(kind) && kind !== '') s = s.replace(/^-?/, (m) => `${m}0${kind}`);
    if (grouping !== '') s = s.replace(/\d+/, (m) => m.replace(/\B(?=(\d{3})+$)/g, grouping));
    if (!s.startsWith('-')) s = (sign === '-' ? '' : sign) + s;
  }
  const align = alignGiven ?? (zero === '0' ? '=' : isNumber ? '>' : '<');
  const fill = fillGiven ?? (zero === '0' ? '0' : ' ');
  const missing = Math.max(0, count(width, 0) - textLength(s));
  if (align === '<') return s + fill.repeat(missing);
  if (align === '^') return fill.repeat(missing >> 1) + s + fill.repeat(missing - (missing >> 1));
  if (align === '=' && isNumber) return s.replace(/^[-+ ]?/, (m) => m + fill.repeat(missing));
  return fill.repeat(missing) + s;
}

function specNumber(value: unknown, kind: string, digits: number | null): string {
  const n = numeric(value) as number | bigint;
  if (kind === '%') return `${fixed(Number(n) * 100, digits ?? 6)}%`;
  if (kind === 'c') return String.fromCodePoint(Number(n));
  if (kind === 'n' || kind === '') {
    if (!isFloat(value)) return n.toString();
    const number = value instanceof Float ? value.value : Number(n);
    return digits === null ? spellFloat(number) : general(number, digits, false);
  }
  if (!'dxXobeEfFgG'.includes(kind)) throw new Error(`Unknown format ${kind}`);
  if ('dxXob'.includes(kind) && isFloat(value)) throw new Error(`A float cannot be formatted as ${kind}`);
  return spellAs(kind, value, digits);
}
