/**
 * Owns a runner process as the server sees it: starting it, talking to it, noticing that it died or does not answer
 * any more. Does not decide what it drives, or what happens to its runs (pool.ts).
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Progress, RunResult } from '@rondo/runtime/api.ts';
import { readError, type FromRunner, type Order, type RunnerSetup, type ToRunner } from './messages.ts';

export interface RunnerEvents {
  ready(): void;
  progress(run: string, progress: Progress): void;
  ended(run: string, result: RunResult): void;
  broken(run: string, error: Error): void;
  find(reference: string): Promise<{ text: string; file: string } | null>;
  /** Resolves when a call to this host may begin; answers what to call at its end. */
  enterHost(host: string, signal: AbortSignal): Promise<() => void>;
  secretUsed(name: string, at: number): void;
  /** Once. `why` is for people: how it ended, and what it said last. */
  died(why: string): void;
}

/** An order that nobody knows the outcome of: the process died with it. */
export class RunnerLost extends Error {
  constructor(why: string) {
    super(`The runner process died: ${why}`);
    this.name = 'RunnerLost';
  }
}

const ENTRY = fileURLToPath(new URL('./process.ts', import.meta.url));
export const PING_MS = 2_000;
/**
 * So many pings in a row without any answer: it hangs. Together less than the 15 s after which nobody believes that its
 * runs are running. Counted and not timed, so that a machine that slept does not look like a runner that hangs.
 */
export const MOST_UNANSWERED = 5;
/** It has to load and open everything first. */
const MOST_UNANSWERED_AT_START = 30;
const CLOSE_MS = 8_000;
const SAID_CHARS = 2_000;
/** Not for the process: it gets the key by message, and the lifeline is the server's own. */
const HIDDEN = new Set(['RONDO_ENCRYPTION_KEY', 'RONDO_LIFELINE']);

export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #events: RunnerEvents;
  readonly #orders = new Map<number, { begun: (run: string) => void; reject: (error: Error) => void }>();
  readonly #over: Promise<void>;
  readonly #pinging: NodeJS.Timeout;
  /** Calls to hosts with limits: what ends one, or its waiting. */
  readonly #calls = new Map<number, () => void>();
  #ordered = 0;
  #unanswered = 0;
  #said = '';
  #isOver = false;
  #isReady = false;
  /** It gets no further runs. */
  isDraining = false;

  constructor(setup: RunnerSetup, events: RunnerEvents, pingMs = PING_MS) {
    this.#events = events;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !HIDDEN.has(name)));
    this.#child = fork(ENTRY, [], {
      env,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C is for the server, which lets the runs end in peace.
      detached: process.platform !== 'win32',
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString('utf8')).slice(-SAID_CHARS);
    });
    this.#child.on('message', (message: FromRunner) => this.#take(message));
    this.#over = new Promise((resolve) => {
      const end = (how: string): void => {
        if (this.#isOver) return;
        this.#isOver = true;
        clearInterval(this.#pinging);
        const why = [how, this.#said.trim()].filter((part) => part !== '').join(': ');
        for (const { reject } of this.#orders.values()) reject(new RunnerLost(why));
        this.#orders.clear();
        for (const leave of this.#calls.values()) leave();
        resolve();
        events.died(why);
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
    this.#pinging = setInterval(() => this.#ping(), pingMs);
    this.#pinging.unref();
    this.#send({ type: 'setup', setup });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  get isAlive(): boolean {
    return !this.#isOver;
  }

  /**
   * Resolves once the run is stored and driven. `begun` is called with its id before anything else is told of it.
   * Throws RunnerLost, or what the runner threw.
   */
  order(order: Order, output: boolean, begun: (run: string) => void): Promise<void> {
    if (this.#isOver) return Promise.reject(new RunnerLost('it has ended'));
    this.#ordered += 1;
    const id = this.#ordered;
    return new Promise((resolve, reject) => {
      const told = (run: string): void => {
        begun(run);
        resolve();
      };
      this.#orders.set(id, { begun: told, reject });
      this.#send({ type: 'order', id, order, output });
    });
  }

  stop(run: string, how: 'cancel' | 'interrupt'): void {
    this.#send({ type: 'stop', run, how });
  }

  /** Where signals are delivered, when that was not known at its start. */
  tellAddress(signalBase: string): void {
    this.#send({ type: 'address', signalBase });
  }

  /** Whether calls ask before they begin. */
  tellHosts(limited: boolean): void {
    this.#send({ type: 'hosts', limited });
  }

  /** Lets it interrupt its runs and end; kills it when it takes too long. */
  async close(): Promise<void> {
    this.isDraining = true;
    this.#send({ type: 'close' });
    const late = setTimeout(() => this.kill(), CLOSE_MS);
    await this.#over;
    clearTimeout(late);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #send(message: ToRunner): void {
    // That it has gone is told by its exit.
    if (!this.#isOver && this.#child.connected) this.#child.send(message, () => {});
  }

  #enter(id: number, host: string): void {
    const giveUp = new AbortController();
    const stop = (): void => {
      this.#calls.delete(id);
      giveUp.abort();
    };
    this.#calls.set(id, stop);
    this.#events.enterHost(host, giveUp.signal).then(
      (leave) => {
        // It went away in the same moment.
        if (giveUp.signal.aborted) leave();
        else {
          this.#calls.set(id, () => {
            this.#calls.delete(id);
            leave();
          });
          this.#send({ type: 'entered', id });
        }
      },
      () => {},
    );
  }

  #ping(): void {
    if (this.#unanswered >= (this.#isReady ? MOST_UNANSWERED : MOST_UNANSWERED_AT_START)) {
      this.#said += '\nit did not answer any more and was killed';
      this.kill();
      return;
    }
    this.#unanswered += 1;
    this.#send({ type: 'ping' });
  }

  #take(message: FromRunner): void {
    this.#unanswered = 0;
    switch (message.type) {
      case 'ready':
        this.#isReady = true;
        this.#events.ready();
        break;
      case 'pong':
        break;
      case 'begun':
        this.#orders.get(message.id)?.begun(message.run);
        this.#orders.delete(message.id);
        break;
      case 'refused':
        this.#orders.get(message.id)?.reject(readError(message.error));
        this.#orders.delete(message.id);
        break;
      case 'progress':
        for (const [run, progress] of message.list) this.#events.progress(run, progress);
        break;
      case 'ended':
        this.#events.ended(message.run, message.result);
        break;
      case 'broken':
        this.#events.broken(message.run, readError(message.error));
        break;
      case 'enter':
        this.#enter(message.id, message.host);
        break;
      case 'left':
        this.#calls.get(message.id)?.();
        break;
      case 'secret-used':
        this.#events.secretUsed(message.name, message.at);
        break;
      case 'find':
        void this.#events.find(message.reference).then(
          (workflow) => this.#send({ type: 'found', id: message.id, workflow }),
          () => this.#send({ type: 'found', id: message.id, workflow: null }),
        );
        break;
    }
  }
}
