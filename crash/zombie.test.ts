/**
 * Owns the test of a runner that sleeps through the end of its lease (SIGSTOP): another takes the
 * run over; when the first one wakes, none of its writes is accepted and it ends.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dossier, Kill } from './dossier.ts';
import { judge } from './judge.ts';
import { KINDS, workflowOf, writeItems } from './kinds.ts';
import { kill, ROOT, startGroup, startSink, type Running } from './processes.ts';
import { Reader } from './reader.ts';

const COUNT = 1000;
const { leaf, window } = KINDS.parallel;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-zombie-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function until(what: string, condition: () => boolean): Promise<void> {
  const limit = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`did not happen within 30 s: ${what}`);
    await sleep(20);
  }
}

/**
 * Stops the group at a moment at which it holds no write lock (a process that sleeps inside a transaction keeps
 * everybody out, which is the database's rule) and at which every effect it has begun has been sent: one that it
 * was about to send would come when it wakes, and nothing but the receiver could tell.
 */
async function stopInFlight(pid: number, database: string, sent: () => number, begun: () => number): Promise<void> {
  const probe = new DatabaseSync(database, { timeout: 200 });
  try {
    for (let tries = 0; tries < 200; tries += 1) {
      process.kill(-pid, 'SIGSTOP');
      try {
        probe.exec('BEGIN IMMEDIATE');
        probe.exec('ROLLBACK');
        if (sent() === begun()) return;
      } catch {
        // It is in the middle of a commit.
      }
      process.kill(-pid, 'SIGCONT');
      await sleep(7);
    }
  } finally {
    probe.close();
  }
  throw new Error('the first runner was never seen with all its effects sent');
}

describe.skipIf(process.platform !== 'linux')('a runner that sleeps through its lease', () => {
  it('is fenced off: its run is taken over and nothing it writes later is accepted', async () => {
    const database = join(folder, 'run.db');
    const effects = join(folder, 'effects.ndjson');
    const sink = await startSink(effects);
    const items = writeItems('parallel', COUNT, folder, sink.url);
    const child = (what: string): Running =>
      startGroup([join(ROOT, 'crash', 'fault-child.ts'), database, workflowOf('parallel'), items, 'run', what]);
    const reader = new Reader(database, leaf);
    let zombie: Running | null = null;
    let heir: Running | null = null;
    try {
      await sink.delay(100);
      zombie = child('start');
      await until('progress of the first runner', () => reader.done() > 50);
      const sent = (): number => readFileSync(effects, 'utf8').split('\n').length - 1;
      const begun = (): number => {
        const { ledger } = reader;
        const flying = ledger?.loops().flatMap((loop) => ledger.inFlight(loop)) ?? [];
        return reader.done() + flying.length;
      };
      await stopInFlight(zombie.pid, database, sent, begun);
      const acknowledged = reader.fresh();
      const first = reader.ledger?.lease();
      const stopped: Kill = {
        at: Date.now(),
        afterMs: 0,
        during: 'progress',
        whom: 'group',
        acknowledged,
        ...reader.after(),
        left: [],
      };
      await until('the end of the lease', () => Date.now() > (first?.expiresAt ?? 0));
      const before = reader.done();
      heir = child('resume');
      await until('progress of the second runner', () => reader.done() > before + window + 1);
      const second = reader.ledger?.lease();
      expect(second?.token).toBeGreaterThan(first?.token ?? 0);

      const woken = performance.now();
      process.kill(-zombie.pid, 'SIGCONT');
      const code = await zombie.ended;
      expect(performance.now() - woken, 'a zombie ends soon after it wakes').toBeLessThan(5000);
      expect(code).not.toBe(0);
      expect(reader.ledger?.lease()?.token).toBe(second?.token);

      await sink.delay(0);
      expect({ code: await heir.ended, said: heir.stderr() }).toMatchObject({ code: 0 });
      const reported = JSON.parse(heir.stdout()) as Dossier['reported'];
      const kills = [stopped];
      const dossier: Dossier = {
        seed: 0,
        workflow: 'parallel',
        database,
        run: 'run',
        effects,
        count: COUNT,
        window,
        leaf,
        kills,
        reported,
      };
      writeFileSync(join(folder, 'dossier.json'), JSON.stringify(dossier));
      expect((await judge(folder)).violations).toEqual([]);
    } finally {
      reader.close();
      for (const running of [zombie, heir]) if (running?.alive() === true) kill(running.pid, 'group');
      await sink.stop();
    }
  }, 90_000);
});
