/**
 * Owns the judgement after a campaign: reads the dossier, the database (read-only, plain SQL) and
 * the recording server's file, and lists every invariant that does not hold. Shares no code with
 * the engine.
 *
 *   node crash/checker.ts DOSSIER.json      prints {"violations": [...], "figures": {...}}; exit code 1 if any
 *
 * I1 everything acknowledged exists, unchanged        I2 no (run, loop, index) twice
 * I3 indices are 0..n-1 without a gap                 I4 effects include all done rows; repeats are bounded
 * I5 one final status                                 I6 the aggregate is the fold of the iterations
 * I7 no row without its loop                          I9 nobody holds the finished run
 * I10 no process is left
 */
import { readFileSync } from 'node:fs';
import type { Dossier, Settled } from './dossier.ts';
import { openLedger, type Ledger, type LoopView } from './ledger-view.ts';
import { valueOf } from './value.ts';

interface Effect {
  id: number;
  key: string | null;
  at: number;
}

export interface Verdict {
  violations: string[];
  figures: {
    kills: number;
    acknowledged: number;
    lost: number;
    duplicates: number;
    effects: number;
    repeats: number;
    mostRepeatsOfOneKill: number;
  };
}

const FINAL = new Set(['completed', 'failed', 'cancelled']);
const isLeaf = (dossier: Dossier, loop: string): boolean => loop.split('/').at(-1) === dossier.leaf;
const place = (row: { loop: string; index: number }): string => `${row.loop}[${row.index}]`;

function readEffects(file: string): Effect[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Effect);
}

/** I1, and that no cursor ever goes back. Answers how many were acknowledged and how many are lost. */
function checkAcknowledged(dossier: Dossier, rows: Map<string, Settled>, violations: string[]): [number, number] {
  /** Iterations with an effect only; every other row is checked as well. */
  let acknowledged = 0;
  let lost = 0;
  const cursors: Record<string, number> = {};
  for (const [number, kill] of dossier.kills.entries()) {
    const found = new Set([...kill.acknowledged, ...kill.found].map(place));
    for (const row of [...kill.acknowledged, ...kill.found]) {
      if (isLeaf(dossier, row.loop)) acknowledged += 1;
      const now = rows.get(place(row));
      if (now !== undefined && now.status === row.status && now.digest === row.digest) continue;
      lost += 1;
      const what = now === undefined ? 'is gone' : `was ${row.status} ${row.digest}, is ${now.status} ${now.digest}`;
      violations.push(`I1 kill ${number}: ${place(row)} was acknowledged and ${what}`);
    }
    for (const row of kill.inFlight) {
      if (found.has(place(row))) violations.push(`I1 kill ${number}: ${place(row)} was settled and is in flight`);
    }
    for (const [path, cursor] of Object.entries(kill.cursors)) {
      if (cursor < (cursors[path] ?? 0)) violations.push(`I1 kill ${number}: cursor of ${path} went back to ${cursor}`);
      cursors[path] = cursor;
    }
  }
  return [acknowledged, lost];
}

/** I2, I3 and I7. */
function checkLoops(
  ledger: Ledger,
  loops: LoopView[],
  bySettled: Map<string, Settled[]>,
  violations: string[],
): number {
  let duplicates = 0;
  for (const loop of loops) {
    const rows = bySettled.get(loop.path) ?? [];
    const counted = loop.completed + loop.failed + loop.skipped;
    const indices = new Set(rows.map((row) => row.index));
    duplicates += rows.length - indices.size;
    if (indices.size !== rows.length) violations.push(`I2 ${loop.path}: ${rows.length - indices.size} indices twice`);
    if (rows.length !== counted)
      violations.push(`I3 ${loop.path}: counters say ${counted}, there are ${rows.length} rows`);
    const gap = rows.findIndex((row, position) => row.index !== position);
    if (gap >= 0) violations.push(`I3 ${loop.path}: index ${gap} is missing`);
    if (loop.total !== null && loop.total !== counted)
      violations.push(`I3 ${loop.path}: ${counted} of ${loop.total} settled`);
    if (loop.cursor !== counted) violations.push(`I3 ${loop.path}: cursor ${loop.cursor} after ${counted} iterations`);
    if (loop.status !== 'completed') violations.push(`I5 ${loop.path}: loop is ${loop.status}`);
    const flying = ledger.inFlight(loop);
    if (flying.length > 0) violations.push(`I5 ${loop.path}: still in flight: ${flying.slice(0, 5).join(', ')}`);
  }
  if (ledger.orphans() > 0) violations.push(`I7 ${ledger.orphans()} rows belong to no loop`);
  return duplicates;
}

/** Where, in the order of kills, something that happened at `at` belongs: the number of kills before. */
function session(dossier: Dossier, at: number): number {
  return dossier.kills.filter((kill) => kill.at < at).length;
}

/** I4: effects include the done rows, keys never change, repeats only for what was in flight at a kill. */
function checkEffects(
  dossier: Dossier,
  effects: Effect[],
  leafRows: Settled[],
  violations: string[],
): [number, number] {
  const byId = new Map<number, Effect[]>();
  for (const effect of effects) byId.set(effect.id, [...(byId.get(effect.id) ?? []), effect]);
  const ids = new Set<number>();
  for (const row of leafRows) {
    if (row.status !== 'completed') violations.push(`I4 ${place(row)} is ${row.status}`);
    if (row.id === null || !byId.has(row.id))
      violations.push(`I4 ${place(row)} is done, but its effect ${row.id} never came`);
    else if (ids.has(row.id)) violations.push(`I2 effect ${row.id} is in two rows`);
    if (row.id !== null) ids.add(row.id);
  }
  if (ids.size !== dossier.count) violations.push(`I3 ${ids.size} of ${dossier.count} effects have a row`);

  const doneAt = new Map<number, number>();
  for (const [number, kill] of dossier.kills.entries()) {
    for (const row of [...kill.acknowledged, ...kill.found]) {
      // Other loops pass the same ids on; only the leaf's rows stand for an effect.
      if (isLeaf(dossier, row.loop) && row.id !== null && !doneAt.has(row.id)) doneAt.set(row.id, number);
    }
  }
  const keys = new Map<string, number>();
  const perKill: number[] = dossier.kills.map(() => 0);
  let repeats = 0;
  for (const [id, calls] of byId) {
    const key = calls[0]?.key ?? null;
    if (key === null) violations.push(`I4 effect ${id} carries no idempotency key`);
    else if (keys.has(key)) violations.push(`I4 effects ${keys.get(key)} and ${id} carry the same key`);
    else keys.set(key, id);
    for (const [position, call] of calls.entries()) {
      const before = calls[position - 1];
      if (before === undefined) continue;
      repeats += 1;
      if (call.key !== key) violations.push(`I4 effect ${id} changed its key from ${key} to ${call.key}`);
      // The kill in between at which this iteration was in flight.
      const from = session(dossier, before.at);
      const to = session(dossier, call.at);
      if (from === to) violations.push(`I4 effect ${id} came twice between two kills`);
      else perKill[from] = (perKill[from] ?? 0) + 1;
      const done = doneAt.get(id);
      if (done !== undefined && done < to)
        violations.push(`I4 effect ${id} was repeated after its row was done at kill ${done}`);
    }
  }
  for (const [number, count] of perKill.entries()) {
    if (count > dossier.window)
      violations.push(`I4 kill ${number}: ${count} repeats, at most ${dossier.window} were in flight`);
  }
  return [repeats, Math.max(0, ...perKill)];
}

/** I5, I6 and I9. */
function checkEnd(dossier: Dossier, ledger: Ledger, leafRows: Settled[], violations: string[]): void {
  const run = ledger.run();
  if (run?.status !== 'completed' || run.finishedAt === null)
    violations.push(`I5 the run is ${run?.status} in the database`);
  if (dossier.reported.status !== run?.status)
    violations.push(`I5 reported ${dossier.reported.status}, stored ${run?.status}`);
  for (const [number, kill] of dossier.kills.entries()) {
    if (FINAL.has(kill.runStatus) && (kill.runStatus !== run?.status || kill.finishedAt !== run.finishedAt)) {
      violations.push(`I5 kill ${number}: the run was ${kill.runStatus} at ${kill.finishedAt}, and it changed`);
    }
    if (kill.left.length > 0) violations.push(`I10 kill ${number}: processes ${kill.left.join(', ')} were left`);
  }
  let sum = 0;
  for (const row of leafRows) sum += valueOf(row.id ?? Number.NaN);
  const expected = { count: dossier.count, sum };
  for (const [where, output] of [
    ['stored', JSON.parse(run?.output ?? 'null')],
    ['reported', dossier.reported.output],
  ] as [string, { count?: number; sum?: number } | null][]) {
    if (output?.count !== expected.count || output?.sum !== expected.sum) {
      violations.push(
        `I6 ${where} output is ${JSON.stringify(output)}, the fold of the rows ${JSON.stringify(expected)}`,
      );
    }
  }
  const lease = ledger.lease();
  if (lease !== null && lease.owner !== null && lease.expiresAt > Date.now()) {
    violations.push(`I9 ${lease.owner} still holds the finished run`);
  }
}

export function check(dossier: Dossier): Verdict {
  const violations: string[] = [];
  const ledger = openLedger(dossier.database);
  if (ledger === null) throw new Error(`no database at ${dossier.database}`);
  try {
    if (ledger.integrity() !== 'ok') violations.push(`I8 SQLite: ${ledger.integrity()}`);
    const loops = ledger.loops();
    const bySettled = new Map(loops.map((loop) => [loop.path, ledger.settled(loop)]));
    const rows = new Map([...bySettled.values()].flat().map((row) => [place(row), row]));
    const leafRows = loops
      .filter((loop) => loop.node === dossier.leaf)
      .flatMap((loop) => bySettled.get(loop.path) ?? []);
    const effects = readEffects(dossier.effects);
    const [acknowledged, lost] = checkAcknowledged(dossier, rows, violations);
    const duplicates = checkLoops(ledger, loops, bySettled, violations);
    const [repeats, mostRepeatsOfOneKill] = checkEffects(dossier, effects, leafRows, violations);
    checkEnd(dossier, ledger, leafRows, violations);
    const kills = dossier.kills.length;
    const figures = { kills, acknowledged, lost, duplicates, effects: effects.length, repeats, mostRepeatsOfOneKill };
    return { violations, figures };
  } finally {
    ledger.close();
  }
}

if (import.meta.main) {
  const file = process.argv[2];
  if (file === undefined) throw new Error('usage: checker.ts DOSSIER.json');
  const verdict = check(JSON.parse(readFileSync(file, 'utf8')) as Dossier);
  process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
  process.exitCode = verdict.violations.length > 0 ? 1 : 0;
}
