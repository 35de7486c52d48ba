/**
 * Owns driving one run from the terminal: progress on stderr, signals, the result on stdout, the
 * summary, the exit code. Shared by run, runs resume and runs redrive. Does not start runs.
 */
import type { Json } from '@rondo/core/model/item.ts';
import type { RunHandle } from '@rondo/runtime/api.ts';
import { EXIT, exitOf } from './exit.ts';
import { count } from './render/format.ts';
import { ProgressView } from './render/progress.ts';
import { summary } from './render/result.ts';
import { loopJson, printJson, printOutput } from './run-output.ts';
import type { Database } from './settings.ts';
import type { Terminal } from './terminal.ts';

export interface DriveOptions {
  json: boolean;
  events: boolean;
  quiet: boolean;
  full: boolean;
  /** More fields for the object of --json. */
  extra?: Record<string, Json>;
}

/** Two signals closer than this are one: a launcher and a process group may both have passed it on. */
const SAME_SIGNAL_MS = 250;

export function resumeCommand(runId: string, database: Pick<Database, 'flag'>): string {
  return `rondo run --resume ${runId}${database.flag}`;
}

export async function drive(
  handle: RunHandle,
  database: Database,
  options: DriveOptions,
  terminal: Terminal,
): Promise<number> {
  const { out, err } = terminal;
  const view = options.quiet ? null : new ProgressView(terminal);
  handle.onProgress((progress) => {
    view?.handle(progress);
    if (!options.events) return;
    const event = progress.type === 'loop' ? { ...progress, loop: loopJson(progress.loop) } : progress;
    out.write(`${JSON.stringify(event)}\n`);
  });
  const resume = resumeCommand(handle.runId, database);
  const stop = stopper(handle, database, view, resume, terminal);
  try {
    const result = await handle.done;
    const interrupted = stop.asked();
    view?.finish();
    let cuts: { node: string; shown: number; total: number }[] = [];
    if (options.json || options.events) {
      // After events, the same object comes as the last line.
      cuts = await printJson(result, handle, options.full, out, {
        ...(options.events ? { type: 'result' } : {}),
        ...options.extra,
      });
    } else {
      printOutput(result.output, out);
    }
    if (!options.quiet || result.status === 'failed' || result.status === 'waiting') {
      const facts = { durable: database.durable, db: database.flag, interrupted, resume };
      err.write(summary(result, facts, err.style, err.columns()));
    }
    for (const cut of cuts) {
      err.write(`Output of ${cut.node} is cut: ${count(cut.shown)} of ${count(cut.total)} items; --full gives all.\n`);
    }
    return result.status === 'cancelled' && interrupted ? EXIT.interrupted : exitOf(result.status);
  } finally {
    view?.finish();
    stop.end();
  }
}

/** First signal: drain and keep everything. Second: end at once, still saying how to go on. */
function stopper(
  handle: RunHandle,
  database: Database,
  view: ProgressView | null,
  resume: string,
  terminal: Terminal,
): { asked: () => boolean; end: () => void } {
  let askedAt: number | null = null;
  const end = terminal.onStop((why) => {
    const at = terminal.monotonic();
    if (askedAt !== null) {
      if (at - askedAt < SAME_SIGNAL_MS || why === 'closed') return;
      view?.finish();
      terminal.err.write(database.durable ? `Stopped at once. Go on with:  ${resume}\n` : 'Stopped at once.\n');
      terminal.exitNow(EXIT.interrupted);
      return;
    }
    askedAt = at;
    const again = why === 'SIGINT' ? ' (again: stop at once)' : '';
    const line = `Stopping: what is in flight is finished first${again}.`;
    if (view !== null) view.say(line);
    handle.interrupt();
  });
  return { asked: () => askedAt !== null, end };
}
