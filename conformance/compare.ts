/**
 * Owns comparing two JSON values: equal, or where they first differ and how, for a person to read. Keys of objects
 * have no order. Does not know what is compared.
 */

const MOST_TEXT = 160;

/** Null when the values are equal as JSON; else the place and what is there, expected first. */
export function difference(expected: unknown, found: unknown): string | null {
  return differ(plain(expected), plain(found), '$');
}

/** What JSON text would hold: no undefined members, NaN as null, dates as text. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? 'null');
}

function differ(expected: unknown, found: unknown, at: string): string | null {
  if (Object.is(expected, found) || (expected === 0 && found === 0)) return null;
  if (Array.isArray(expected) && Array.isArray(found)) {
    const shared = Math.min(expected.length, found.length);
    for (let i = 0; i < shared; i += 1) {
      const inside = differ(expected[i], found[i], `${at}[${i}]`);
      if (inside !== null) return inside;
    }
    if (expected.length === found.length) return null;
    const more = expected.length > found.length ? ['missing', expected[shared]] : ['too many', found[shared]];
    return `${at}: expected ${expected.length} elements, found ${found.length}; the first ${more[0]}: ${shown(more[1])}`;
  }
  if (isRecord(expected) && isRecord(found)) {
    for (const key of Object.keys(expected)) {
      const place = `${at}${step(key)}`;
      if (!Object.hasOwn(found, key)) return `${place}: expected ${shown(expected[key])}, found nothing`;
      const inside = differ(expected[key], found[key], place);
      if (inside !== null) return inside;
    }
    const extra = Object.keys(found).find((key) => !Object.hasOwn(expected, key));
    return extra === undefined ? null : `${at}${step(extra)}: expected nothing, found ${shown(found[extra])}`;
  }
  return `${at}: expected ${shown(expected)}, found ${shown(found)}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const step = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}... (${text.length} characters)` : text;
}
