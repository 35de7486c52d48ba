/**
 * Owns the runs of this server: starts them, goes on with abandoned ones, knows which are going, interrupts
 * them at the end. Bounded: where too many are going, it says so instead of queueing. Does not know triggers.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { hasEnded, StoreError, type Clock, type RunStore } from '@rondo/core/ports.ts';
import type { Report } from '../log/log.ts';
import { isDead } from '@rondo/runtime/runner/owner.ts';
import type { Progress, RestartRequest, RunHandle, RunRequest, RunResult, Runner } from '@rondo/runtime/api.ts';

export interface LaunchRequest {
  definition: string;
  file: string;
  /** Node id of the trigger that fired; absent: all of them are part of the run. */
  trigger?: string;
  /** Input items, or the input object in their place. */
  items?: Json[];
  input?: Json;
  pins?: Record<string, Json>;
  /** Most items of the outermost loops. */
  limit?: number;
  conversation?: string;
  runId?: string;
  /** The run id is a natural key: asking for the same run again starts nothing. */
  once?: boolean;
  /** False: nobody waits for the output; `done` may give null in its place. Default true. */
  output?: boolean;
}

/** What the launcher needs of whatever drives runs: a Runner in this process, or runner processes (runners/). */
export interface Driver extends Pick<Runner, 'deliver' | 'close'> {
  /** `output` false: nobody waits for the output, `done` may give null in its place. */
  start(request: RunRequest, output?: boolean): Promise<Driven>;
  resume(runId: string): Promise<Driven>;
  restart(request: RestartRequest): Promise<Driven>;
}
export type Driven = Pick<RunHandle, 'runId' | 'done' | 'cancel' | 'interrupt' | 'onProgress'>;

export interface Launched {
  runId: string;
  /** Null: the run was there already. */
  done: Promise<RunResult> | null;
}

/** More runs are going than this server takes. */
export class Busy extends Error {
  constructor(most: number) {
    super(`${most} runs are going; this server takes no more at once.`);
    this.name = 'Busy';
  }
}

export interface Launcher {
  start(request: LaunchRequest): Promise<Launched>;
  /** A new run of one that has ended, from the middle of it. */
  restart(request: RestartRequest): Promise<Launched>;
  statusOf(runId: string): Promise<'absent' | 'active' | 'ended'>;
  /** Goes on with a run that nobody drives; resolves when it is driven. Throws StoreError. */
  resume(runId: string): Promise<void>;
  /** Goes on with runs whose runner is gone. */
  sweep(): Promise<void>;
  /** Runs that are at work, not those that wait for a time or a signal. */
  working(): number;
  /** Interrupts all and waits until they are stored. */
  close(): Promise<void>;
}

export interface LauncherOptions {
  runner: Driver;
  store: RunStore;
  clock: Clock;
  most: number;
  /** A run of this server has ended, or was interrupted (status waiting). */
  onEnd(result: RunResult): void;
  /** A Respond node of this run spoke. */
  onResponse(runId: string, response: Json): void;
  /** Everything that runs of this server tell while they go. */
  onProgress?(runId: string, progress: Progress): void;
  report: Report;
}

const SWEPT = 100;

interface Going {
  handle: Driven;
  /** Steps that wait for a time or a signal. */
  waiting: Set<string>;
}

export function createLauncher(options: LauncherOptions): Launcher {
  const { runner, store, clock, most, report } = options;
  const going = new Map<string, Going>();
  const starting = new Map<string, Promise<Launched>>();
  /** Runs that cannot be gone on with; said once. */
  const broken = new Set<string>();
  let closed = false;

  const working = (): number => {
    let count = starting.size;
    for (const run of going.values()) if (run.waiting.size === 0) count += 1;
    return count;
  };

  const keep = (handle: Driven): Promise<RunResult> => {
    const run: Going = { handle, waiting: new Set() };
    going.set(handle.runId, run);
    report('run driven', 'debug', { run: handle.runId });
    handle.onProgress((progress) => {
      options.onProgress?.(handle.runId, progress);
      if (progress.type === 'respond') options.onResponse(handle.runId, progress.response);
      if (progress.type === 'signal')
        report(`run ${handle.runId} waits at ${progress.path}: ${progress.url ?? progress.token}`, 'info');
      if (progress.type !== 'step') return;
      const { frame, step, type } = progress.event;
      if (type === 'step-waiting') run.waiting.add(`${frame}/${step}`);
      else run.waiting.delete(`${frame}/${step}`);
    });
    // Asked to stop between its start and now.
    if (closed) handle.interrupt();
    void handle.done.then(
      (result) => {
        going.delete(handle.runId);
        report('run let go', 'debug', { run: handle.runId, status: result.status });
        options.onEnd(result);
      },
      (error: unknown) => {
        going.delete(handle.runId);
        report(`run ${handle.runId}: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
    return handle.done;
  };

  const launch = async (runId: string, request: LaunchRequest): Promise<Launched> => {
    const { definition, file, items, input, trigger, pins, limit, conversation } = request;
    if (request.once === true && (await store.getRun(runId)) !== null) return { runId, done: null };
    const given = items ?? input;
    const asked: RunRequest = {
      definition,
      file,
      runId,
      ...(given === undefined ? {} : { input: given }),
      ...(trigger === undefined ? {} : { trigger }),
      ...(pins === undefined ? {} : { pins }),
      ...(limit === undefined ? {} : { limit }),
      ...(conversation === undefined ? {} : { conversation }),
    };
    try {
      return { runId, done: keep(await runner.start(asked, request.output)) };
    } catch (error) {
      // Another server was faster.
      if (request.once === true && !(error instanceof FailureError) && (await store.getRun(runId)) !== null) {
        return { runId, done: null };
      }
      throw error;
    }
  };

  return {
    working,
    async start(request) {
      const runId = request.runId ?? newRunId(clock.now());
      const same = starting.get(runId);
      if (same !== undefined) return { ...(await same), done: null };
      if (closed || working() >= most) throw new Busy(most);
      const launched = launch(runId, request);
      starting.set(runId, launched);
      try {
        return await launched;
      } finally {
        starting.delete(runId);
      }
    },
    async restart(request) {
      if (closed || working() >= most) throw new Busy(most);
      const handle = await runner.restart(request);
      return { runId: handle.runId, done: keep(handle) };
    },
    async statusOf(runId) {
      if (going.has(runId) || starting.has(runId)) return 'active';
      const record = await store.getRun(runId);
      if (record === null) return 'absent';
      return hasEnded(record.status) ? 'ended' : 'active';
    },
    async resume(runId) {
      // A run that was paused here just now has given its lease up a moment before it is over.
      await going.get(runId)?.handle.done.catch(() => {});
      if (closed || working() >= most) throw new Busy(most);
      broken.delete(runId);
      if (!going.has(runId)) void keep(await runner.resume(runId)).catch(() => {});
    },
    async sweep() {
      const runIds = new Set([...(await store.abandonedRuns(SWEPT)), ...(await orphans(store))]);
      for (const runId of runIds) {
        if (closed) return;
        if (going.has(runId) || broken.has(runId)) continue;
        try {
          void keep(await runner.resume(runId)).catch(() => {});
          options.onProgress?.(runId, { type: 'taken-over' });
        } catch (error) {
          // Somebody else was faster; then the run is in good hands.
          if (error instanceof StoreError && (error.code === 'lease-lost' || error.code === 'run-ended')) continue;
          if (!(error instanceof StoreError)) broken.add(runId);
          report(`run ${runId} cannot be gone on with: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(starting.values());
      const all = [...going.values()];
      for (const { handle } of all) handle.interrupt();
      await Promise.allSettled(all.map(({ handle }) => handle.done));
    },
  };
}

/**
 * Runs beside those whose lease has run out: their runner is known to be dead, a process of this machine that is
 * gone. Runs that somebody paused stay as they are.
 */
async function orphans(store: RunStore): Promise<string[]> {
  const found: string[] = [];
  for (const status of ['queued', 'running', 'waiting'] as const) {
    for (const run of await store.listRuns({ limit: SWEPT, status })) {
      if (run.control === 'pause') continue;
      const owner = await store.leaseOwner(run.id);
      if (owner !== null && isDead(owner)) found.push(run.id);
    }
  }
  return found;
}

/** Sorts by time; unique enough for one store, which refuses a second one of the same name. */
export function newRunId(now: number): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => (byte % 36).toString(36)).join('');
  return `r${now.toString(36)}${random}`;
}
