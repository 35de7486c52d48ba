/**
 * Owns the reading side of the page bar: opens the store as the command line does and times the
 * call, in a process whose caches are as cold as a user's.
 *
 *   node bench/bars/page-read.ts DATABASE RUN LOOP COUNT
 */
import { openStore } from '@rondo/runtime/stores/open.ts';

const [database, run, path, count] = process.argv.slice(2);
if (database === undefined || run === undefined || path === undefined)
  throw new Error('usage: DATABASE RUN LOOP COUNT');
const total = Number(count);
const store = await openStore(database);
const loop = await store.loop(run, path);
if (loop === null) throw new Error(`no loop ${path}`);

async function timed(after: number): Promise<{ ms: number; rows: number }> {
  const started = performance.now();
  const rows = await store.rows(run ?? '', loop?.key ?? 0, { after, limit: 100, status: 'failed' });
  return { ms: performance.now() - started, rows: rows.length };
}

const first = await timed(-1);
const middle = await timed(Math.floor(total / 2));
const last = await timed(Math.floor(total * 0.99));
await store.close();
const rows = [first.rows, middle.rows, last.rows];
process.stdout.write(`${JSON.stringify({ first: first.ms, middle: middle.ms, last: last.ms, rows })}\n`);
