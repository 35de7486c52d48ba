/**
 * Owns who has which workflow open: people say it now and then, and whoever has not for a while is gone. In memory
 * only, bounded. Does not know what they do with it.
 */
import type { Caller } from '../../http/route.ts';

export interface Present {
  name: string;
  /** Open since, ms since 1970. */
  since: number;
}

/** Pages say it every ten seconds; one that missed it once is still there. */
const GONE_MS = 25_000;
const MOST_WORKFLOWS = 2_000;
const MOST_PEOPLE = 50;

export interface Presence {
  /** The caller has it open; answers the others who have. Tokens are nobody. */
  here(workflow: string, caller: Caller): Present[];
}

export function createPresence(now: () => number): Presence {
  const open = new Map<string, Map<string, Present & { seen: number }>>();
  return {
    here(workflow, { kind, id, name }) {
      const at = now();
      const people = open.get(workflow) ?? new Map<string, Present & { seen: number }>();
      for (const [one, { seen }] of people) if (at - seen >= GONE_MS) people.delete(one);
      if (kind === 'person' && (people.has(id) || people.size < MOST_PEOPLE)) {
        people.set(id, { name, since: people.get(id)?.since ?? at, seen: at });
      }
      // The one that was looked at longest ago goes first.
      open.delete(workflow);
      if (people.size > 0) open.set(workflow, people);
      const [oldest] = open.keys();
      if (open.size > MOST_WORKFLOWS && oldest !== undefined) open.delete(oldest);
      return [...people]
        .filter(([one]) => one !== id)
        .map(([, present]) => ({ name: present.name, since: present.since }));
    },
  };
}
