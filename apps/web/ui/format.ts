/**
 * Owns how numbers, durations, sizes and times are written, in the language of the browser. One clock: the server's;
 * `now` is given where it matters. Pure.
 */
const SPACE = '\u00a0';
let locale: string | undefined;

/** For tests: a fixed language. */
export function setLocale(value: string | undefined): void {
  locale = value;
  formats.clear();
}

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();
function numberFormat(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const found = formats.get(key) ?? new Intl.NumberFormat(locale, options);
  formats.set(key, found);
  return found as Intl.NumberFormat;
}
function timeFormat(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const found = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, found);
  return found as Intl.DateTimeFormat;
}

/** 1,000,000 */
export function count(value: number): string {
  return numberFormat('count', { maximumFractionDigits: 0 }).format(value);
}

/** 1 M, 228 k: only in badges of nodes; the exact number is in the tooltip. */
export function shortCount(value: number): string {
  const steps: [number, string][] = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  for (const [size, unit] of steps) {
    if (value < size) continue;
    const part = value / size;
    return `${numberFormat('short', { maximumSignificantDigits: 3 }).format(part)}${SPACE}${unit}`;
  }
  return count(value);
}

/** 74.1 %; never 100 % or 0 % where something is left. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return `0${SPACE}%`;
  const share = (part / whole) * 100;
  const kept = part < whole ? Math.min(share, 99.9) : share;
  if (part > 0 && kept < 0.1)
    return `<${SPACE}${numberFormat('percent', { maximumFractionDigits: 1 }).format(0.1)}${SPACE}%`;
  return `${numberFormat('percent', { maximumFractionDigits: 1 }).format(kept)}${SPACE}%`;
}

/** 71/s, 0.4/s, 12/min */
export function rate(perSecond: number): string {
  if (perSecond >= 10) return `${count(Math.round(perSecond))}/s`;
  if (perSecond >= 0.1) return `${numberFormat('rate', { maximumFractionDigits: 1 }).format(perSecond)}/s`;
  return `${numberFormat('rate', { maximumFractionDigits: 1 }).format(perSecond * 60)}/min`;
}

const UNITS: readonly [name: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** At most two units: 2 h 54 min, 52 s, 4.1 s, 212 ms. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '';
  if (ms < 1_000) return `${Math.round(ms)}${SPACE}ms`;
  if (ms < 9_950)
    return `${numberFormat('seconds', { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(ms / 1_000)}${SPACE}s`;
  const at = UNITS.findIndex(([, size]) => ms >= size);
  const [name, size] = UNITS[at] ?? ['s', 1_000];
  const next = UNITS[at + 1];
  if (next === undefined) return rounded(ms, name, size);
  // Rounded to the smaller unit first, so that 59.7 s above a minute do not become 60 s.
  const whole = Math.round(ms / next[1]) * next[1];
  const rest = whole % size;
  const first = `${count(Math.floor(whole / size))}${SPACE}${name}`;
  return rest === 0 ? first : `${first} ${rest / next[1]}${SPACE}${next[0]}`;
}

function rounded(ms: number, name: string, size: number): string {
  const value = Math.round(ms / size);
  return value === 60 && name === 's' ? `1${SPACE}min` : `${value}${SPACE}${name}`;
}

/** 64 kB, 1.2 MB; a kB has 1,000 bytes. */
export function bytes(value: number): string {
  if (value < 1_000) return `${count(value)}${SPACE}B`;
  const [size, unit] = value < 1e6 ? [1e3, 'kB'] : value < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  const part = value / size;
  const digits = part < 10 ? 1 : 0;
  return `${numberFormat(`bytes-${digits}`, { maximumFractionDigits: digits }).format(part)}${SPACE}${unit}`;
}

/** 14:02, with seconds where they matter. */
export function clockTime(at: number, seconds = false): string {
  return timeFormat(seconds ? 'clock-s' : 'clock', {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  }).format(at);
}

/** 21 Nov 2026, 14:02:11: what a relative time shows on hover. */
export function absoluteTime(at: number): string {
  return timeFormat('absolute', {
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
  } as Intl.DateTimeFormatOptions).format(at);
}

const DAY = 86_400_000;
const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** As one says it: 14:02 today, Fri within a week, 21 Nov within a year, else with the year. */
export function shortTime(at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY);
  if (days === 0) return clockTime(at);
  if (Math.abs(days) < 7) return timeFormat('weekday', { weekday: 'short' }).format(at);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return timeFormat(sameYear ? 'day' : 'year', {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

/** 3 min ago, in 2 h, yesterday. */
export function relativeTime(at: number, now: number): string {
  const ms = at - now;
  const size = Math.abs(ms);
  if (size < 45_000) return ms <= 0 ? 'just now' : 'in a moment';
  const text = duration(Math.round(size / 60_000) * 60_000).split(' ')[0] ?? '';
  return ms < 0 ? `${text} ago` : `in ${text}`;
}

/** Three failed, 1 failed: with its noun. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
