/**
 * Owns opening the store and finding runs and loops as people name them (a prefix, `last`, a path).
 * Does not read rows.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError, type LoopRecord, type RunRecord, type RunStore } from '@rondo/core/ports.ts';
import { SPILL_MARK } from '@rondo/runtime/runner/dataset.ts';
import { EnvironmentError, UsageError } from './exit.ts';
import { databaseOf, mustExist, type Database } from './settings.ts';
import type { Terminal } from './terminal.ts';

const PAGE = 500;
/** A run whose heartbeat is older than this is not being driven. */
export const HEARTBEAT_MS = 15_000;

export interface Opened extends Database {
  store: RunStore;
}

/** Opens the database; `create` also makes its folder. */
export async function openDatabase(flag: string | undefined, terminal: Terminal, create: boolean): Promise<Opened> {
  const database = databaseOf(flag, terminal);
  if (!create) mustExist(database);
  const { openStore } = await import('@rondo/runtime/stores/open.ts');
  try {
    if (create && database.isFile) mkdirSync(dirname(database.target), { recursive: true });
    return { ...database, store: await openStore(database.target) };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new EnvironmentError(`The database ${database.shown} cannot be opened: ${message}`, 'store-unavailable');
  }
}

/** Opens, works, closes. */
export async function withDatabase<T>(
  flag: string | undefined,
  terminal: Terminal,
  work: (database: Opened) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(flag, terminal, false);
  try {
    return await work(database);
  } finally {
    await database.store.close();
  }
}

/** The run that `name` means: its id, a prefix that only it has, or `last`. */
export async function findRun(store: RunStore, name: string): Promise<RunRecord> {
  if (name === 'last') {
    const [newest] = await store.listRuns({ limit: 1 });
    if (newest === undefined) throw new StoreError('run-not-found', 'There are no runs yet.');
    return newest;
  }
  const exact = await store.getRun(name);
  if (exact !== null) return exact;
  const found: RunRecord[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await store.listRuns(before === undefined ? { limit: PAGE } : { limit: PAGE, before });
    found.push(...page.filter((run) => run.id.startsWith(name)));
    if (page.length < PAGE || found.length > 1) break;
    before = page.at(-1)?.id;
  }
  const [first, second] = found;
  if (first === undefined) throw new StoreError('run-not-found', `There is no run "${name}". "rondo runs" lists them.`);
  if (second !== undefined) {
    throw new UsageError(`"${name}" fits more than one run (${first.id}, ${second.id}). Type more of it.`);
  }
  return first;
}

/** The loops of a run; not those that only hold lists for the runner. */
export async function loopsOf(store: RunStore, runId: string): Promise<LoopRecord[]> {
  return (await store.loops(runId)).filter((loop) => !loop.path.endsWith(SPILL_MARK));
}

/** The loop at `path`, or the only one that the node of this name has. */
export async function findLoop(store: RunStore, run: RunRecord, path: string): Promise<LoopRecord> {
  const exact = await store.loop(run.id, path);
  if (exact !== null) return exact;
  const loops = await loopsOf(store, run.id);
  const named = loops.filter((loop) => loop.node === path);
  if (named.length === 1 && named[0] !== undefined) return named[0];
  const shown = (named.length > 1 ? named : loops).slice(0, 12).map((loop) => loop.path);
  const more = (named.length > 1 ? named : loops).length - shown.length;
  if (shown.length === 0) throw new UsageError(`Run ${run.id} has no loops.`, 'loop-not-found');
  throw new UsageError(
    `Run ${run.id} has no loop "${path}". It has: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
    'loop-not-found',
  );
}

export function isDriven(run: RunRecord, now: number): boolean {
  return run.status === 'running' && run.heartbeatAt !== null && now - run.heartbeatAt < HEARTBEAT_MS;
}

/** Somebody may hold it: a run that waits for a time is held too, and one that was just let go looks the same. */
export function mayBeDriven(run: RunRecord, now: number): boolean {
  return run.heartbeatAt !== null && now - run.heartbeatAt < HEARTBEAT_MS;
}

/** The status as people should see it: running only while somebody answers for it. */
export function shownStatus(run: RunRecord, now: number): string {
  return run.status === 'running' && !isDriven(run, now) ? 'lost contact' : run.status;
}
