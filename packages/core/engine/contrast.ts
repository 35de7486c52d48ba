/**
 * Owns what iterations that failed have in common and those that completed have not: field paths with a value, an
 * emptiness or a type. Pure; looks at a bounded number of paths of each value.
 */

/** A field of the failed, what holds for it, and for which share of both it does. */
export interface Contrast {
  /** `customer.address.city`; `tags.length`. */
  path: string;
  /** `= "auf Anfrage"`, `is empty`, `is a list`. */
  says: string;
  failed: number;
  completed: number;
}

/** It holds for at least so many of the failed, and for at most so many of the completed. */
const HOLDS = 0.9;
const HARDLY = 0.1;
const MOST_FIELDS = 12;
const MOST_PATHS = 2_000;
const DEEP = 6;
const MOST_CHARACTERS = 80;

/** What holds for each field. */
type Facts = Map<string, Set<string>>;

/** The strongest first; nothing where none completed, as there is nothing to hold against. */
export function contrastOf(failed: readonly unknown[], completed: readonly unknown[]): Contrast[] {
  if (failed.length === 0 || completed.length === 0) return [];
  const against = tally(completed);
  const fields = [...tally(failed)]
    .map(([fact, count]) => {
      const at = fact.indexOf('\n');
      return {
        path: fact.slice(0, at),
        says: fact.slice(at + 1),
        failed: count / failed.length,
        completed: (against.get(fact) ?? 0) / completed.length,
      };
    })
    .filter((one) => one.failed >= HOLDS && one.completed <= HARDLY)
    .sort((a, b) => b.failed - b.completed - (a.failed - a.completed) || rank(a.says) - rank(b.says));
  // Of one field the plainest fact is enough.
  const seen = new Set<string>();
  return fields.filter(({ path }) => !seen.has(path) && seen.add(path) !== undefined).slice(0, MOST_FIELDS);
}

const rank = (says: string): number => (says.startsWith('=') ? 0 : says.startsWith('is empty') ? 1 : 2);

function tally(values: readonly unknown[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    for (const [path, says] of factsOf(value)) {
      for (const one of says) {
        const fact = `${path}\n${one}`;
        counts.set(fact, (counts.get(fact) ?? 0) + 1);
      }
    }
  }
  return counts;
}

function factsOf(value: unknown): Facts {
  const facts: Facts = new Map();
  collect(value, '', facts, 0);
  return facts;
}

function collect(value: unknown, path: string, into: Facts, depth: number): void {
  if (into.size >= MOST_PATHS || depth > DEEP) return;
  if (path !== '') into.set(path, new Set(said(value)));
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    into.set(`${path}.length`, new Set([`= ${value.length}`]));
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    // A line break tells path and fact apart.
    const name = key.replaceAll('\n', ' ');
    collect(inner, path === '' ? name : `${path}.${name}`, into, depth + 1);
  }
}

function said(value: unknown): string[] {
  if (value === null || value === undefined) return ['is empty', 'is null'];
  if (Array.isArray(value)) return [...(value.length === 0 ? ['is empty'] : []), 'is a list'];
  if (typeof value === 'object') return [...(Object.keys(value).length === 0 ? ['is empty'] : []), 'is an object'];
  if (value === '') return ['is empty', 'is a text'];
  return [`= ${short(JSON.stringify(value))}`, `is a ${typeof value === 'string' ? 'text' : typeof value}`];
}

function short(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  // A pair of surrogates is not cut in two.
  return `${text.slice(0, MOST_CHARACTERS - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
