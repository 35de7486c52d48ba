/**
 * Owns what every store must answer to those who look at runs: loops of a frame, indices, times, runs of a workflow;
 * and what they change: dials, deleting a run.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dials, Lease, RunStore } from '@rondo/core/ports.ts';
import type { OpenStore } from './testing/open-store.ts';
import { claimed, completed, failedRow, loopRecord, row, RUN, started } from './testing/records.ts';

const NOTHING: Dials = { parallel: null, perSecond: null, tolerateCount: null, tolerateShare: null };

export function describeViews(name: string, open: OpenStore): void {
  describe(`views of the store ${name}`, () => {
    let store: RunStore;
    let lease: Lease;
    const now = 1_000_000;

    beforeEach(async () => {
      store = await open({ now: () => now });
      await store.createRun(RUN);
      lease = await claimed(store, RUN.id, 10_000, 'a');
    });
    afterEach(() => store.close());

    it('gives the loops of a frame, not those inside them', async () => {
      const paths = ['a', 'a-b', 'a[0]/b', 'a[1]/b', 'a[1]/b[7]/c', 'a[1]/d', 'a[10]/b', 'z[0]/only'];
      await store.commit({ lease, now, loops: paths.map((path, i) => loopRecord({ key: i + 1, path, node: path })) });
      const names = async (frame: string, limit = 9, after?: string) =>
        (await store.loopsIn(RUN.id, frame, limit, after)).map((loop) => loop.path);
      expect(await names('')).toEqual(['a', 'a-b']);
      expect(await names('', 1, 'a')).toEqual(['a-b']);
      expect(await names('a[1]')).toEqual(['a[1]/b', 'a[1]/d']);
      expect(await names('a[1]', 9, 'a[1]/b')).toEqual(['a[1]/d']);
      expect(await names('a[1]/b[7]')).toEqual(['a[1]/b[7]/c']);
      expect(await names('a[2]')).toEqual([]);
    });

    it('gives the loops directly inside the iterations of one, with their counters', async () => {
      const paths = ['a', 'a-b[0]/x', 'a[0]/b', 'a[1]/b', 'a[1]/b[7]/c', 'a[1]/b[8]/c', 'a[1]/d', 'a[10]/b', 'a[2]/b'];
      const counted = { total: null, completed: 3, failed: 2, skipped: 1 };
      await store.commit({ lease, now, loops: paths.map((path, key) => loopRecord({ key, path, ...counted })) });
      const inside = async (path: string, limit = 99) =>
        (await store.loopsInside(RUN.id, path, limit)).map((loop) => [loop.index, loop.path]);
      expect(await inside('a')).toEqual([
        [0, 'a[0]/b'],
        [10, 'a[10]/b'],
        [1, 'a[1]/b'],
        [1, 'a[1]/d'],
        [2, 'a[2]/b'],
      ]);
      expect(await inside('a', 2)).toHaveLength(2);
      expect(await inside('a[1]/b')).toEqual([
        [7, 'a[1]/b[7]/c'],
        [8, 'a[1]/b[8]/c'],
      ]);
      expect(await inside('a[0]/b')).toEqual([]);
      expect(await store.loopsInside(RUN.id, 'a-b', 9)).toEqual([{ index: 0, path: 'a-b[0]/x', ...counted }]);
    });

    it('gives indices in both directions, and sorted times', async () => {
      const rows = [0, 1, 2, 3, 4, 5].map((n) =>
        n % 2 === 0
          ? failedRow(n, 'boom', { durationMs: n })
          : row(n, { durationMs: 10 - n, startedAt: n === 3 ? 9 : n }),
      );
      await store.commit({ lease, now, loops: [loopRecord()], rows });
      const cause = rows[0]?.cause ?? '';
      expect(await store.indices(RUN.id, 1, { status: 'failed', limit: 9 })).toEqual([0, 2, 4]);
      expect(await store.indices(RUN.id, 1, { cause, before: 4, descending: true, limit: 1 })).toEqual([2]);
      expect(await store.indices(RUN.id, 1, { status: 'completed', after: 1, limit: 1 })).toEqual([3]);
      expect(await store.indices(RUN.id, 1, { descending: true, limit: 2 })).toEqual([5, 4]);
      expect(await store.indices(RUN.id, 9, { limit: 2 })).toEqual([]);
      const longest = await store.times(RUN.id, 1, { sort: 'duration', limit: 4 });
      expect(longest.map((one) => one.index)).toEqual([1, 3, 5, 4]);
      const rest = await store.times(RUN.id, 1, { sort: 'duration', limit: 9, after: longest[3]! });
      expect(rest.map((one) => one.index)).toEqual([2, 0]);
      const latest = await store.times(RUN.id, 1, { sort: 'started', status: 'completed', limit: 9 });
      expect(latest.map((one) => one.index)).toEqual([3, 5, 1]);
      expect(await store.scanTimes(RUN.id, 1, 3, 1)).toEqual([
        { index: 4, status: 'failed', startedAt: rows[4]?.startedAt, durationMs: 4 },
      ]);
    });

    it('finds rows by how long they took, both ends included', async () => {
      const rows = [5, 1, 9, 3, 5].map((durationMs, n) =>
        n === 2 ? failedRow(n, 'boom', { durationMs }) : row(n, { durationMs }),
      );
      await store.commit({ lease, now, loops: [loopRecord()], rows });
      const of = (minMs?: number, maxMs?: number) => ({
        ...(minMs === undefined ? {} : { minMs }),
        ...(maxMs === undefined ? {} : { maxMs }),
      });
      const found = async (filter: object) =>
        (await store.rows(RUN.id, 1, { after: -1, limit: 9, ...filter })).map((one) => one.index);
      expect(await found(of(3, 5))).toEqual([0, 3, 4]);
      expect(await found(of(9))).toEqual([2]);
      expect(await found({ ...of(5), status: 'completed' })).toEqual([0, 4]);
      expect(await found({ ...of(undefined, 3), after: 1 })).toEqual([3]);
      expect(await store.indices(RUN.id, 1, { ...of(3, 5), after: 0, limit: 1 })).toEqual([3]);
      const longest = await store.times(RUN.id, 1, { ...of(3, 5), sort: 'duration', limit: 2 });
      expect(longest.map((one) => one.index)).toEqual([0, 4]);
    });

    it('gives runs of a workflow, and events after one', async () => {
      await store.createRun({ ...RUN, id: 'other', workflow: 'other' });
      await store.createRun({ ...RUN, id: 'later' });
      const ids = (await store.listRuns({ limit: 9, workflow: RUN.workflow })).map((run) => run.id);
      expect(ids).toEqual(['later', RUN.id]);
      expect((await store.listRuns({ limit: 9, workflow: RUN.workflow, before: 'later' })).map((r) => r.id)).toEqual([
        RUN.id,
      ]);
      await store.commit({ lease, now, events: [started(1, 'a'), completed(2, 'a'), started(3, 'b')] });
      expect((await store.journal(RUN.id, 1)).map((event) => event.seq)).toEqual([2, 3]);
    });

    it('keeps dials until a runner says that they are in force', async () => {
      const asked = { ...NOTHING, parallel: 8 };
      expect(await store.setDials(RUN.id, 'each', asked)).toBe(1);
      expect(await store.dials(RUN.id)).toEqual([{ path: 'each', revision: 1, asked, confirmed: 0, inForce: null }]);
      expect(await store.setDials(RUN.id, 'other', NOTHING)).toBe(2);
      expect((await store.dials(RUN.id, 1)).map((one) => one.path)).toEqual(['other']);
      await store.confirmDials(lease, 'each', 1);
      expect((await store.dials(RUN.id))[0]).toMatchObject({ confirmed: 1, inForce: asked });
      expect(await store.setDials(RUN.id, 'each', NOTHING)).toBe(3);
      await store.confirmDials(lease, 'each', 1);
      expect((await store.dials(RUN.id))[0]).toMatchObject({
        revision: 3,
        confirmed: 1,
        asked: NOTHING,
        inForce: asked,
      });
      await expect(store.confirmDials({ ...lease, token: 99 }, 'each', 3)).rejects.toMatchObject({
        code: 'lease-lost',
      });
      await expect(store.dials('nobody')).rejects.toMatchObject({ code: 'run-not-found' });
    });

    it('names runs that ended before a time, the oldest first', async () => {
      for (const [n, id] of ['x', 'y', 'z'].entries()) {
        await store.createRun({ ...RUN, id });
        const own = await claimed(store, id, 10_000, 'b');
        const status = id === 'y' ? ('failed' as const) : ('completed' as const);
        await store.commit({ lease: own, now, run: { status, finishedAt: 100 + n } });
      }
      expect(await store.endedRuns({ before: 102, limit: 9 })).toEqual([
        { id: 'x', status: 'completed' },
        { id: 'y', status: 'failed' },
      ]);
      expect(await store.endedRuns({ before: 999, after: 'x', limit: 1 })).toEqual([{ id: 'y', status: 'failed' }]);
    });

    it('deletes a run that has ended, whole, and no other', async () => {
      await store.createRun({ ...RUN, id: 'kept' });
      const kept = await claimed(store, 'kept', 10_000, 'b');
      await store.commit({ lease: kept, now, loops: [loopRecord()], rows: [row(0)] });
      await store.commit({
        lease,
        now,
        loops: [loopRecord()],
        rows: [row(0), failedRow(1)],
        events: [started(1, 'a')],
      });
      await store.setDials(RUN.id, 'each', NOTHING);
      expect(await store.deleteRun(RUN.id)).toBe(false);
      await store.commit({ lease, now, run: { status: 'completed' } });
      expect(await store.deleteRun(RUN.id)).toBe(true);
      expect(await store.getRun(RUN.id)).toBeNull();
      expect(await store.deleteRun(RUN.id)).toBe(false);
      expect(await store.row('kept', 1, 0)).toMatchObject({ index: 0 });
      expect(await store.verify()).toEqual([]);
      await store.createRun(RUN);
      expect(await store.loops(RUN.id)).toEqual([]);
    });
  });
}
