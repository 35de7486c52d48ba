/**
 * Owns the exhaustive crash test: at every named fault point a runner ends itself with SIGKILL,
 * is resumed, and the checker's invariants and the same final output must hold.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultPoint } from '@rondo/runtime/api.ts';
import type { Dossier, Kill } from './dossier.ts';
import { judge } from './judge.ts';
import { KINDS, workflowOf, writeItems, type Kind } from './kinds.ts';
import { membersOf, ROOT, startGroup, startSink, survivors } from './processes.ts';
import { Reader } from './reader.ts';
import { valueOf } from './value.ts';

/** Kind of run, its effects, and at which hit of the point it is crashed. */
type Crash = [kind: Kind, count: number, nth: number];

/** A record, so that a new point in api.ts is a type error here until it is listed. */
const POINTS: Record<FaultPoint, Crash[]> = {
  'run-created': [['sequential', 30, 1]],
  'run-claimed': [['sequential', 30, 1]],
  'journal-written': [
    ['sequential', 30, 1],
    ['nested', 200, 2],
    ['nested', 200, 3],
  ],
  'before-commit': [
    ['sequential', 30, 1],
    ['parallel', 60, 2],
    ['nested', 200, 5],
  ],
  'after-commit': [
    ['sequential', 30, 1],
    ['parallel', 60, 2],
    ['nested', 200, 5],
  ],
  'before-effect': [
    ['sequential', 30, 1],
    ['parallel', 60, 5],
    ['nested', 200, 20],
  ],
  'after-effect': [
    ['sequential', 30, 1],
    ['parallel', 60, 5],
    ['nested', 200, 20],
  ],
  'lease-renewed': [['sequential', 30, 1]],
  'cursor-moved': [
    ['sequential', 30, 1],
    ['nested', 200, 30],
  ],
  'loop-finished': [
    ['sequential', 30, 1],
    ['sequential', 30, 2],
    ['nested', 200, 3],
  ],
  'before-finish': [['sequential', 30, 1]],
  'after-finish': [['sequential', 30, 1]],
};

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-fault-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function crashAt(point: FaultPoint, kind: Kind, count: number, nth: number): Promise<boolean> {
  const own = mkdtempSync(join(folder, `${point}-`));
  const effects = join(own, 'effects.ndjson');
  const sink = await startSink(effects);
  try {
    // The lease is renewed every few seconds: the run must last that long to be hit there.
    if (point === 'lease-renewed') await sink.delay(200);
    const database = join(own, 'run.db');
    const items = writeItems(kind, count, own, sink.url);
    const child = (...more: string[]): ReturnType<typeof startGroup> =>
      startGroup([join(ROOT, 'crash', 'fault-child.ts'), database, workflowOf(kind), items, 'run', ...more]);
    const reader = new Reader(database, KINDS[kind].leaf);
    let running = child('start', point, String(nth));
    const kills: Kill[] = [];
    let code = await running.ended;
    const hit = running.child.signalCode === 'SIGKILL';
    if (hit) {
      // Whatever the runner had started must notice by itself that it is gone.
      const left = await survivors(membersOf(running.pid), 2000);
      await sink.drained();
      const drawn = { at: Date.now(), afterMs: 0, during: 'progress', whom: 'runner' } as const;
      kills.push({ ...drawn, acknowledged: [], ...reader.after(), left });
      await sink.delay(0);
      running = child('resume');
      code = await running.ended;
    }
    expect({ code, said: running.stderr() }).toMatchObject({ code: 0 });
    const reported = JSON.parse(running.stdout()) as { status: string; output: unknown };
    let sum = 0;
    for (let id = 0; id < count; id += 1) sum += valueOf(id);
    expect(reported).toMatchObject({ status: 'completed', output: { count, sum } });
    const { leaf, window } = KINDS[kind];
    const dossier: Dossier = {
      seed: 0,
      workflow: kind,
      database,
      run: 'run',
      effects,
      count,
      window,
      leaf,
      kills,
      reported,
    };
    writeFileSync(join(own, 'dossier.json'), JSON.stringify(dossier));
    expect((await judge(own)).violations).toEqual([]);
    return hit;
  } finally {
    await sink.stop();
  }
}

describe.skipIf(process.platform !== 'linux')('a crash at every fault point', () => {
  const crashes = Object.entries(POINTS).flatMap(([point, list]) =>
    list.map(([kind, count, nth]) => ({ point: point as FaultPoint, kind, count, nth })),
  );
  it.each(crashes)(
    '$point, hit $nth, $kind',
    async ({ point, kind, count, nth }) => {
      // A point that no run passes would be tested by nothing.
      expect(await crashAt(point, kind, count, nth)).toBe(true);
    },
    30_000,
  );
});
