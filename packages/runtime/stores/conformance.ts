/**
 * Owns what every store must do: one test per sentence of the port (core/ports.ts, RunStore).
 * An adapter is whatever passes `describeStore`. Durability and speed are tested per adapter.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Defect, failure } from '@rondo/core/errors.ts';
import { SCORE_CELLS } from '@rondo/core/engine/score.ts';
import type { IterationRow, Lease, LoopRecord, RunStore } from '@rondo/core/ports.ts';
import { describeRedrive } from './conformance-redrive.ts';
import { describeViews } from './conformance-views.ts';
import type { OpenStore } from './testing/open-store.ts';
import { claimed, completed, failedRow, loopRecord, range, row, RUN, started, sum } from './testing/records.ts';

export function describeStore(name: string, open: OpenStore): void {
  describeRedrive(name, open);
  describeViews(name, open);

  describe(`store ${name}`, () => {
    let store: RunStore;
    let now = 1_000_000;
    let lease: Lease;

    beforeEach(async () => {
      now = 1_000_000;
      store = await open({ now: () => now });
      await store.createRun(RUN);
      lease = await claimed(store, RUN.id, 10_000, 'a');
    });
    afterEach(() => store.close());

    const write = (rows: IterationRow[], loops: LoopRecord[] = [loopRecord()]) =>
      store.commit({ lease, now, loops, rows });

    /** Everything a reader can see of the run. */
    async function view(): Promise<unknown> {
      const loops = await store.loops(RUN.id);
      const ledgers = [];
      for (const { key } of loops) {
        ledgers.push({
          rows: await store.rows(RUN.id, key, { after: -1, limit: 10_000 }),
          causes: await store.causes(RUN.id, key),
          score: await store.score(RUN.id, key),
        });
      }
      return { run: await store.getRun(RUN.id), journal: await store.journal(RUN.id), loops, ledgers };
    }

    describe('runs', () => {
      it('keeps what a run was asked for, queued', async () => {
        await store.createRun({ ...RUN, id: 'run-2', definition: 'ü "x"\n\u0001' });
        expect(await store.getRun('run-2')).toEqual({
          ...RUN,
          id: 'run-2',
          definition: 'ü "x"\n\u0001',
          status: 'queued',
          control: 'none',
          output: null,
          failure: null,
          startedAt: null,
          finishedAt: null,
          heartbeatAt: null,
          usage: null,
        });
      });

      it('writes the same run twice without a change, and refuses another one under its id', async () => {
        const before = await view();
        await store.createRun(RUN);
        expect(await view()).toEqual(before);
        await expect(store.createRun({ ...RUN, definition: 'other' })).rejects.toBeInstanceOf(Defect);
        expect(await view()).toEqual(before);
      });

      it('answers null, false or run-not-found for a run that is not there', async () => {
        const nobody = { run: 'nobody', owner: 'a', token: 1 };
        expect(await store.getRun('nobody')).toBeNull();
        expect(await store.setControl('nobody', 'cancel')).toBe(false);
        const calls = [
          store.claim('nobody', 'a', 1),
          store.renew(nobody, 1),
          store.commit({ lease: nobody, now }),
          store.journal('nobody'),
          store.loops('nobody'),
          store.loop('nobody', 'each'),
          store.rows('nobody', 1, { after: -1, limit: 1 }),
          store.row('nobody', 1, 0),
          store.outputs('nobody', 1, -1, 1),
          store.causes('nobody', 1),
          store.score('nobody', 1),
          store.redrive('nobody', { loop: null, status: 'failed', after: [] }),
        ];
        for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'run-not-found' });
      });

      it('changes only what the commit names', async () => {
        await store.commit({ lease, now, run: { status: 'running', startedAt: 5 } });
        await store.commit({ lease, now, run: { output: '[1]' } });
        const trouble = failure('timeout', 'too slow', { data: { ms: 3 } });
        await store.commit({ lease, now, run: { failure: trouble } });
        expect(await store.getRun(RUN.id)).toMatchObject({
          status: 'running',
          startedAt: 5,
          output: '[1]',
          failure: trouble,
        });
        await store.commit({ lease, now, run: { failure: null } });
        expect((await store.getRun(RUN.id))?.failure).toBeNull();
      });

      it('keeps what it has cost through a redrive', async () => {
        const usage = { tokensIn: 812, tokensOut: 64, cost: 0.0125 };
        await store.commit({ lease, now, run: { usage }, loops: [loopRecord({ failed: 1 })], rows: [failedRow(0)] });
        await store.commit({ lease, now, run: { status: 'failed', finishedAt: 9 } });
        expect((await store.getRun(RUN.id))?.usage).toEqual(usage);
        await store.redrive(RUN.id, { loop: null, status: 'failed', after: [], definition: 'rondo: 1 # repaired' });
        expect(await store.getRun(RUN.id)).toMatchObject({ status: 'waiting', usage });
        expect((await store.listRuns({ limit: 1 }))[0]?.usage).toEqual(usage);
        expect(await store.verify()).toEqual([]);
      });

      it('gives the lease up with the final status', async () => {
        await store.commit({ lease, now, run: { status: 'failed', finishedAt: 9 } });
        expect(await store.getRun(RUN.id)).toMatchObject({ status: 'failed', finishedAt: 9 });
        expect(await store.leaseOwner(RUN.id)).toBeNull();
        await expect(store.commit({ lease, now, run: { status: 'running' } })).rejects.toMatchObject({
          code: 'lease-lost',
        });
        expect((await store.getRun(RUN.id))?.status).toBe('failed');
      });

      it('lists the newest first, by page and by status', async () => {
        for (const id of ['b', 'c', 'd']) await store.createRun({ ...RUN, id });
        await store.commit({ lease, now, run: { status: 'running' } });
        const ids = async (query: Parameters<RunStore['listRuns']>[0]) =>
          (await store.listRuns(query)).map((r) => r.id);
        expect(await ids({ limit: 2 })).toEqual(['d', 'c']);
        expect(await ids({ limit: 2, before: 'c' })).toEqual(['b', RUN.id]);
        expect(await ids({ limit: 9, before: RUN.id })).toEqual([]);
        expect(await ids({ limit: 9, status: 'queued' })).toEqual(['d', 'c', 'b']);
        expect(await ids({ limit: 1, status: 'queued', before: 'd' })).toEqual(['c']);
        expect(await ids({ limit: 9, status: 'running' })).toEqual([RUN.id]);
      });
    });

    describe('leases', () => {
      it('gives a run to one at a time, also against the same owner', async () => {
        expect(await store.claim(RUN.id, 'b', 10_000)).toBeNull();
        expect(await store.claim(RUN.id, 'a', 10_000)).toBeNull();
        expect(await store.leaseOwner(RUN.id)).toBe('a');
        expect(await store.claim(RUN.id, 'b', 10_000, 'not a')).toBeNull();
      });

      it('gives it to another once it ran out by the clock of the database, with a higher token', async () => {
        now += 9_999;
        expect(await store.claim(RUN.id, 'b', 10_000)).toBeNull();
        now += 1;
        const next = await store.claim(RUN.id, 'b', 10_000);
        expect(next).toMatchObject({ run: RUN.id, owner: 'b' });
        expect(next!.token).toBeGreaterThan(lease.token);
      });

      it('renews from now on, sets the heartbeat, and says when the lease is lost', async () => {
        expect((await store.getRun(RUN.id))?.heartbeatAt).toBe(now);
        now += 9_000;
        expect(await store.renew(lease, 10_000)).toBe(true);
        expect((await store.getRun(RUN.id))?.heartbeatAt).toBe(now);
        now += 9_000;
        expect(await store.claim(RUN.id, 'b', 10_000)).toBeNull();
        now += 1_000;
        expect(await store.claim(RUN.id, 'b', 10_000)).not.toBeNull();
        expect(await store.renew(lease, 10_000)).toBe(false);
      });

      it('lets the holder go on with a lease that ran out but was not taken', async () => {
        now += 60_000;
        await write([row(0)]);
        expect(await store.renew(lease, 10_000)).toBe(true);
        expect(await store.claim(RUN.id, 'b', 10_000)).toBeNull();
      });

      it('can be given up; then nothing can be written with it', async () => {
        await store.release(lease);
        await expect(write([row(0)])).rejects.toMatchObject({ code: 'lease-lost' });
        expect(await store.renew(lease, 1)).toBe(false);
        const next = await store.claim(RUN.id, 'b', 10_000);
        await store.release(lease);
        expect(await store.renew(next!, 10_000)).toBe(true);
      });

      it('writes nothing of a commit whose lease was taken over', async () => {
        await write([row(0)]);
        now += 10_000;
        await store.claim(RUN.id, 'b', 10_000);
        const before = await view();
        const late = store.commit({
          lease,
          now,
          events: [completed(1, 'start')],
          loops: [loopRecord({ key: 2, path: 'other' }), loopRecord({ completed: 9 })],
          rows: [row(0, { output: 'late' }), row(1)],
          run: { status: 'completed' },
        });
        await expect(late).rejects.toMatchObject({ code: 'lease-lost', name: 'StoreError' });
        expect(await view()).toEqual(before);
      });

      it('names the runs that nobody drives, but not those that are paused', async () => {
        for (const id of ['queued', 'done', 'paused', 'held'])
          await store.createRun({ ...RUN, id, createdAt: now + 60_000 });
        for (const [id, status] of [
          ['done', 'completed'],
          ['paused', 'waiting'],
          ['held', 'running'],
        ] as const) {
          const held = await claimed(store, id, 60_000, 'x');
          if (id === 'paused') await store.setControl(id, 'pause');
          await store.commit({ lease: held, now, run: { status } });
          if (id !== 'held') await store.release(held);
        }
        await store.commit({ lease, now, run: { status: 'running' } });
        expect(await store.abandonedRuns(10)).toEqual([]);
        now += 10_000;
        expect(await store.abandonedRuns(10)).toEqual([RUN.id]);
        await store.setControl('paused', 'none');
        now += 60_000;
        expect((await store.abandonedRuns(10)).sort()).toEqual(['held', 'paused', RUN.id]);
        expect(await store.abandonedRuns(1)).toHaveLength(1);
      });

      it('counts a run that was created and never driven among the abandoned, after a while', async () => {
        await store.createRun({ ...RUN, id: 'young', createdAt: now - 10_000 });
        await store.createRun({ ...RUN, id: 'old', createdAt: now - 20_000 });
        await store.createRun({ ...RUN, id: 'driven', createdAt: now - 20_000 });
        await claimed(store, 'driven', 60_000);
        expect(await store.abandonedRuns(10)).toEqual(expect.arrayContaining(['old']));
        expect(await store.abandonedRuns(10)).not.toContain('young');
        expect(await store.abandonedRuns(10)).not.toContain('driven');
      });
    });

    describe('control', () => {
      it('reaches the driver as the answer of its next commit and stays until it is changed', async () => {
        expect(await store.commit({ lease, now })).toBe('none');
        expect(await store.setControl(RUN.id, 'pause')).toBe(true);
        expect(await store.commit({ lease, now })).toBe('pause');
        expect(await store.commit({ lease, now })).toBe('pause');
        expect((await store.getRun(RUN.id))?.control).toBe('pause');
        await store.setControl(RUN.id, 'cancel');
        expect(await write([row(0)])).toBe('cancel');
      });

      it('is refused for a run that has ended, and does not disturb the lease', async () => {
        await store.setControl(RUN.id, 'pause');
        expect(await store.renew(lease, 10_000)).toBe(true);
        await store.commit({ lease, now, run: { status: 'completed' } });
        expect(await store.setControl(RUN.id, 'cancel')).toBe(false);
      });
    });

    describe('journal', () => {
      it('is read in the order of seq, and an event written twice is one', async () => {
        await store.commit({ lease, now, events: [started(2, 'b'), completed(1, 'a')] });
        await store.commit({ lease, now, events: [started(2, 'b'), completed(10, 'b')] });
        expect((await store.journal(RUN.id)).map((event) => event.seq)).toEqual([1, 2, 10]);
        expect((await store.journal(RUN.id))[0]).toEqual(completed(1, 'a'));
      });

      it('forgets the frames it is told to, and no others', async () => {
        const events = [completed(1, 'a'), completed(2, 'x', 'each[1]'), completed(3, 'x', 'each[11]')];
        await store.commit({ lease, now, events });
        await store.commit({ lease, now, events: [completed(4, 'y', 'each[1]')], forget: ['each[1]'] });
        expect((await store.journal(RUN.id)).map((event) => event.seq)).toEqual([1, 3]);
      });
    });

    describe('loops', () => {
      it('keeps every field, by key, and finds one by its path', async () => {
        const inner = loopRecord({ key: 7, path: 'outer[3]/inner', node: 'inner', total: null, carry: '{"a":1}' });
        const outer = loopRecord({ key: 2, path: 'outer', status: 'waiting', completed: 3, failed: 2, cursor: 4 });
        await store.commit({ lease, now, loops: [inner, outer] });
        expect(await store.loops(RUN.id)).toEqual([outer, inner]);
        expect(await store.loop(RUN.id, 'outer[3]/inner')).toEqual(inner);
        expect(await store.loop(RUN.id, 'outer[4]/inner')).toBeNull();
        await store.commit({ lease, now, loops: [{ ...inner, completed: 5, tally: '{}' }] });
        expect(await store.loop(RUN.id, inner.path)).toEqual({ ...inner, completed: 5, tally: '{}' });
      });

      it('belong to their run', async () => {
        await write([row(0)]);
        await store.createRun({ ...RUN, id: 'run-2' });
        expect(await store.loops('run-2')).toEqual([]);
        expect(await store.rows('run-2', 1, { after: -1, limit: 9 })).toEqual([]);
        const other = await claimed(store, 'run-2', 10_000, 'a');
        await store.commit({ lease: other, now, loops: [loopRecord()], rows: [row(5)] });
        expect((await store.rows('run-2', 1, { after: -1, limit: 9 })).map((r) => r.index)).toEqual([5]);
        expect((await store.rows(RUN.id, 1, { after: -1, limit: 9 })).map((r) => r.index)).toEqual([0]);
      });

      it('must be there before their rows; otherwise nothing is written', async () => {
        const before = await view();
        const commit = store.commit({ lease, now, events: [completed(1, 'a')], rows: [row(0, { loop: 9 })] });
        await expect(commit).rejects.toBeInstanceOf(Defect);
        expect(await view()).toEqual(before);
      });
    });

    describe('rows', () => {
      it('are read as they were written', async () => {
        const rows = [
          row(0, { input: '', output: '', logs: 'a\nb', steps: '[{"id":"x"}]' }),
          row(1, { output: '{"a":"ü 😀"}\n2\u001e3', attempts: 3, losses: 2 }),
          failedRow(2, 'It\'s "bad"'),
          row(3, { status: 'skipped' }),
          row(4, { status: 'running', output: '' }),
          row(5, { status: 'waiting', failure: failure('timeout', 'later'), cause: 'c' }),
          row(6, { status: 'cancelled' }),
        ];
        await write(rows);
        expect(await store.rows(RUN.id, 1, { after: -1, limit: 100 })).toEqual(rows);
        for (const one of rows) expect(await store.row(RUN.id, 1, one.index)).toEqual(one);
        expect(await store.row(RUN.id, 1, 7)).toBeNull();
        expect(await store.row(RUN.id, 2, 0)).toBeNull();
      });

      it('are one per index: the last write stays, and the same commit twice changes nothing', async () => {
        await write(range(0, 20).map((i) => row(i, { status: 'running', output: '' })));
        const commit = {
          lease,
          now,
          events: [completed(1, 'a')],
          loops: [loopRecord({ completed: 18, failed: 2, cursor: 20 })],
          rows: range(0, 20).map((i) => (i % 10 === 3 ? failedRow(i) : row(i))),
          run: { status: 'running' as const },
        };
        await store.commit(commit);
        const once = await view();
        await store.commit(commit);
        expect(await view()).toEqual(once);
        expect(await store.rows(RUN.id, 1, { after: -1, limit: 100 })).toEqual(commit.rows);
      });

      it('come in any order and are paged by index', async () => {
        await write([...range(50, 75), ...range(0, 25), ...range(25, 50).reverse()].map((i) => row(i)));
        const page = async (after: number, limit: number, before?: number) =>
          (await store.rows(RUN.id, 1, before === undefined ? { after, limit } : { after, limit, before })).map(
            (r) => r.index,
          );
        expect(await page(-1, 1000)).toEqual(range(0, 75));
        expect(await page(-1, 10)).toEqual(range(0, 10));
        expect(await page(9, 10)).toEqual(range(10, 20));
        expect(await page(70, 10)).toEqual(range(71, 75));
        expect(await page(74, 10)).toEqual([]);
        expect(await page(9, 100, 12)).toEqual([10, 11]);
      });

      it('are filtered by status and by cause, within a stretch', async () => {
        await write(range(0, 100).map((i) => (i % 10 === 5 ? failedRow(i, i % 20 === 5 ? 'boom' : 'bang') : row(i))));
        const cause = failedRow(0, 'bang').cause!;
        const pick = async (query: Partial<Parameters<RunStore['rows']>[2]>) =>
          (await store.rows(RUN.id, 1, { after: -1, limit: 100, ...query })).map((r) => r.index);
        expect(await pick({ status: 'failed' })).toEqual([5, 15, 25, 35, 45, 55, 65, 75, 85, 95]);
        expect(await pick({ status: 'failed', after: 15, limit: 2 })).toEqual([25, 35]);
        expect(await pick({ status: 'completed', after: 3, limit: 3 })).toEqual([4, 6, 7]);
        expect(await pick({ status: 'skipped' })).toEqual([]);
        expect(await pick({ cause })).toEqual([15, 35, 55, 75, 95]);
        expect(await pick({ cause, after: 35, before: 95 })).toEqual([55, 75]);
        expect(await pick({ cause, status: 'failed', limit: 1 })).toEqual([15]);
        expect(await pick({ cause, status: 'completed' })).toEqual([]);
      });

      it('are found by text in input, output or failure', async () => {
        await write([
          row(0, { input: '{"name":"Ada 100%"}' }),
          row(1, { output: '{"name":"ada_lovelace"}' }),
          failedRow(2, 'Reply of "Ada" is C:\\bad'),
          row(3, { input: '{"name":"Ada 100 percent"}' }),
          row(4, { logs: 'Ada', steps: 'Ada' }),
          row(5, { input: '{"name":"Žofie"}' }),
        ]);
        const find = async (search: string, more = {}) =>
          (await store.rows(RUN.id, 1, { after: -1, limit: 100, search, ...more })).map((r) => r.index);
        expect(await find('ADA')).toEqual([0, 1, 2, 3]);
        expect(await find('100%')).toEqual([0]);
        expect(await find('ada_')).toEqual([1]);
        expect(await find('"name":"Ada')).toEqual([0, 1, 3]);
        expect(await find('of "Ada" is C:\\')).toEqual([2]);
        expect(await find('Žofie')).toEqual([5]);
        expect(await find('ada', { status: 'completed', after: 0, limit: 1 })).toEqual([1]);
        expect(await find('ada', { status: 'failed' })).toEqual([2]);
        expect(await find('x'.repeat(100_000))).toEqual([]);
      });

      it('give their outputs alone, whatever the status', async () => {
        await write([row(0), failedRow(1, 'x', { output: 'null' }), row(2, { status: 'skipped', output: '' })]);
        expect(await store.outputs(RUN.id, 1, -1, 10)).toEqual([
          { index: 0, output: row(0).output },
          { index: 1, output: 'null' },
          { index: 2, output: '' },
        ]);
        expect(await store.outputs(RUN.id, 1, 0, 1)).toEqual([{ index: 1, output: 'null' }]);
        expect(await store.outputs(RUN.id, 5, -1, 1)).toEqual([]);
      });
    });

    describe('causes', () => {
      it('group failures that differ only in their data', async () => {
        await write([failedRow(3, 'no user 17'), row(4), failedRow(9, 'no user 4711'), failedRow(6, 'other')]);
        const [first, second, ...rest] = await store.causes(RUN.id, 1);
        expect(rest).toEqual([]);
        expect(first).toMatchObject({ loop: 1, message: 'no user <n>', node: 'fetch', count: 2, first: 3, last: 9 });
        expect(second).toMatchObject({ message: 'other', count: 1, first: 6, last: 6 });
        expect(sum(first!.columns)).toBe(2);
        const rows = await store.rows(RUN.id, 1, { after: -1, limit: 10, cause: first!.cause });
        expect(rows.map((r) => r.index)).toEqual([3, 9]);
      });

      it('lose a failure that was done again, with first and last corrected', async () => {
        await write(range(0, 6).map((i) => failedRow(i)));
        await write([row(0), row(5), row(2)]);
        expect(await store.causes(RUN.id, 1)).toMatchObject([{ count: 3, first: 1, last: 4 }]);
        await write([failedRow(1, 'new'), row(3), row(4)]);
        expect(await store.causes(RUN.id, 1)).toMatchObject([{ message: 'new', count: 1, first: 1, last: 1 }]);
      });

      it('are at most 50, then one that is called other', async () => {
        const word = (i: number) => String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26));
        const rows = range(0, 120).map((i) => failedRow(i, `trouble ${word(i % 60)}`));
        await write(rows);
        const causes = await store.causes(RUN.id, 1);
        expect(causes).toHaveLength(51);
        expect(causes.at(-1)).toMatchObject({ cause: 'other', count: 20, first: 50, last: 119, node: null });
        const others = await store.rows(RUN.id, 1, { after: -1, limit: 100, cause: 'other' });
        expect(others.map((r) => r.index)).toEqual([...range(50, 60), ...range(110, 120)]);
        await write(rows);
        expect(await store.causes(RUN.id, 1)).toEqual(causes);
      });
    });

    describe('score', () => {
      it('counts each row once, in its cell', async () => {
        const loop = loopRecord({ total: 80_000 });
        await write([row(0, { status: 'running' }), row(9, { status: 'running' })], [loop]);
        await write([row(0), row(9), row(10), failedRow(11), row(79_999, { status: 'skipped' })], [loop]);
        const score = await store.score(RUN.id, 1);
        expect(score.per).toBe(10);
        expect([score.completed[0], score.completed[1], score.failed[1]]).toEqual([2, 1, 1]);
        expect(score.skipped[SCORE_CELLS - 1]).toBe(1);
        await write([row(11)], [loop]);
        const after = await store.score(RUN.id, 1);
        expect([sum(after.completed), sum(after.failed), sum(after.skipped)]).toEqual([4, 0, 1]);
      });

      it('of an unknown total doubles its cells when it is full, causes too', async () => {
        const loop = loopRecord({ total: null });
        await write([row(0), row(1), failedRow(3), row(7_999)], [loop]);
        expect((await store.score(RUN.id, 1)).per).toBe(1);
        await write([row(8_000), failedRow(16_001)], [loop]);
        const score = await store.score(RUN.id, 1);
        expect(score.per).toBe(4);
        expect([score.completed[0], score.failed[0]]).toEqual([2, 1]);
        expect([score.completed[1_999], score.completed[2_000], score.failed[4_000]]).toEqual([1, 1, 1]);
        const [cause] = await store.causes(RUN.id, 1);
        expect([cause!.columns[0], cause!.columns[125], sum(cause!.columns)]).toEqual([1, 1, 2]);
        await write([row(2)], [loop]);
        expect((await store.score(RUN.id, 1)).completed[0]).toBe(3);
      });

      it('of a loop without rows is empty', async () => {
        await write([], [loopRecord()]);
        expect((await store.score(RUN.id, 1)).completed).toHaveLength(0);
        expect((await store.score(RUN.id, 99)).completed).toHaveLength(0);
      });
    });

    it('finds nothing wrong with what it wrote', async () => {
      await write(range(0, 300).map((i) => (i % 7 === 0 ? failedRow(i) : row(i))));
      await store.commit({ lease, now, events: [completed(1, 'a')], run: { status: 'completed', output: '1' } });
      expect(await store.verify()).toEqual([]);
    });

    it('keeps what it was given, not a reference to it', async () => {
      const loop = loopRecord();
      const first = row(0);
      await write([first], [loop]);
      loop.completed = 99;
      first.output = 'changed';
      expect(await store.loop(RUN.id, 'each')).toEqual(loopRecord());
      expect(await store.row(RUN.id, 1, 0)).toEqual(row(0));
    });
  });
}
