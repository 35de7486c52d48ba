/**
 * Owns the addresses to which answers for a waiting run are sent: which of those that were told still wait, and who may
 * see them. Whoever has such an address can answer, so only those who may steer runs get it. Delivers nothing.
 */
import { hasEnded } from '@rondo/core/ports.ts';
import type { Caller } from '../../http/route.ts';
import type { ApiContext } from '../context.ts';

export interface Wait {
  path: string;
  name: string;
  url: string | null;
}

/** More are not shown anyway. */
const MOST = 50;

/** A step waits in its iterations: one line for each that has an address, else one for the step. */
export async function withAddresses(
  { store }: ApiContext,
  run: string,
  waits: readonly Wait[],
  signals: ReadonlyMap<string, { url: string | null }>,
  caller: Caller,
): Promise<Wait[]> {
  if (signals.size === 0 || !caller.scopes.has('run:start')) return [...waits];
  const shown: Wait[] = [];
  for (const wait of waits) {
    const before = shown.length;
    for (const [path, { url }] of signals) {
      if (shown.length >= MOST || url === null) break;
      if (path !== wait.path && !path.startsWith(`${wait.path}[`)) continue;
      if (await isWaiting(store, run, path)) shown.push({ path, name: wait.name, url });
    }
    if (shown.length === before) shown.push(wait);
  }
  return shown;
}

/** What was answered meanwhile waits no more; the address would lead nowhere. */
async function isWaiting(store: ApiContext['store'], run: string, path: string): Promise<boolean> {
  const [, loopPath, index] = /^(.*)\[(\d+)\]$/.exec(path) ?? [];
  if (loopPath === undefined) return true;
  const loop = await store.loop(run, loopPath);
  if (loop === null || hasEnded(loop.status)) return false;
  const [row] = await store.rows(run, loop.key, { after: Number(index) - 1, limit: 1 });
  return row === undefined || row.index !== Number(index) || row.status === 'waiting' || row.status === 'running';
}
