/**
 * Owns `rondo runs cancel` and `pause`. A run that is driven is asked; one that nobody drives is
 * ended here, under a lease, so that two people cannot end it differently.
 */
import { randomUUID } from 'node:crypto';
import { hasEnded, type Control, type RunRecord } from '@rondo/core/ports.ts';
import { findRun, mayBeDriven, withDatabase, type Opened } from '../../database.ts';
import { EXIT } from '../../exit.ts';
import type { Terminal } from '../../terminal.ts';

interface Options {
  db?: string;
  json?: boolean;
}

const LEASE_MS = 10_000;

interface Outcome {
  exit: number;
  /** Of the run after this, as far as it is known. */
  status: string;
  /** What a runner elsewhere was asked; null when it was settled here. */
  asked: Control | null;
  text: string;
}

export async function cancel(name: string, options: Options, terminal: Terminal): Promise<number> {
  return act(name, options, terminal, async (database, run) => {
    if (run.status === 'cancelled')
      return { exit: EXIT.completed, status: run.status, asked: null, text: `Run ${run.id} is cancelled already.` };
    const lease = await database.store.claim(run.id, `cli-${randomUUID()}`, LEASE_MS);
    if (lease === null) {
      await database.store.setControl(run.id, 'cancel');
      const text = `Run ${run.id} was asked to cancel; it ends when what is in flight is finished.`;
      return { exit: EXIT.completed, status: run.status, asked: 'cancel', text };
    }
    try {
      const now = terminal.now();
      await database.store.commit({ lease, now, run: { status: 'cancelled', finishedAt: now } });
    } finally {
      await database.store.release(lease);
    }
    return { exit: EXIT.completed, status: 'cancelled', asked: null, text: `Run ${run.id} is cancelled.` };
  });
}

export async function pause(name: string, options: Options, terminal: Terminal): Promise<number> {
  return act(name, options, terminal, async (database, run) => {
    if (!mayBeDriven(run, terminal.now())) {
      const text = `Nobody is driving run ${run.id}; it stays as it is until "rondo runs resume".`;
      return { exit: EXIT.completed, status: run.status, asked: null, text };
    }
    await database.store.setControl(run.id, 'pause');
    const text = `Run ${run.id} was asked to pause. Go on with:  rondo runs resume ${run.id}${database.flag}`;
    return { exit: EXIT.completed, status: run.status, asked: 'pause', text };
  });
}

async function act(
  name: string,
  options: Options,
  terminal: Terminal,
  work: (database: Opened, run: RunRecord) => Promise<Outcome>,
): Promise<number> {
  return withDatabase(options.db, terminal, async (database) => {
    const run = await findRun(database.store, name);
    const outcome: Outcome =
      hasEnded(run.status) && run.status !== 'cancelled'
        ? {
            exit: EXIT.failed,
            status: run.status,
            asked: null,
            text: `Run ${run.id} has ended already: it is ${run.status}.`,
          }
        : await work(database, run);
    const { text, exit, ...facts } = outcome;
    if (options.json === true) terminal.out.write(`${JSON.stringify({ runId: run.id, ...facts, message: text })}\n`);
    else terminal.err.write(`${text}\n`);
    return exit;
  });
}
