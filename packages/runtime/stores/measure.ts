/**
 * Owns measuring the SQLite store: rows a second through the port at several sizes (the cost of a
 * row must not grow), one row a commit, pages, search, opening. Prints; judges nothing.
 *
 *   node packages/runtime/stores/measure.ts [ROWS] [ROWS A COMMIT]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fingerprint } from '@rondo/core/engine/cause.ts';
import { failure } from '@rondo/core/errors.ts';
import type { IterationRow, Lease, LoopRecord, RunStore } from '@rondo/core/ports.ts';
import { openSqliteStore } from './sqlite/store.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const ROWS = Number(positionals[0] ?? 1_000_000);
const GROUP = Number(positionals[1] ?? 1_000);
const FAILED_EVERY = 1_000;
const folder = mkdtempSync(join(process.env['RONDO_MEASURE'] ?? tmpdir(), 'rondo-measure-'));
const pad = 'x'.repeat(80);

function loopRecord(key: number, done: number, total: number): LoopRecord {
  const failed = Math.floor(done / FAILED_EVERY);
  const counts = { total, completed: done - failed, failed, skipped: 0, cursor: done };
  const rest = { status: 'running', carry: null, tally: '', startedAt: 1, durationMs: 1 } as const;
  return { key, path: `each-${key}`, node: 'each', ...counts, ...rest };
}

function iteration(loop: number, index: number): IterationRow {
  const fails = index % FAILED_EVERY === FAILED_EVERY - 1;
  const trouble = fails ? failure('node-failed', `no answer for "${index}"`, { node: 'ask' }) : null;
  return {
    loop,
    index,
    status: fails ? 'failed' : 'completed',
    input: `{"id":${index},"a":"${pad}"}`,
    output: `{"id":${index},"b":"${pad}"}`,
    steps: '',
    logs: '',
    failure: trouble,
    cause: trouble === null ? null : fingerprint(trouble).id,
    attempts: 1,
    usage: null,
    losses: 0,
    startedAt: 1_700_000_000_000,
    durationMs: 1,
  };
}

async function fill(store: RunStore, lease: Lease, loop: number, count: number, group: number): Promise<number> {
  let spent = 0;
  for (let from = 0; from < count; from += group) {
    const size = Math.min(group, count - from);
    const rows = Array.from({ length: size }, (_, i) => iteration(loop, from + i));
    const start = performance.now();
    await store.commit({ lease, now: 1, loops: [loopRecord(loop, from + size, count)], rows });
    spent += performance.now() - start;
  }
  return spent;
}

const print = (what: string, value: string): void => console.log(`${what.padEnd(52)} ${value}`);

async function timed<T>(what: string, work: () => Promise<T>, say: (value: T) => string = () => ''): Promise<void> {
  const start = performance.now();
  const value = await work();
  print(what, `${(performance.now() - start).toFixed(1)} ms  ${say(value)}`);
}

const path = join(folder, 'measure.db');
let start = performance.now();
let store = openSqliteStore({ path });
print('open, new file', `${(performance.now() - start).toFixed(1)} ms`);
await store.createRun({ id: 'r', workflow: 'w', definition: 'd', options: '{}', createdAt: 1 });
const lease = await store.claim('r', 'measure', 3_600_000);
if (lease === null) throw new Error('a new run is held');
let key = 0;
for (const count of [10_000, 10_000, 100_000, ROWS]) {
  key += 1;
  const ms = await fill(store, lease, key, count, GROUP);
  print(
    `${count} rows, ${GROUP} a commit`,
    `${Math.round(count / ms)}k rows/s  ${((ms / count) * 1000).toFixed(2)} us`,
  );
}
const big = key;
key += 1;
const single = await fill(store, lease, key, 2_000, 1);
print('2000 rows, 1 a commit', `${Math.round(2_000 / (single / 1000))} commits/s`);
await store.release(lease);
await timed('close', () => store.close());
print('size of the file', `${Math.round(statSync(path).size / 1e6)} MB`);

start = performance.now();
store = openSqliteStore({ path });
print('open, existing file', `${(performance.now() - start).toFixed(1)} ms`);
const last = ROWS - 1;
const pages: [string, Parameters<RunStore['rows']>[2]][] = [
  ['page of 100 failed, first (cold)', { after: -1, limit: 100, status: 'failed' }],
  ['page of 100 failed, middle', { after: last >> 1, limit: 100, status: 'failed' }],
  ['page of 100 of a cause', { after: -1, limit: 100, cause: iteration(big, FAILED_EVERY - 1).cause ?? '' }],
  ['page of 100, middle', { after: last >> 1, limit: 100 }],
  ['page of 100 completed, middle', { after: last >> 1, limit: 100, status: 'completed' }],
  ['page of 100 skipped (there are none)', { after: -1, limit: 100, status: 'skipped' }],
  ['search, found at the end', { after: -1, limit: 100, search: `"id":${last},` }],
  ['search among failed, found nowhere', { after: -1, limit: 100, status: 'failed', search: 'nowhere' }],
];
for (const [what, query] of pages) {
  await timed(
    what,
    () => store.rows('r', big, query),
    (rows) => `${rows.length} rows`,
  );
}
await timed('outputs of all rows, 1000 at a time', async () => {
  let after = -1;
  for (;;) {
    const page = await store.outputs('r', big, after, 1_000);
    after = page.at(-1)?.index ?? last;
    if (after >= last) return;
  }
});
await timed('score', () => store.score('r', big));
await timed(
  'causes',
  () => store.causes('r', big),
  (causes) => `${causes.length}`,
);
const what = { loop: big, status: 'failed', after: [] } as const;
await timed(
  'redrive of the failed',
  () => store.redrive('r', what),
  (count) => `${count} rows`,
);
await timed(
  'verify',
  () => store.verify(),
  (lines) => `${lines.length} lines`,
);
await store.close();
rmSync(folder, { recursive: true });
