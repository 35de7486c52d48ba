/**
 * Owns one campaign: start a run with effects, kill it at seeded random moments, resume it until
 * the wanted number of kills is reached, let it end, and write the dossier that the checker
 * judges. Does not judge, and shares no code with the engine.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dossier, Kill, Settled } from './dossier.ts';
import { openLedger, type Ledger } from './ledger-view.ts';
import { kill, membersOf, ROOT, startRondo, startSink, survivors, type Running, type Sink } from './processes.ts';
import { between, seeded } from './random.ts';

export interface Plan {
  kind: 'sequential' | 'parallel' | 'nested';
  seed: number;
  kills: number;
  /** Every so many kills one comes during recovery, before the resumed run has done anything. 0: none. */
  recoveryEvery: number;
  /** Empty folder. */
  folder: string;
  count: number;
  log?: (line: string) => void;
}

const KINDS = {
  sequential: { leaf: 'each', window: 1, delayMs: 3 },
  parallel: { leaf: 'each', window: 16, delayMs: 45 },
  nested: { leaf: 'inner', window: 16, delayMs: 45 },
} as const;

const POLL_MS = 3;
const START_LIMIT_MS = 30_000;

function writeItems(plan: Plan, url: string): string {
  const file = join(plan.folder, 'items.ndjson');
  const rows = plan.kind === 'nested' ? plan.count / 100 : plan.count;
  const lines = Array.from({ length: rows }, (_, id) => JSON.stringify({ id, url }));
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** Reads what is settled, giving only what was not read before. */
class Reader {
  readonly database: string;
  readonly leaf: string;
  readonly #known = new Set<string>();
  #ledger: Ledger | null = null;

  constructor(database: string, leaf: string) {
    this.database = database;
    this.leaf = leaf;
  }

  get ledger(): Ledger | null {
    this.#ledger ??= openLedger(this.database);
    return this.#ledger;
  }

  done(): number {
    const ledger = this.ledger;
    if (ledger === null) return 0;
    const leaves = ledger.loops().filter((loop) => loop.node === this.leaf);
    return leaves.reduce((sum, loop) => sum + loop.completed + loop.failed + loop.skipped, 0);
  }

  fresh(): Settled[] {
    const ledger = this.ledger;
    if (ledger === null) return [];
    const fresh: Settled[] = [];
    for (const loop of ledger.loops()) {
      for (const row of ledger.settled(loop)) {
        const place = `${row.loop}[${row.index}]`;
        if (this.#known.has(place)) continue;
        this.#known.add(place);
        fresh.push(row);
      }
    }
    return fresh;
  }

  /** A connection must not outlive a kill: its shared memory would keep the old WAL index alive. */
  close(): void {
    this.#ledger?.close();
    this.#ledger = null;
  }
}

/** Waits until the run has settled `goal` iterations or has ended. */
async function progressed(reader: Reader, running: Running, goal: number): Promise<boolean> {
  const until = performance.now() + START_LIMIT_MS;
  while (running.alive()) {
    if (reader.done() >= goal) return true;
    if (performance.now() > until) throw new Error(`no progress within ${START_LIMIT_MS} ms\n${running.stderr()}`);
    await sleep(POLL_MS);
  }
  return false;
}

/** Kills what runs at a drawn moment; null when it ended first. */
async function killOnce(plan: Plan, random: () => number, reader: Reader, running: Running, number: number): Promise<Kill | null> {
  const during = plan.recoveryEvery > 0 && number % plan.recoveryEvery === plan.recoveryEvery - 1 ? 'recovery' : 'progress';
  const whom = number % 2 === 0 ? 'group' : 'runner';
  const window = KINDS[plan.kind].window;
  // A resumed process needs about a quarter of a second to its first commit: the draw covers all of it.
  const afterMs = during === 'recovery' ? between(random, 5, 500) : between(random, 20, 250);
  // More than the window: whatever the kill before had in flight is settled now, and cannot be hit three times.
  if (during === 'progress' && !(await progressed(reader, running, reader.done() + window + 1))) return null;
  await sleep(afterMs);
  const members = membersOf(running.pid);
  const acknowledged = reader.fresh();
  if (!running.alive()) return null;
  kill(running.pid, whom);
  await running.ended;
  const left = await survivors(members, 2000);
  reader.close();
  const ledger = reader.ledger;
  const loops = ledger?.loops() ?? [];
  const record: Kill = {
    at: 0,
    afterMs,
    during,
    whom,
    acknowledged,
    found: reader.fresh(),
    inFlight: loops.flatMap((loop) => (ledger?.inFlight(loop) ?? []).map((index) => ({ loop: loop.path, index }))),
    runStatus: ledger?.run()?.status ?? 'none',
    cursors: Object.fromEntries(loops.map((loop) => [loop.path, loop.cursor])),
    left,
  };
  reader.close();
  record.at = Date.now();
  return record;
}

export async function runCampaign(plan: Plan): Promise<Dossier> {
  const { leaf, window, delayMs } = KINDS[plan.kind];
  const random = seeded(plan.seed);
  const database = join(plan.folder, 'run.db');
  const effects = join(plan.folder, 'effects.ndjson');
  const sink: Sink = await startSink(effects);
  const reader = new Reader(database, leaf);
  const kills: Kill[] = [];
  let run = '';
  let running: Running | null = null;
  try {
    const file = join(ROOT, 'crash', 'workflows', `${plan.kind}.yaml`);
    const first = ['run', file, '--items', writeItems(plan, sink.url), '--db', database, '--json', '--quiet'];
    const begin = (): Running =>
      startRondo(run === '' ? first : ['run', '--resume', run, '--db', database, '--json', '--quiet']);
    // Slow answers while there are kills to do, so that the run does not end before.
    await sink.delay(delayMs);
    running = begin();
    while (kills.length < plan.kills) {
      const record = await killOnce(plan, random, reader, running, kills.length);
      if (record === null) break;
      kills.push(record);
      run = reader.ledger?.run()?.id ?? '';
      reader.close();
      const { afterMs, during, whom } = record;
      plan.log?.(`seed ${plan.seed} kill ${kills.length - 1}: ${whom}, ${Math.round(afterMs)} ms, ${during}, ${reader.done()} done`);
      reader.close();
      record.at = Date.now();
      running = begin();
    }
    await sink.delay(0);
    const code = await running.ended;
    if (code !== 0) throw new Error(`after ${kills.length} kills the run ended with ${code}:\n${running.stderr()}${running.stdout().slice(0, 1000)}`);
    const reported = JSON.parse(running.stdout()) as { runId: string; status: string; output: unknown };
    const { status, output } = reported;
    const dossier: Dossier = {
      seed: plan.seed,
      workflow: plan.kind,
      database,
      run: reported.runId,
      effects,
      count: plan.count,
      window,
      leaf,
      kills,
      reported: { status, output },
    };
    writeFileSync(join(plan.folder, 'dossier.json'), JSON.stringify(dossier));
    return dossier;
  } finally {
    reader.close();
    if (running?.alive() === true) kill(running.pid, 'group');
    await sink.stop();
  }
}
