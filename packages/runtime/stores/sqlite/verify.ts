/**
 * Owns the check of a whole database: SQLite's own, and every checksum of ours, and that score and
 * causes say what the rows say. Answers lines for people; changes nothing.
 */
import { setImmediate } from 'node:timers/promises';
import { COUNTS_PER_CELL, iterationsPerCell } from '@rondo/core/engine/score.ts';
import { StoreError } from '@rondo/core/ports.ts';
import type { Digest } from '../digest.ts';
import { translate, type Cell, type Connection } from './connection.ts';
import { COLUMNS, decode, rowKey, type LoopName } from './ledger.ts';
import { getRun, journalOf, loopsOf, type StoredLoop } from './records.ts';
import { readDigest, rebuildDigest } from './digests.ts';

/** A file that is damaged all over need not be listed row by row. */
const MOST_LINES = 100;
const PAGE = 5_000;

class Report {
  readonly lines: string[] = [];
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get full(): boolean {
    return this.lines.length >= MOST_LINES;
  }

  add(line: string): void {
    if (!this.full && !this.lines.includes(line)) this.lines.push(line);
  }

  /** Runs a check; damage becomes a line, anything else is thrown. */
  check<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      const known = translate(error, this.path);
      if (known instanceof StoreError && known.code === 'store-corrupt') this.add(known.message);
      else if (error instanceof SyntaxError) this.add(`${this.path}: a record does not hold JSON`);
      else throw known;
      return null;
    }
  }
}

function sameDigest(a: Digest, b: Digest): boolean {
  const cells = Math.max(a.cells.used, b.cells.used) * COUNTS_PER_CELL;
  for (let i = 0; i < cells; i += 1) {
    if ((a.cells.counts[i] ?? 0) !== (b.cells.counts[i] ?? 0)) return false;
  }
  if (a.cells.per !== b.cells.per || a.causes.size !== b.causes.size) return false;
  return [...a.causes.values()].every((cause) => {
    const other = b.causes.get(cause.cause);
    const counts = other?.count === cause.count && other.first === cause.first && other.last === cause.last;
    return counts && cause.columns.every((count, column) => count === other.columns[column]);
  });
}

async function checkRows(db: Connection, report: Report, loop: StoredLoop, name: LoopName): Promise<void> {
  const text = `select ${COLUMNS} from rows where id > ? and id < ? order by id limit ${PAGE}`;
  let after = rowKey(loop.id, 0) - 1;
  for (;;) {
    const from = after;
    const page = report.check(() => db.all(text, from, rowKey(loop.id + 1, 0)));
    for (const cells of page ?? []) {
      report.check(() => decode(loop.id, name, cells));
      after = Number(cells[0]);
    }
    if (page === null || page.length < PAGE || report.full) return;
    await setImmediate();
  }
}

async function checkLoop(db: Connection, report: Report, run: string, loop: StoredLoop): Promise<void> {
  const { key, path, total } = loop.record;
  await checkRows(db, report, loop, { run, path, key });
  const digest = report.check(() => readDigest(db, loop.id, key, iterationsPerCell(total)));
  const again = report.check(() => rebuildDigest(db, loop.id, key, digest?.cells.per ?? 1));
  if (digest === null) report.add(`run ${run}, loop ${path}: the checksum of its score or causes does not fit`);
  else if (again !== null && !sameDigest(digest, again)) {
    report.add(`run ${run}, loop ${path}: score and causes do not fit the rows; rows are missing or changed`);
  }
}

function checkStrays(db: Connection, report: Report): void {
  const strays: readonly [string, string][] = [
    ['leases', 'select count(*) from leases where run not in (select key from runs)'],
    ['runs without a lease record', 'select count(*) from runs where key not in (select run from leases)'],
    ['journal events', 'select count(*) from journal where run not in (select key from runs)'],
    ['loops', 'select count(*) from loops where run not in (select key from runs)'],
    ['scores', 'select count(*) from score where loop not in (select id from loops)'],
    ['re-runs', 'select count(*) from reruns where loop not in (select id from loops)'],
    ['causes', 'select count(*) from causes where loop not in (select id from loops)'],
  ];
  for (const [what, text] of strays) {
    const count = report.check(() => Number(db.first(text)?.[0]));
    if (count !== null && count > 0) report.add(`${count} ${what} belong to nothing that is there`);
  }
}

/** Rows whose key is in no loop. Jumps from loop to loop, so it costs one look per loop. */
function checkStrayRows(db: Connection, report: Report, loops: readonly number[]): void {
  const text = 'select id from rows where id >= ? and id < ? limit 1';
  let from = Number.MIN_SAFE_INTEGER;
  for (const id of [...loops, null]) {
    const until = id === null ? Number.MAX_SAFE_INTEGER : rowKey(id, 0);
    const start = from;
    const stray = report.check(() => db.first(text, start, until));
    if (stray !== null) report.add(`a row with the key ${String(stray[0])} belongs to no loop`);
    if (id !== null) from = rowKey(id + 1, 0);
  }
}

export async function verifyDatabase(db: Connection): Promise<string[]> {
  const report = new Report(db.path);
  const own = report.check(() => db.all(`pragma integrity_check(${MOST_LINES})`)) ?? [];
  for (const [line] of own as Cell[][]) if (line !== 'ok') report.add(`SQLite: ${String(line)}`);
  const runs = report.check(() => db.all('select key, id from runs order by key')) ?? [];
  const ids: number[] = [];
  for (const [key, id] of runs) {
    if (typeof key !== 'number' || typeof id !== 'string') {
      report.add('a run without a readable id');
      continue;
    }
    report.check(() => getRun(db, id));
    report.check(() => journalOf(db, key, id));
    for (const loop of report.check(() => loopsOf(db, key, id)) ?? []) {
      ids.push(loop.id);
      await checkLoop(db, report, id, loop);
      if (report.full) return report.lines;
    }
  }
  checkStrays(db, report);
  checkStrayRows(
    db,
    report,
    ids.sort((a, b) => a - b),
  );
  return report.lines;
}
