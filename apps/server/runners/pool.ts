/**
 * Owns the runner processes of a server: how many there are, which one drives which run, and that a run goes on in
 * another one when its process dies; whoever waits for the run does not notice. Speaks as a Driver (runs/launcher.ts).
 * Does not drive, and decides nothing about workflows.
 */
import type { StatePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { hasEnded, StoreError, type Clock, type Control, type RunRecord, type RunStore } from '@rondo/core/ports.ts';
import type { Progress, RunResult } from '@rondo/runtime/api.ts';
import { createHostGate, type HostLimits } from '@rondo/runtime/egress/host-gate.ts';
import { createSignals } from '@rondo/runtime/runner/signals.ts';
import { newRunId, type Driven, type Driver } from '../runs/launcher.ts';
import type { Report } from '../log/log.ts';
import type { Order, RunnerSetup } from './messages.ts';
import { RunnerLost, RunnerProcess } from './runner-process.ts';

export interface RunnerPoolOptions {
  /** Asked at the start of each process. */
  setup(): Omit<RunnerSetup, 'hostsLimited'>;
  /** Limits of hosts, over all processes together. */
  hosts?: HostLimits;
  /** Most processes. */
  most: number;
  /** To look at runs whose process died; this process writes what people ask for only. */
  store: RunStore;
  state: StatePort;
  clock: Clock;
  findWorkflow(reference: string): Promise<{ text: string; file: string } | null>;
  secretUsed?(name: string, at: number): void;
  /** How often processes are asked whether they are there. */
  pingMs?: number;
  report: Report;
}

export interface RunnerPool extends Driver {
  /** The server listens: signals have an address. Starts the first process, so that the first run does not wait. */
  listening(signalBase: string, warm: boolean): void;
  /** Takes effect with the next run; processes beyond it end when their runs have. */
  setMost(most: number): void;
  /** Takes effect with the next call. */
  setHosts(limits: HostLimits): void;
  /** For whoever looks after the server: the processes and how many runs each drives. */
  processes(): { pid: number | null; runs: number }[];
}

interface Member {
  process: RunnerProcess;
  runs: Set<DrivenRun>;
  /** Orders that are on their way. */
  orders: number;
  startedAt: number;
  idleSince: number;
}

interface DrivenRun {
  id: string;
  member: Member | null;
  listeners: ((progress: Progress) => void)[];
  /** What was asked last, to ask it again of another process. */
  asked: 'cancel' | 'interrupt' | null;
  /** Somebody waits for the output. */
  output: boolean;
  /** Processes that died with it in a row. */
  losses: number;
  resolve(result: RunResult): void;
  reject(error: Error): void;
}

const BACKOFF_MS = 100;
const MOST_BACKOFF_MS = 5_000;
/** A process that lived so long did not die of its start. */
const STEADY_MS = 10_000;
/** Starts that fail one after the other before whoever asks is told. */
const MOST_FALSE_STARTS = 4;
/** A process without runs is kept so long, where there is another one. */
const IDLE_MS = 60_000;
const LOOK_MS = 10_000;
/** Somebody else may hold the lease for so long. */
const MOST_TAKEOVERS = 10;

export function createRunnerPool(options: RunnerPoolOptions): RunnerPool {
  const { store, clock, report } = options;
  const hosts = createHostGate(clock);
  if (options.hosts !== undefined) hosts.set(options.hosts);
  const members = new Set<Member>();
  const runs = new Map<string, DrivenRun>();
  const takeovers = new Set<Promise<void>>();
  const ending = new AbortController();
  let most = options.most;
  /** Processes that died young, in a row. */
  let falseStarts = 0;
  let lastDeath = '';

  const startMember = (): Member => {
    const now = clock.monotonic();
    const member: Member = {
      runs: new Set(),
      orders: 0,
      startedAt: now,
      idleSince: now,
      process: new RunnerProcess(
        { ...options.setup(), hostsLimited: !hosts.isOpen() },
        {
          ready: () => {
            falseStarts = 0;
          },
          progress: (id, progress) => {
            const run = runs.get(id);
            if (run === undefined) return;
            run.losses = 0;
            for (const listener of run.listeners) listener(progress);
          },
          ended: (id, result) => settle(id, member, (run) => run.resolve(result)),
          broken: (id, error) => settle(id, member, (run) => run.reject(error)),
          find: options.findWorkflow,
          enterHost: hosts.enter,
          secretUsed: (name, at) => options.secretUsed?.(name, at),
          died: (why) => died(member, why),
        },
        options.pingMs,
      ),
    };
    members.add(member);
    return member;
  };

  const settle = (id: string, member: Member, act: (run: DrivenRun) => void): void => {
    const run = runs.get(id);
    // One that was given up is another's now.
    if (run === undefined || run.member !== member) return;
    forget(run);
    act(run);
  };

  const forget = (run: DrivenRun): void => {
    runs.delete(run.id);
    run.member?.runs.delete(run);
    if (run.member !== null) run.member.idleSince = clock.monotonic();
  };

  const died = (member: Member, why: string): void => {
    members.delete(member);
    if (ending.signal.aborted && member.runs.size === 0) return;
    if (!member.process.isDraining || member.runs.size > 0) {
      lastDeath = why;
      if (clock.monotonic() - member.startedAt < STEADY_MS) falseStarts += 1;
      const went = member.runs.size === 0 ? '' : ` Its runs (${member.runs.size}) go on in another one.`;
      report(`a runner process ended: ${why}.${went}`, 'warn');
    }
    for (const run of member.runs) {
      run.member = null;
      const takeover = takeOver(run).catch((error: unknown) => {
        forget(run);
        run.reject(error instanceof Error ? error : new Error(String(error)));
      });
      takeovers.add(takeover);
      void takeover.then(() => takeovers.delete(takeover));
    }
  };

  const backoff = (count: number): Promise<void> => {
    const ms = count === 0 ? 0 : Math.min(MOST_BACKOFF_MS, BACKOFF_MS * 2 ** (count - 1));
    return ms === 0 ? Promise.resolve() : clock.sleep(ms, ending.signal).catch(() => {});
  };

  /** The one with the least to do; a new one where all have something to do and there may be more. */
  const pick = async (): Promise<Member> => {
    if (falseStarts > 0) await backoff(falseStarts);
    if (ending.signal.aborted) throw new StoreError('store-unavailable', 'The server is shutting down.');
    if (falseStarts >= MOST_FALSE_STARTS) {
      // The next one to ask tries again.
      falseStarts -= 1;
      throw new StoreError('store-unavailable', `Runner processes die at their start: ${lastDeath}`);
    }
    const work = (member: Member): number => member.runs.size + member.orders;
    const usable = [...members].filter(({ process }) => process.isAlive && !process.isDraining).slice(0, most);
    const least = usable.toSorted((a, b) => work(a) - work(b))[0];
    if (least === undefined || (work(least) > 0 && usable.length < most)) return startMember();
    return least;
  };

  const give = async (
    run: DrivenRun | null,
    order: Order,
    output = run?.output ?? false,
  ): Promise<DrivenRun & { done: Promise<RunResult> }> => {
    const member = await pick();
    member.orders += 1;
    let begun: (DrivenRun & { done: Promise<RunResult> }) | null = null;
    try {
      await member.process.order(order, output, (id) => {
        begun = (run ?? newRun(id, output)) as DrivenRun & { done: Promise<RunResult> };
        begun.member = member;
        member.runs.add(begun);
        runs.set(id, begun);
      });
    } finally {
      member.orders -= 1;
      member.idleSince = clock.monotonic();
    }
    if (begun === null) throw new RunnerLost('it did not say which run it drives');
    return begun;
  };

  const askAgain = async (id: string, control: Control): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        await store.setControl(id, control);
        return;
      } catch (error) {
        if (tries > MOST_TAKEOVERS || ending.signal.aborted) {
          report(`run ${id} goes on though ${control} was asked: ${String(error)}`);
          return;
        }
      }
      await backoff(tries);
    }
  };

  /** Another process goes on with a run whose process died. Ends when the run is driven, or has ended. */
  const takeOver = async (run: DrivenRun): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      await backoff(run.losses);
      run.losses += 1;
      try {
        const record = await store.getRun(run.id);
        if (record === null) throw new StoreError('run-not-found', `Run ${run.id} is gone.`);
        if (hasEnded(record.status) || ending.signal.aborted) {
          forget(run);
          run.resolve(resultOf(record));
          return;
        }
        await give(run, { method: 'resume', run: run.id });
        for (const listener of run.listeners) listener({ type: 'taken-over' });
        if (run.asked !== null) (run.member as Member | null)?.process.stop(run.id, run.asked);
        // Going on forgets what a person asked before.
        if (record.control !== 'none') void askAgain(run.id, record.control);
        return;
      } catch (error) {
        const again = error instanceof RunnerLost || (error instanceof StoreError && error.code !== 'run-not-found');
        if (!again || tries >= MOST_TAKEOVERS) throw error;
      }
    }
  };

  /** A run that may have been stored before its process died is gone on with; otherwise it is started again. */
  const start = async (id: string, order: Order, output: boolean): Promise<Driven> => {
    for (let tries = 0; ; tries += 1) {
      try {
        const isThere = tries > 0 && (await store.getRun(id)) !== null;
        return handleOf(await give(null, isThere ? { method: 'resume', run: id } : order, output));
      } catch (error) {
        // It was so short that it ended before its process died.
        if (tries > 0 && error instanceof StoreError && error.code === 'run-ended') return endedHandle(id);
        if (!(error instanceof RunnerLost) || tries >= MOST_FALSE_STARTS) throw unavailable(error);
      }
    }
  };

  const endedHandle = async (id: string): Promise<Driven> => {
    const record = await store.getRun(id);
    if (record === null) throw new StoreError('run-not-found', `Run ${id} is gone.`);
    const run = newRun(id, true);
    run.resolve(resultOf(record));
    return handleOf(run);
  };

  const handleOf = (run: DrivenRun & { done: Promise<RunResult> }): Driven => {
    const stop = (how: 'cancel' | 'interrupt') => (): void => {
      run.asked = how;
      run.member?.process.stop(run.id, how);
    };
    return {
      runId: run.id,
      done: run.done,
      cancel: stop('cancel'),
      interrupt: stop('interrupt'),
      onProgress: (listener) => void run.listeners.push(listener),
    };
  };

  const looking = setInterval(() => {
    const now = clock.monotonic();
    const spare = [...members].filter(
      ({ process, runs: driven, orders, idleSince }) =>
        driven.size === 0 && orders === 0 && !process.isDraining && now - idleSince >= IDLE_MS,
    );
    const kept = [...members].filter(({ process }) => !process.isDraining).length;
    for (const member of spare.slice(0, Math.max(0, kept - 1))) void member.process.close();
  }, LOOK_MS);
  looking.unref();

  return {
    start: (request, output = true) => {
      const runId = request.runId ?? newRunId(clock.now());
      return start(runId, { method: 'start', request: { ...request, runId } }, output);
    },
    resume: async (run) => {
      try {
        return handleOf(await give(null, { method: 'resume', run }));
      } catch (error) {
        throw unavailable(error);
      }
    },
    restart: async (request) => {
      try {
        return handleOf(await give(null, { method: 'restart', request }, true));
      } catch (error) {
        throw unavailable(error);
      }
    },
    deliver: (token: string, value: Json) => createSignals(options.state, clock).deliver(token, value),
    listening(signalBase, warm) {
      for (const { process } of members) process.tellAddress(signalBase);
      if (warm && members.size === 0) startMember();
    },
    setMost(next) {
      most = Math.max(1, next);
      for (const member of [...members].slice(most)) if (member.runs.size === 0) void member.process.close();
    },
    setHosts(limits) {
      hosts.set(limits);
      for (const { process } of members) process.tellHosts(!hosts.isOpen());
    },
    processes: () => [...members].map(({ process, runs: driven }) => ({ pid: process.pid, runs: driven.size })),
    async close() {
      ending.abort();
      clearInterval(looking);
      await Promise.all([...members].map(({ process }) => process.close()));
      await Promise.all(takeovers);
    },
  };
}

function newRun(id: string, output: boolean): DrivenRun & { done: Promise<RunResult> } {
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  promise.catch(() => {});
  return { id, member: null, listeners: [], asked: null, output, losses: 0, resolve, reject, done: promise };
}

/** What is known of a run that nobody reports of any more. */
function resultOf({ id, status, output, failure }: RunRecord): RunResult {
  return {
    runId: id,
    status: hasEnded(status) ? status : 'waiting',
    output: output === null ? null : (JSON.parse(output) as Json),
    failure,
    loops: [],
    stats: { durationMs: 0, iterations: 0, steps: 0, exceptions: 0, usage: null, peakRssMb: 0 },
  };
}

function unavailable(error: unknown): unknown {
  if (!(error instanceof RunnerLost)) return error;
  return new StoreError('store-unavailable', `${error.message}. Nothing is lost; try again.`);
}
