/**
 * Owns comparing a result with the forms that the Windmill fixtures write: a whole value, a part of one, or a
 * description such as `[10, {"error":{"name":"Error", stack}}, 30]`. Does not run flows.
 */
import type { Json } from '@rondo/core/model/item.ts';
import { difference } from '../compare.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Of objects only the members that are expected; lists have to have as many elements. */
export function partlyDifferent(expected: unknown, found: unknown, at = '$'): string | null {
  if (isRecord(expected)) {
    const { $contains: text } = expected;
    if (typeof text === 'string') {
      return String(found).includes(text) ? null : `${at}: expected text with ${text}, found ${JSON.stringify(found)}`;
    }
    if (!isRecord(found)) return difference(expected, found);
    for (const [key, member] of Object.entries(expected)) {
      const inside = partlyDifferent(member, found[key], `${at}.${key}`);
      if (inside !== null) return inside;
    }
    return null;
  }
  if (!Array.isArray(expected)) return difference(expected, found);
  if (!Array.isArray(found) || found.length !== expected.length)
    return difference(expected, found) ?? `${at}: other length`;
  for (const [n, element] of expected.entries()) {
    const inside = partlyDifferent(element, found[n], `${at}[${n}]`);
    if (inside !== null) return inside;
  }
  return null;
}

/** Null: as described. Throws when the description is of a form that is not known: nothing is compared then. */
export function unlike(shape: string, found: Json): string | null {
  const text = shape.replace(/\s*\((?:[^()]|\([^()]*\))*\)\s*$/, '');
  if (text === 'integer') return Number.isInteger(found) ? null : `expected an integer, found ${JSON.stringify(found)}`;
  const anywhere = /^\.\.\. message contains "(.+)"$/.exec(text)?.[1];
  if (anywhere !== undefined) {
    const whole = JSON.stringify(found);
    return whole.includes(anywhere) ? null : `expected ${anywhere} somewhere in ${whole}`;
  }
  const numbered =
    /^array of length (\d+); entries 0 and 1 null, entries 2\.\.\d+ \{error:\{message contains the number\}\}$/.exec(
      text,
    );
  if (numbered !== null) {
    const error = (n: number): unknown => ({ error: { message: { $contains: String(n) } } });
    return partlyDifferent(
      Array.from({ length: Number(numbered[1]) }, (_, n) => (n < 2 ? null : error(n))),
      found,
    );
  }
  const clauses = /^array(?: of (\d+))?;\s*(.+)$/.exec(text);
  if (clauses !== null) return unlikeClauses(clauses[1], (clauses[2] as string).split(/;\s*/), found);
  return partlyDifferent(patternOf(text.replace(/^array of length \d+: /, '')), found);
}

/** `[0].error.name == "Error"`. */
function unlikeClauses(length: string | undefined, clauses: readonly string[], found: Json): string | null {
  if (!Array.isArray(found)) return `expected a list, found ${JSON.stringify(found)}`;
  if (length !== undefined && found.length !== Number(length))
    return `expected ${length} elements, found ${found.length}`;
  for (const clause of clauses) {
    const [, path, value] = /^((?:\[\d+\]|\.\w+)+)\s*==\s*(.+)$/.exec(clause) ?? [];
    if (path === undefined || value === undefined) throw new Error(`cannot read the expected form: ${clause}`);
    let at: unknown = found;
    for (const [, index, name] of path.matchAll(/\[(\d+)\]|\.(\w+)/g)) {
      at = (at as Record<string, unknown> | undefined)?.[index ?? name ?? ''];
    }
    const differs = difference(JSON.parse(value), at);
    if (differs !== null) return `${path}: ${differs}`;
  }
  return null;
}

/** JSON whose keys need no quotes, with `message contains "x"`, and names of members that only have to be there. */
function patternOf(text: string): unknown {
  const json = text
    .replace(/(\w+) contains "((?:[^"\\]|\\.)*)"/g, '"$1":{"$contains":"$2"}')
    .replace(/,\s*(?:stack|step_id|\.\.\.)(?=\s*[,}])/g, '')
    .replace(/([{,]\s*)([A-Za-z_]\w*)\s*:/g, '$1"$2":');
  return JSON.parse(json);
}
