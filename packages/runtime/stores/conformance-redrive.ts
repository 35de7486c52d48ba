/**
 * Owns what every store must do when rows are put back: the part of the conformance suite about
 * RunStore.redrive. `describeStore` in conformance.ts runs it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEvent } from '@rondo/core/events.ts';
import { failure } from '@rondo/core/errors.ts';
import type { IterationRow, Lease, LoopRecord, RunStore } from '@rondo/core/ports.ts';
import type { OpenStore } from './testing/open-store.ts';
import { claimed, completed, failedRow, loopRecord, range, row, RUN, started, sum } from './testing/records.ts';

export function describeRedrive(name: string, open: OpenStore): void {
  describe(`store ${name}, redrive`, () => {
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

    const write = (rows: IterationRow[], loops: LoopRecord[]) => store.commit({ lease, now, loops, rows });

    const everything = async (): Promise<unknown> => [
      await store.getRun(RUN.id),
      await store.journal(RUN.id),
      await store.loops(RUN.id),
      await store.rows(RUN.id, 1, { after: -1, limit: 1000 }),
    ];

    const failedAgain = { loop: null, status: 'failed', after: [] } as const;

    async function finish(loops: LoopRecord[], rows: IterationRow[], events: JournalEvent[] = []): Promise<void> {
      const trouble = failure('too-many-failures', 'x');
      const run = { status: 'failed', failure: trouble, output: '[]', finishedAt: 7 } as const;
      await store.commit({ lease, now, loops, rows, events, run });
      await store.release(lease);
    }

    it('goes on by another definition when it is given one, and by none when nothing is put back', async () => {
      const definition = 'rondo: 1 # repaired';
      const rows = range(0, 10).map((i) => (i === 4 ? failedRow(i) : row(i)));
      await finish([loopRecord({ status: 'completed', completed: 9, failed: 1, cursor: 10 })], rows);
      expect(await store.redrive(RUN.id, { ...failedAgain, cause: 'no-such-cause', definition })).toBe(0);
      expect(await store.getRun(RUN.id)).toMatchObject({ definition: RUN.definition });
      expect(await store.redrive(RUN.id, { ...failedAgain, definition })).toBe(1);
      expect(await store.getRun(RUN.id)).toMatchObject({ ...RUN, definition, status: 'waiting' });
      expect(await store.verify()).toEqual([]);
    });

    it('remembers what a re-run did, and what the rows were before, across several', async () => {
      const loop = loopRecord({ status: 'completed', completed: 8, failed: 2, cursor: 10 });
      const rows = range(0, 10).map((i) =>
        i === 4 || i === 7 ? failedRow(i, 'boom', { attempts: 3, startedAt: 50 + i, durationMs: i }) : row(i),
      );
      await finish([loop], rows);
      now = 2_000_000;
      expect(await store.redrive(RUN.id, { ...failedAgain, by: 'Ana' })).toBe(2);
      expect(await store.reruns(RUN.id, 1)).toEqual([{ number: 1, at: now, by: 'Ana', count: 2 }]);
      const redone = (rerun: number) => store.indices(RUN.id, 1, { rerun, limit: 9 });
      // Nothing is there until they have been done again.
      expect(await redone(1)).toEqual([]);
      lease = await claimed(store, RUN.id, 10_000, 'b');
      const after = { ...loop, completed: 9, failed: 1 };
      await finish([after], [row(4), failedRow(7, 'bang', { durationMs: 70 })]);
      expect(await redone(1)).toEqual([4, 7]);
      expect(await store.redrive(RUN.id, failedAgain)).toBe(1);
      lease = await claimed(store, RUN.id, 10_000, 'c');
      await finish([{ ...loop, completed: 10, failed: 0 }], [row(7, { durationMs: 7 })]);
      expect((await store.reruns(RUN.id, 1)).map(({ number, by, count }) => [number, by, count])).toEqual([
        [2, null, 1],
        [1, 'Ana', 2],
      ]);
      expect(await redone(2)).toEqual([7]);
      const found = await store.rows(RUN.id, 1, { rerun: 1, status: 'completed', after: 4, limit: 9 });
      expect(found.map((one) => one.index)).toEqual([7]);
      expect(await store.rows(RUN.id, 1, { rerun: 1, search: 'no such text', after: -1, limit: 9 })).toEqual([]);
      const longest = await store.times(RUN.id, 1, { rerun: 1, sort: 'duration', limit: 1 });
      expect(longest.map((one) => one.index)).toEqual([7]);
      expect((await store.earlier(RUN.id, 1, 7)).map(({ rerun, status, message }) => [rerun, status, message])).toEqual(
        [
          [1, 'failed', 'boom'],
          [2, 'failed', 'bang'],
        ],
      );
      expect((await store.earlier(RUN.id, 1, 7))[0]).toMatchObject({ attempts: 3, startedAt: 57, durationMs: 7 });
      expect(await store.earlier(RUN.id, 1, 0)).toEqual([]);
      expect(await store.verify()).toEqual([]);
      expect(await store.deleteRun(RUN.id)).toBe(true);
    });

    it('takes failed rows out, lowers counters and cursor, and makes the run wait', async () => {
      const rows = range(0, 10).map((i) => (i === 4 || i === 7 ? failedRow(i) : row(i)));
      const loop = loopRecord({ status: 'failed', completed: 8, failed: 2, cursor: 10, tally: 't' });
      await finish([loop], rows);
      expect(await store.redrive(RUN.id, failedAgain)).toBe(2);
      expect(await store.loop(RUN.id, 'each')).toEqual({ ...loop, status: 'running', failed: 0, cursor: 4 });
      const left = await store.rows(RUN.id, 1, { after: -1, limit: 100 });
      expect(left.map((r) => r.index)).toEqual([0, 1, 2, 3, 5, 6, 8, 9]);
      expect(await store.causes(RUN.id, 1)).toEqual([]);
      const score = await store.score(RUN.id, 1);
      expect([sum(score.completed), sum(score.failed)]).toEqual([8, 0]);
      expect(await store.getRun(RUN.id)).toMatchObject({
        status: 'waiting',
        control: 'none',
        failure: null,
        output: null,
        finishedAt: null,
      });
      expect(await store.verify()).toEqual([]);
    });

    it('changes nothing when there is nothing to do again', async () => {
      await finish([loopRecord({ status: 'completed' })], [row(0)], [completed(1, 'each')]);
      const before = await everything();
      expect(await store.redrive(RUN.id, failedAgain)).toBe(0);
      expect(await store.redrive(RUN.id, { loop: 77, status: 'completed', after: [] })).toBe(0);
      expect(await everything()).toEqual(before);
    });

    it('is refused while the run is driven, and shuts out a runner whose lease ran out', async () => {
      await write([failedRow(0)], [loopRecord({ failed: 1 })]);
      await expect(store.redrive(RUN.id, failedAgain)).rejects.toMatchObject({ code: 'lease-lost' });
      now += 10_000;
      expect(await store.redrive(RUN.id, failedAgain)).toBe(1);
      await expect(write([failedRow(0)], [])).rejects.toMatchObject({ code: 'lease-lost' });
    });

    it('takes only the loop, cause or indices that are asked for', async () => {
      const loops = [loopRecord({ failed: 4 }), loopRecord({ key: 2, path: 'two', node: 'two', failed: 1 })];
      const rows = [
        failedRow(0, 'a'),
        failedRow(1, 'b'),
        failedRow(2, 'a'),
        failedRow(3, 'b'),
        failedRow(0, 'a', { loop: 2 }),
      ];
      await finish(loops, rows);
      const only = { loop: 1, status: 'failed', after: [] } as const;
      expect(await store.redrive(RUN.id, { ...only, indices: [3, 9] })).toBe(1);
      expect(await store.redrive(RUN.id, { ...only, cause: failedRow(0, 'a').cause! })).toBe(2);
      expect((await store.rows(RUN.id, 1, { after: -1, limit: 9 })).map((r) => r.index)).toEqual([1]);
      expect(await store.row(RUN.id, 2, 0)).not.toBeNull();
      expect(await store.loop(RUN.id, 'two')).toEqual(loops[1]);
    });

    it('asks for a new count of items when an output was taken out', async () => {
      await finish([loopRecord({ failed: 1, tally: 't' })], [failedRow(0, 'x', { output: 'null' })]);
      await store.redrive(RUN.id, failedAgain);
      expect((await store.loop(RUN.id, 'each'))?.tally).toBe('');
    });

    it('forgets the end of the step and what is named as coming after it, loops included', async () => {
      const loops = [
        loopRecord({ failed: 1, completed: 1 }),
        loopRecord({ key: 2, path: 'send', node: 'send', completed: 1 }),
        loopRecord({ key: 3, path: 'send[0]/part', node: 'part', completed: 1 }),
        loopRecord({ key: 4, path: 'before', node: 'before', completed: 1 }),
      ];
      const rows = [row(0), failedRow(1), row(0, { loop: 2 }), row(0, { loop: 3 }), row(0, { loop: 4 })];
      const events = [
        completed(1, 'before'),
        started(2, 'each'),
        completed(3, 'each'),
        completed(4, 'aside'),
        started(5, 'send'),
        completed(6, 'x', 'send[0]'),
        completed(7, 'send'),
      ];
      await finish(loops, rows, events);
      expect(await store.redrive(RUN.id, { loop: 1, status: 'failed', after: ['send'] })).toBe(1);
      expect((await store.journal(RUN.id)).map((event) => event.seq)).toEqual([1, 4]);
      expect((await store.loops(RUN.id)).map((loop) => loop.path)).toEqual(['each', 'before']);
      expect(await store.rows(RUN.id, 2, { after: -1, limit: 9 })).toEqual([]);
      expect(await store.row(RUN.id, 4, 0)).not.toBeNull();
      expect(await store.verify()).toEqual([]);
    });

    it('without that knowledge forgets what started after the loop ended', async () => {
      const events = [started(1, 'a'), started(2, 'each'), completed(3, 'a'), completed(4, 'each'), completed(5, 'b')];
      await finish([loopRecord({ failed: 1 }), loopRecord({ key: 2, path: 'b', node: 'b' })], [failedRow(0)], events);
      await store.redrive(RUN.id, { ...failedAgain, after: null });
      expect((await store.journal(RUN.id)).map((event) => event.seq)).toEqual([1, 3]);
      expect((await store.loops(RUN.id)).map((loop) => loop.path)).toEqual(['each']);
    });

    it('opens the iterations around an inner failure and keeps what is settled beside it', async () => {
      const loops = [
        loopRecord({ key: 1, path: 'outer', node: 'outer', status: 'completed', completed: 3, cursor: 3 }),
        loopRecord({
          key: 2,
          path: 'outer[1]/inner',
          node: 'inner',
          status: 'completed',
          completed: 1,
          failed: 1,
          cursor: 2,
        }),
        loopRecord({ key: 3, path: 'outer[2]/inner', node: 'inner', status: 'completed', completed: 1, cursor: 1 }),
      ];
      const rows = [row(0), row(1), row(2), row(0, { loop: 2 }), failedRow(1, 'x', { loop: 2 }), row(0, { loop: 3 })];
      const events = [completed(1, 'outer'), completed(2, 'inner', 'outer[1]'), completed(3, 'inner', 'outer[2]')];
      await finish(loops, rows, events);
      expect(await store.redrive(RUN.id, { loop: 2, status: 'failed', after: [] })).toBe(1);
      expect((await store.rows(RUN.id, 1, { after: -1, limit: 9 })).map((r) => r.index)).toEqual([0, 2]);
      expect((await store.rows(RUN.id, 2, { after: -1, limit: 9 })).map((r) => r.index)).toEqual([0]);
      expect(await store.loop(RUN.id, 'outer')).toMatchObject({ status: 'running', completed: 2, cursor: 1 });
      expect(await store.loop(RUN.id, 'outer[1]/inner')).toMatchObject({ status: 'running', failed: 0, cursor: 1 });
      expect(await store.loop(RUN.id, 'outer[2]/inner')).toEqual(loops[2]);
      expect((await store.journal(RUN.id)).map((event) => event.seq)).toEqual([3]);
    });

    it('goes into the loops inside a failed iteration', async () => {
      const loops = [
        loopRecord({ key: 1, path: 'outer', node: 'outer', status: 'failed', failed: 1, cursor: 1 }),
        loopRecord({
          key: 2,
          path: 'outer[0]/inner',
          node: 'inner',
          status: 'failed',
          completed: 2,
          failed: 1,
          cursor: 3,
        }),
      ];
      const rows = [failedRow(0), row(0, { loop: 2 }), failedRow(1, 'x', { loop: 2 }), row(2, { loop: 2 })];
      await finish(loops, rows);
      expect(await store.redrive(RUN.id, { loop: 1, status: 'failed', after: [] })).toBe(2);
      expect((await store.rows(RUN.id, 2, { after: -1, limit: 9 })).map((r) => r.index)).toEqual([0, 2]);
      expect(await store.loop(RUN.id, 'outer[0]/inner')).toMatchObject({ status: 'running', failed: 0, cursor: 1 });
    });

    it('leaves a run that can be driven to its end', async () => {
      await finish([loopRecord({ failed: 1, completed: 1, cursor: 2 })], [row(0), failedRow(1)]);
      await store.redrive(RUN.id, failedAgain);
      expect(await store.abandonedRuns(9)).toEqual([RUN.id]);
      lease = await claimed(store, RUN.id, 10_000, 'b');
      await write([row(1)], [loopRecord({ completed: 2, cursor: 2, status: 'completed' })]);
      expect(await store.commit({ lease, now, run: { status: 'completed' } })).toBe('none');
      expect(sum((await store.score(RUN.id, 1)).completed)).toBe(2);
      expect(await store.verify()).toEqual([]);
    });
  });
}
