/**
 * Owns reading a moment from the values that conditions meet: ISO 8601 and SQL texts, RFC 2822, texts
 * with the month's name, epoch milliseconds, Date and Luxon values. A text without a zone is taken as
 * UTC, so that the answer never depends on the machine. Runs inside the isolate.
 */

const ISO =
  /^([+-]\d{6}|\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const MONTH = /(?:^|[^a-z])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;
const ZONE = /(?:\b(?:GMT|UTC|UT|Z|[ECMP][SD]T)|[+-]\d{2}:?\d{2})\s*(?:\([^)]*\))?\s*$/i;

/** Milliseconds since 1970, null when the value is no moment. */
export function millisOf(value: unknown): number | null {
  if (typeof value === 'string') return millisOfText(value.trim());
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value === null || typeof value !== 'object') return null;
  const { toMillis, getTime } = value as { toMillis?: unknown; getTime?: unknown };
  const read = typeof toMillis === 'function' ? toMillis : getTime;
  if (typeof read !== 'function') return null;
  const ms: unknown = read.call(value);
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : null;
}

function millisOfText(text: string): number | null {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month = '01', day = '01', time = '00:00', zone = 'Z'] = iso;
    const full = zone.length === 3 ? `${zone}:00` : zone.toUpperCase();
    const ms = Date.parse(`${year}-${month}-${day}T${time.replace(',', '.')}${full}`);
    return Number.isNaN(ms) ? null : ms;
  }
  if (!MONTH.test(text)) return null;
  const ms = Date.parse(ZONE.test(text) ? text : `${text} UTC`);
  return Number.isNaN(ms) ? null : ms;
}
