/**
 * Owns the kinds of runs that are crashed: their workflow, their items, how much is in flight.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes.ts';

/** leaf: the container whose iterations are the effects. delayMs: slow enough for 200 kills in 10,000 effects. */
export const KINDS = {
  sequential: { leaf: 'each', window: 1, delayMs: 3 },
  parallel: { leaf: 'each', window: 16, delayMs: 60 },
  nested: { leaf: 'inner', window: 16, delayMs: 60 },
} as const;

export type Kind = keyof typeof KINDS;

export function workflowOf(kind: Kind): string {
  return join(ROOT, 'crash', 'workflows', `${kind}.yaml`);
}

/** The items of a run with `count` effects, as a file. */
export function writeItems(kind: Kind, count: number, folder: string, url: string): string {
  const file = join(folder, 'items.ndjson');
  const rows = kind === 'nested' ? count / 100 : count;
  const lines = Array.from({ length: rows }, (_, id) => JSON.stringify({ id, url }));
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
