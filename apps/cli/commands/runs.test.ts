/** Tests of the runs family on a database whose rows are written by hand: what each form shows and does. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IterationRow, RunStore } from '@rondo/core/ports.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program } from '../program.ts';
import { iterationRow, loopRecord } from '../testing/records.ts';
import { recordedTerminal, type RecordedTerminal } from '../testing/terminal.ts';

let folder = '';
let store: RunStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-runs-'));
  store = await openStore(join(folder, 'rondo.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const DEFINITION =
  'rondo: 1\nname: W\nnodes:\n  start: { type: manual }\n  each: { type: for-each, after: start, body: { a: { type: no-op } } }\n';

/** A run with a loop `each` and these rows. */
async function stored(
  id: string,
  rows: IterationRow[],
  end: 'completed' | 'failed' | 'waiting' | 'running' = 'completed',
): Promise<void> {
  const createdAt = Date.now();
  await store.createRun({
    id,
    workflow: `W\u001b[2J ${id}`,
    definition: DEFINITION,
    options: '{"file":"/x/w.yaml"}',
    createdAt,
  });
  const lease = await store.claim(id, 'test', 60_000);
  if (lease === null) throw new Error('not claimed');
  const of = (status: string): number => rows.filter((row) => row.status === status).length;
  const loop = loopRecord({
    status: end === 'completed' ? 'completed' : 'running',
    total: rows.length,
    completed: of('completed'),
    failed: of('failed'),
    cursor: rows.length,
    durationMs: 1_500,
  });
  await store.commit({ lease, now: createdAt, run: { status: 'running', startedAt: createdAt }, loops: [loop], rows });
  if (end !== 'running') {
    const finished = end === 'waiting' ? {} : { finishedAt: createdAt + 2_000 };
    await store.commit({ lease, now: createdAt, run: { status: end, ...finished } });
    await store.release(lease);
  }
}

function rowsOf(count: number, more: (index: number) => Partial<IterationRow> = () => ({})): IterationRow[] {
  return Array.from({ length: count }, (_, index) =>
    iterationRow({ index, input: `{"n":${index}}`, output: `{"n":${index * 2}}`, ...more(index) }),
  );
}

const failedAt =
  (bad: number) =>
  (index: number): Partial<IterationRow> =>
    index === bad
      ? {
          status: 'failed',
          output: '',
          cause: 'c1',
          failure: { code: 'node-failed', message: 'no \u001b[31mprice', node: 'a' },
          attempts: 3,
        }
      : {};

async function rondo(...args: string[]): Promise<{ code: number; terminal: RecordedTerminal }> {
  const terminal = recordedTerminal({ cwd: folder, env: { RONDO_DATABASE_URL: 'rondo.db' } });
  // The database has its own clock; what is shown is compared with it.
  const at = { ...terminal, now: () => Date.now() };
  const code = await program(['runs', ...args], at);
  return { code, terminal };
}

describe('list', () => {
  it('shows the newest first, a page at a time, without obeying what is in names', async () => {
    for (const id of ['r1', 'r2', 'r3']) await stored(id, rowsOf(2));
    const { terminal } = await rondo('list', '--limit', '2');
    const out = terminal.stdout();
    expect(out.indexOf('r3')).toBeLessThan(out.indexOf('r2'));
    expect(out).not.toMatch(/^r1/m);
    expect(out).toMatch(/completed +2\.0 s +W\\u001b\[2J r3 +each 2\/2/);
    expect(out).not.toContain('\u001b');
    expect(terminal.stderr()).toContain('rondo runs list --before r2');
    expect((await rondo('list', '--before', 'r2')).terminal.stdout()).toMatch(/^r1/m);
  });

  it('says running only while there is a heartbeat', async () => {
    await stored('r1', rowsOf(1), 'running');
    expect((await rondo()).terminal.stdout()).toMatch(/r1 .* running /);
    const late = recordedTerminal({ cwd: folder, env: { RONDO_DATABASE_URL: 'rondo.db' } });
    await program(['runs'], { ...late, now: () => Date.now() + 16_000 });
    expect(late.stdout()).toMatch(/r1 .* lost contact /);
  });
});

describe('show', () => {
  it('shows loops and causes, by prefix', async () => {
    await stored('abc-1', rowsOf(10, failedAt(4)));
    await stored('abd-2', rowsOf(1));
    const { terminal, code } = await rondo('show', 'abc');
    expect(code).toBe(0);
    expect(terminal.stdout()).toMatch(/each +completed +9 completed, 1 failed +10 +1\.5 s/);
    expect(terminal.stdout()).toMatch(/1 +a +no \\u001b/);
    expect(terminal.stderr()).toContain('rondo runs iterations abc-1 each --status failed');
    const both = await rondo('show', 'ab');
    expect(both.code).toBe(2);
    expect(both.terminal.stderr()).toContain('fits more than one run');
    const json = (await rondo('show', 'abc', '--json')).terminal.stdout();
    expect(JSON.parse(json)).toMatchObject({
      runId: 'abc-1',
      status: 'completed',
      loops: [{ path: 'each', failed: 1 }],
      causes: [{ path: 'each', count: 1, first: 4, last: 4 }],
    });
  });

  it('says how to go on with a run that waits', async () => {
    await stored('r1', rowsOf(1), 'waiting');
    expect((await rondo('show', 'r1')).terminal.stderr()).toContain('rondo run --resume r1');
  });
});

describe('iterations', () => {
  it('pages without gaps or repeats, and prints the command for the next page', async () => {
    await stored('r1', rowsOf(25));
    const seen: number[] = [];
    let args = ['iterations', 'r1', 'each', '--limit', '10'];
    for (;;) {
      const { terminal } = await rondo(...args);
      seen.push(...[...terminal.stdout().matchAll(/^ *(\d+) {2}completed/gm)].map((m) => Number(m[1])));
      const next = /Next page: {2}rondo runs (.*)/.exec(terminal.stderr())?.[1];
      if (next === undefined) break;
      args = next.split(' ');
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i));
  });

  it('filters by status, text and cause, and shows the error', async () => {
    await stored('r1', rowsOf(30, failedAt(7)));
    const failed = (await rondo('iterations', 'r1', 'each', '--status', 'failed')).terminal.stdout();
    expect(failed).toMatch(/ 7 {2}failed +3 +3 ms +\{"n":7\} +no \\u001b\[31mprice\n$/);
    const found = (await rondo('iterations', 'r1', 'each', '--search', '"n":58', '--json')).terminal.stdout();
    expect(JSON.parse(found)).toMatchObject({
      iterations: [{ index: 29, input: [{ n: 29 }], output: [{ n: 58 }] }],
      after: null,
    });
    const shown = JSON.parse((await rondo('show', 'r1', '--json')).terminal.stdout()) as {
      causes: { cause: string }[];
    };
    const cause = shown.causes[0]?.cause ?? '';
    const same = (await rondo('iterations', 'r1', 'each', '--cause', cause, '--json')).terminal.stdout();
    expect((JSON.parse(same) as { iterations: { index: number }[] }).iterations.map((i) => i.index)).toEqual([7]);
  });

  it('shows the steps inside when asked: attempts, and what the failed one was given', async () => {
    const steps = JSON.stringify([
      { id: 'mark', status: 'completed', output: [[{ n: 7 }]], at: 0, ms: 1 },
      {
        id: 'call',
        status: 'failed',
        at: 1,
        ms: 2_400,
        attempts: [
          { n: 1, at: 1, ms: 1_200, failure: { code: 'http-status', message: 'HTTP 503 \u001b[2J' } },
          { n: 2, at: 1_201, ms: 1_200, failure: { code: 'http-status', message: 'HTTP 503' } },
        ],
        arguments: { url: 'http://127.0.0.1/7' },
      },
    ]);
    await stored(
      'r1',
      rowsOf(1, () => ({ ...failedAt(0)(0), steps })),
    );
    expect((await rondo('iterations', 'r1', 'each')).terminal.stdout()).not.toContain('attempt 1');
    const text = (await rondo('iterations', 'r1', 'each', '--steps')).terminal.stdout();
    expect(text).toMatch(/completed mark +after 0 ms, took 1 ms/);
    expect(text).toMatch(/failed +call +after 1 ms, took 2\.4 s/);
    expect(text).toContain('attempt 1 after 1 ms, took 1.2 s: HTTP 503 \\u001b[2J');
    expect(text).toContain('arguments: {"url":"http://127.0.0.1/7"}');
    const json = (await rondo('iterations', 'r1', 'each', '--steps', '--json')).terminal.stdout();
    expect(JSON.parse(json)).toMatchObject({ iterations: [{ index: 0, steps: JSON.parse(steps) }] });
  });

  it('says what there is when the loop is not there, and that nothing fits', async () => {
    await stored('r1', rowsOf(3));
    const wrong = await rondo('iterations', 'r1', 'eech', '--json');
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.terminal.stdout())).toMatchObject({ error: { code: 'loop-not-found' } });
    expect((await rondo('iterations', 'r1', 'each', '--status', 'failed')).terminal.stderr()).toContain(
      'No iterations of each fit',
    );
  });
});

describe('export', () => {
  it('writes every row over many pages, and leaves no part behind', async () => {
    await stored('r1', rowsOf(1_234, failedAt(7)));
    expect((await rondo('export', 'r1', 'each', '--to', 'out.ndjson')).code).toBe(0);
    const lines = readFileSync(join(folder, 'out.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { index: number });
    expect(lines.map((line) => line.index)).toEqual(Array.from({ length: 1_234 }, (_, i) => i));
    expect((await rondo('export', 'r1', 'each', '--to', 'out.csv', '--status', 'failed')).code).toBe(0);
    expect(readFileSync(join(folder, 'out.csv'), 'utf8').split('\r\n')[1]).toMatch(
      /^7,failed,3,.*,"\{""n"":7\}",,node-failed,/,
    );
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('cancel and pause', () => {
  it('ends a run that nobody drives', async () => {
    await stored('r1', rowsOf(1), 'waiting');
    expect((await rondo('cancel', 'r1')).code).toBe(0);
    expect(await store.getRun('r1')).toMatchObject({ status: 'cancelled', finishedAt: expect.any(Number) });
    expect((await rondo('cancel', 'r1')).terminal.stderr()).toContain('is cancelled already');
  });

  it('asks the one who drives it', async () => {
    await stored('r1', rowsOf(1), 'running');
    expect((await rondo('pause', 'r1')).terminal.stderr()).toContain('was asked to pause');
    expect((await store.getRun('r1'))?.control).toBe('pause');
    const { terminal } = await rondo('cancel', 'r1', '--json');
    expect(JSON.parse(terminal.stdout())).toMatchObject({ runId: 'r1', status: 'running', asked: 'cancel' });
    expect((await store.getRun('r1'))?.control).toBe('cancel');
  });

  it('changes nothing about a run that has ended', async () => {
    await stored('r1', rowsOf(1), 'completed');
    expect((await rondo('cancel', 'r1')).code).toBe(1);
    expect((await store.getRun('r1'))?.status).toBe('completed');
  });
});

it('does not resume what has ended, and says what to do instead', async () => {
  await stored('r1', rowsOf(3, failedAt(1)), 'failed');
  const { code, terminal } = await rondo('resume', 'r1');
  expect(code).toBe(2);
  expect(terminal.stderr()).toContain('Run r1 has ended: it is failed. To do what failed again: rondo runs redrive r1');
  expect((await store.getRun('r1'))?.status).toBe('failed');
});

it('refuses a database that is not there, and a run that is not', async () => {
  expect((await rondo('show', 'x', '--db', 'none.db')).code).toBe(3);
  expect((await rondo('show', 'x')).code).toBe(2);
  expect((await rondo('list', '--db', 'postgres://me:pw@host/db')).code).toBe(3);
});
