/**
 * Owns what a run says of the fields of a loop's items, in a few words: "empty in 201", "0 to 31 items", "one of 41
 * values". Pure; the server counts.
 */
import type { FieldFacts } from '@rondo/api/schemas/run.ts';
import { count } from '../../ui/format.ts';

export interface Fact {
  text: string;
  warn: boolean;
}

/** By the keys that lead to the field. */
export type RunFacts = ReadonlyMap<string, Fact>;

const nameOf = (keys: readonly (string | number)[]): string => keys.join('\u0000');

export function factAt(facts: RunFacts | undefined, keys: readonly (string | number)[]): Fact | null {
  return facts?.get(nameOf(keys)) ?? null;
}

/** Fewer say nothing of the whole. */
const LEAST = 4;
/** More different values are no choice any more. */
const MOST_VALUES = 50;

export function runFactsOf({ looked, of, fields }: FieldFacts): RunFacts {
  const facts = new Map<string, Fact>();
  if (looked < LEAST) return facts;
  const sample = looked < of ? ` of ${count(looked)}` : '';
  for (const { path, empty, items, values } of fields) {
    const fact =
      empty > 0
        ? { text: `empty in ${count(empty)}${sample}`, warn: true }
        : items !== null && items.least !== items.most
          ? { text: `${count(items.least)} to ${count(items.most)} items`, warn: false }
          : values !== null && values <= MOST_VALUES && values * LEAST <= looked
            ? { text: values === 1 ? 'always the same' : `one of ${values} values`, warn: false }
            : null;
    if (fact !== null) facts.set(nameOf(path), fact);
  }
  return facts;
}
