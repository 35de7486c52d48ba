/**
 * Owns the tokens of Moment.js in formats of dates, which old workflows have: writing a date by them, and the format of
 * Luxon that reads what they describe. English names. Runs inside the isolate. Does not read dates.
 */

/** A date of Luxon, as far as it is written. */
interface WrittenDate {
  readonly isValid: boolean;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly weekday: number;
  readonly ordinal: number;
  readonly quarter: number;
  toFormat(format: string): string;
}

const TOKENS =
  /\[[^[\]]*\]|\\.|YYYYYY|YYYYY|YYYY|YY|Y|MMMM|MMM|Mo|MM|M|DDDD|DDDo|DDD|Do|DD|D|dddd|ddd|do|dd|d|Qo|Q|GGGGG|GGGG|GG|Wo|WW|W|gggg|gg|wo|ww|w|E|e|HH|H|hh|h|kk|k|mm|m|ss|s|S{1,9}|A|a|ZZ|Z|zz|z|X|x|LTS|LT|LLLL|LLL|LL|L|llll|lll|ll|l|N{1,5}|./gs;

/** Tokens that Luxon has too, under its own names. */
const SAME: Readonly<Record<string, string>> = {
  YYYYYY: 'yyyyyy',
  YYYY: 'yyyy',
  YY: 'yy',
  Y: 'y',
  MMMM: 'LLLL',
  MMM: 'LLL',
  MM: 'LL',
  M: 'L',
  DDDD: 'ooo',
  DDD: 'o',
  DD: 'dd',
  D: 'd',
  dddd: 'cccc',
  ddd: 'ccc',
  E: 'c',
  Q: 'q',
  GGGG: 'kkkk',
  GG: 'kk',
  WW: 'WW',
  W: 'W',
  HH: 'HH',
  H: 'H',
  hh: 'hh',
  h: 'h',
  mm: 'mm',
  m: 'm',
  ss: 'ss',
  s: 's',
  SSS: 'SSS',
  A: 'a',
  a: 'a',
  Z: 'ZZ',
  ZZ: 'ZZZ',
  z: 'ZZZZ',
  zz: 'ZZZZ',
  X: 'X',
  x: 'x',
};

/** Formats that stand for longer ones. */
const LONG: Readonly<Record<string, string>> = {
  LTS: 'h:mm:ss A',
  LT: 'h:mm A',
  L: 'MM/DD/YYYY',
  LL: 'MMMM D, YYYY',
  LLL: 'MMMM D, YYYY h:mm A',
  LLLL: 'dddd, MMMM D, YYYY h:mm A',
  l: 'M/D/YYYY',
  ll: 'MMM D, YYYY',
  lll: 'MMM D, YYYY h:mm A',
  llll: 'ddd, MMM D, YYYY h:mm A',
};

function withEnding(n: number): string {
  const teens = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teens ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}

const expanded = (format: string): string =>
  format.replace(TOKENS, (token) => (Object.hasOwn(LONG, token) ? (LONG[token] ?? token) : token));

export function writeMoment(date: WrittenDate, format: string): string {
  if (!date.isValid) return 'Invalid date';
  return expanded(format).replace(TOKENS, (token) => {
    if (token.startsWith('[')) return token.slice(1, -1);
    if (token.startsWith('\\')) return token.slice(1);
    switch (token) {
      case 'a':
        return date.hour < 12 ? 'am' : 'pm';
      case 'Do':
        return withEnding(date.day);
      case 'Mo':
        return withEnding(date.month);
      case 'DDDo':
        return withEnding(date.ordinal);
      case 'Qo':
        return withEnding(date.quarter);
      case 'Wo':
        return withEnding(Number(date.toFormat('W')));
      case 'dd':
        return date.toFormat('ccc').slice(0, 2);
      case 'd':
      case 'e':
        return String(date.weekday % 7);
      case 'do':
        return withEnding(date.weekday % 7);
      case 'k':
        return String(date.hour === 0 ? 24 : date.hour);
      case 'kk':
        return String(date.hour === 0 ? 24 : date.hour).padStart(2, '0');
      case 'w':
      case 'ww':
      case 'wo':
      case 'gg':
      case 'gggg':
        return localWeek(date, token);
    }
    if (/^S+$/.test(token)) return date.toFormat('SSS').padEnd(token.length, '0').slice(0, token.length);
    return Object.hasOwn(SAME, token) ? date.toFormat(SAME[token] ?? '') : token;
  });
}

/** Weeks that begin on Sunday; the first is that with the first of January. */
function localWeek(date: WrittenDate, token: string): string {
  const startsOn = ((((date.weekday % 7) - (date.ordinal - 1)) % 7) + 7) % 7;
  const week = Math.floor((date.ordinal - 1 + startsOn) / 7) + 1;
  const isLeap = (date.year % 4 === 0 && date.year % 100 !== 0) || date.year % 400 === 0;
  const left = (isLeap ? 366 : 365) - date.ordinal;
  const isNext = left < 6 - (date.weekday % 7);
  if (token.startsWith('g')) return String(date.year + (isNext ? 1 : 0)).slice(token === 'gg' ? -2 : 0);
  const own = isNext ? 1 : week;
  return token === 'wo' ? withEnding(own) : String(own).padStart(token.length, '0');
}

/** The format by which Luxon reads what Moment would; null where it cannot. */
export function readingFormat(format: string): string | null {
  let out = '';
  for (const [token] of expanded(format).matchAll(TOKENS)) {
    if (token.startsWith('[')) out += quoted(token.slice(1, -1));
    else if (token.startsWith('\\')) out += quoted(token.slice(1));
    else if (token === 'X' || token === 'x') return null;
    else if (Object.hasOwn(SAME, token)) out += SAME[token] ?? '';
    else if (/^S+$/.test(token)) out += 'u';
    else if (/^[A-Za-z]+$/.test(token) && token.length > 1) return null;
    else out += /[A-Za-z']/.test(token) ? quoted(token) : token;
  }
  return out;
}

const quoted = (text: string): string => (text === '' ? '' : `'${text.replaceAll("'", '')}'`);
