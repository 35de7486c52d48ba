/**
 * Owns the bar of resuming: kill -9 of the whole process group when 999,000 of a million
 * iterations are settled, then process start to the first new commit, and whether the result is
 * that of an undisturbed run.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { judge, type Bar, type BarContext } from '../bar.ts';
import { loopOf, ROOT, runWorkflow, type RunReport } from '../command.ts';
import { ledgerDigest, onlyRun, openProbe, type Probe } from '../database-probe.ts';
import { median } from '../statistics.ts';

const POLL_MS = 2;
const WORKFLOW = join(ROOT, 'bench', 'workflows', 'for-each-slow-tail.yaml');

interface Watched {
  group: number;
  exited: Promise<number | null>;
  alive: () => boolean;
  stdout: () => string;
}

function start(args: readonly string[]): Watched {
  const child = spawn(join(ROOT, 'bin', 'rondo'), args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  const end = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  // A process group of its own does not end with us by itself.
  process.on('exit', end);
  let alive = true;
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      alive = false;
      process.off('exit', end);
      resolve(code);
    });
  });
  return { group: child.pid ?? 0, exited, alive: () => alive, stdout: () => Buffer.concat(out).toString() };
}

/** Waits until more than `beyond` iterations are settled, or the process has ended; answers how many. */
async function settledBeyond(database: string, beyond: number, alive: () => boolean): Promise<number> {
  let probe: Probe | null = null;
  try {
    for (;;) {
      probe ??= openProbe(database, 'each');
      const settled = probe?.settled() ?? -1;
      if (settled > beyond || !alive()) return settled;
      await sleep(POLL_MS);
    }
  } finally {
    probe?.close();
  }
}

async function killAt(context: BarContext, count: number): Promise<{ database: string; settled: number }> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const database = context.database();
    const run = start(['run', WORKFLOW, '--items', context.orders(count), '--db', database, '--json', '--quiet']);
    await settledBeyond(database, count - 1001, run.alive);
    if (run.alive()) process.kill(-run.group, 'SIGKILL');
    await run.exited;
    const probe = openProbe(database, 'each');
    const settled = probe?.settled() ?? -1;
    probe?.close();
    if (settled < count && settled >= count - 1000) return { database, settled };
  }
  throw new Error('the run always ended before it could be killed');
}

export const resumeBar: Bar = {
  name: 'resume',
  what: 'resume after kill -9 at iteration 999,000: process start to the first new commit',
  async run(context) {
    const count = 1_000_000;
    const undisturbed = context.database();
    const whole = await runWorkflow([WORKFLOW, '--items', context.orders(count), '--db', undisturbed]);
    if (loopOf(whole.report, 'each').completed !== count) throw new Error('the undisturbed run is not complete');
    const expected = ledgerDigest(undisturbed, 'each');
    const times: number[] = [];
    const places: number[] = [];
    let identical = true;
    for (let round = 0; round < (context.quick ? 1 : context.rounds); round += 1) {
      const { database, settled } = await killAt(context, count);
      places.push(settled);
      const started = performance.now();
      const resumed = start(['run', '--resume', onlyRun(database), '--db', database, '--json', '--quiet']);
      const reached = await settledBeyond(database, settled, resumed.alive);
      times.push(performance.now() - started);
      const code = await resumed.exited;
      if (reached <= settled || code !== 0) throw new Error(`the resumed run ended with ${code} at ${reached}`);
      const report = JSON.parse(resumed.stdout()) as RunReport;
      identical &&= report.status === 'completed' && loopOf(report, 'each').completed === count;
      identical &&= JSON.stringify(report.output) === JSON.stringify(whole.report.output);
      identical &&= ledgerDigest(database, 'each') === expected;
    }
    if (!identical) throw new Error('the result after the resume differs from that of an undisturbed run');
    return [
      judge({
        bar: 'resume after kill -9 near 1,000,000',
        ours: median(times) / 1000,
        unit: 's',
        reach: 3,
        note:
          `killed with ${places.join(', ')} settled; worst ${(Math.max(...times) / 1000).toFixed(2)} s; ` +
          'index, status, input and output of all rows identical to those of an undisturbed run',
      }),
    ];
  },
};
