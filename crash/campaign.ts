/**
 * Owns one campaign: start a run with effects, kill it at seeded random moments, resume it until
 * the wanted number of kills is reached, let it end, and write the dossier that the checker
 * judges. Does not judge, and shares no code with the engine.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dossier, Kill } from './dossier.ts';
import { KINDS, workflowOf, writeItems, type Kind } from './kinds.ts';
import { kill, membersOf, startRondo, startSink, survivors, type Running, type Sink } from './processes.ts';
import { between, seeded } from './random.ts';
import { Reader } from './reader.ts';

export interface Plan {
  kind: Kind;
  seed: number;
  kills: number;
  /** Every so many kills one comes during recovery, before the resumed run has done anything. 0: none. */
  recoveryEvery: number;
  /** Empty folder. */
  folder: string;
  count: number;
  log?: (line: string) => void;
}

const POLL_MS = 3;
const START_LIMIT_MS = 30_000;

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
async function killOnce(
  plan: Plan,
  random: () => number,
  reader: Reader,
  running: Running,
  number: number,
): Promise<Kill | null> {
  const during =
    plan.recoveryEvery > 0 && number % plan.recoveryEvery === plan.recoveryEvery - 1 ? 'recovery' : 'progress';
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
  return { at: 0, afterMs, during, whom, acknowledged, ...reader.after(), left };
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
    const items = writeItems(plan.kind, plan.count, plan.folder, sink.url);
    const first = ['run', workflowOf(plan.kind), '--items', items, '--db', database, '--json', '--quiet'];
    const begin = (): Running =>
      startRondo(run === '' ? first : ['run', '--resume', run, '--db', database, '--json', '--quiet']);
    // Slow answers while there are kills to do, so that the run does not end before.
    await sink.delay(delayMs);
    running = begin();
    while (kills.length < plan.kills) {
      const record = await killOnce(plan, random, reader, running, kills.length);
      if (record === null) break;
      kills.push(record);
      run = reader.runId() ?? '';
      const drawn = `${record.whom}, ${Math.round(record.afterMs)} ms, ${record.during}`;
      plan.log?.(`seed ${plan.seed} kill ${kills.length - 1}: ${drawn}, ${reader.done()} done`);
      reader.close();
      await sink.drained();
      record.at = Date.now();
      if (record.runStatus === 'completed') {
        // Killed between its last commit and its last word: what it gave is in the store.
        running = startRondo(['runs', 'show', run, '--db', database, '--json']);
        break;
      }
      running = begin();
    }
    await sink.delay(0);
    const code = await running.ended;
    if (code !== 0) {
      const said = running.stderr() + running.stdout().slice(0, 1000);
      throw new Error(`after ${kills.length} kills the run ended with ${code}:\n${said}`);
    }
    const { status, output } = JSON.parse(running.stdout()) as Dossier['reported'];
    const dossier: Dossier = {
      seed: plan.seed,
      workflow: plan.kind,
      database,
      run: reader.runId() ?? run,
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
