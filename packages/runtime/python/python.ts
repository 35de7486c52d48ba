/**
 * Owns the runner's side of Python: calls in, one result for each, whatever happens to the processes. Starts them
 * when they are needed and keeps them warm. Does not run Python (child.ts) or watch a process (python-process.ts).
 *
 * Calls that arrive in the same turn travel together. The child answers unit by unit, so the one that runs is
 * always known. Where memory or the process ended with it, it is run once more, first in a fresh process: neither
 * what an earlier unit left nor a kill from elsewhere is held against it.
 */
import { parsePointed } from '@rondo/core/dify/numbers.ts';
import type { Failure } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { LIMITS } from '@rondo/core/model/limits.ts';
import { endedProcess, failureOf, outOfMemory, unstoppable } from './failures.ts';
import { defineText, MARK, parseAnswer, runText, TO_CHILD, unitText, type Style } from './messages.ts';
import { PythonProcess, type Death, type ProcessOptions } from './python-process.ts';

export interface PythonOptions {
  /** Memory of Python in one process; default limit python.bytes. */
  memoryBytes?: number;
  /** Most processes at the same time; default 1. */
  processes?: number;
  /** Folder for the memory of a prepared interpreter; default below node_modules. */
  keepIn?: string;
}

export interface PythonCall {
  source: string;
  /** main: arguments of `def main` by name. item: { item, index }. items: { items }. */
  inputs: Record<string, Json>;
  style: Style;
  timeoutMs: number;
  /** Default limit code.logBytes. */
  logBytes?: number;
  /** Numbers of the result keep their point: 3.0 is a Float of core/template. */
  points?: boolean;
  /** Bytes of the result as JSON; default limit step.bytes. */
  resultBytes?: number;
  /** Ends it; the call rejects with the reason. */
  signal?: AbortSignal;
}

/** Either a value or a failure. */
export interface PythonResult {
  value: Json | undefined;
  failure: Failure | null;
  /** What was printed, also on the way to a failure. */
  logs: string;
  /** Time in the interpreter. */
  ms: number;
}

export interface Python {
  /** Results in the order of the calls. Rejects when a call's signal is aborted or Python cannot be started. */
  run(calls: readonly PythonCall[]): Promise<PythonResult[]>;
  /** Starts a process ahead of the first call. */
  warm(): void;
  close(): Promise<void>;
  /** Of the processes that live. */
  pids(): number[];
}

export function createPython(options: PythonOptions = {}): Python {
  return new Client(options);
}

interface Unit {
  call: PythonCall;
  inputs: string;
  /** Run once more, first in a fresh process. */
  again: boolean;
  settled: boolean;
  resolve(result: PythonResult): void;
  reject(error: unknown): void;
}

interface Worker {
  process: PythonProcess;
  ready: boolean;
  /** In the order of their answers; the first one runs. */
  flying: Unit[];
  sources: Map<string, number>;
  nextSource: number;
  /** Units it has answered. */
  done: number;
  /** About how long its units take, in ms; null while nothing is known. */
  pace: number | null;
}

/** On top of the time limit, at which the unit is interrupted: for calls that see the interrupt late. */
const GRACE_MS = 2000;
const MOST_EARLY_DEATHS = 3;
/** Units in flight to one process: enough that it never waits, and no more than wait behind a slow one. */
const MOST_FLYING = 128;
const FLYING_MS = 20;
const MOST_CHARS = 1024 * 1024;
/** Sources that a process knows; texts that change each time must not fill it. */
const MOST_SOURCES = 100;

/** How many more units it should be given now. */
function roomOf({ flying, pace }: Worker): number {
  const most = pace === null ? 1 : Math.max(1, Math.min(MOST_FLYING, Math.floor(FLYING_MS / pace)));
  // Half a load at a time: a message for each answer would cost more than the unit.
  return flying.length > most / 2 ? 0 : most - flying.length;
}

class Client implements Python {
  readonly #options: ProcessOptions;
  readonly #most: number;
  #queue: Unit[] = [];
  #workers: Worker[] = [];
  #scheduled = false;
  #earlyDeaths = 0;
  #closed = false;

  constructor(options: PythonOptions) {
    const memoryBytes = options.memoryBytes ?? LIMITS['python.bytes'].default;
    this.#options = { memoryBytes, keepIn: options.keepIn };
    this.#most = options.processes ?? 1;
  }

  run(calls: readonly PythonCall[]): Promise<PythonResult[]> {
    if (this.#closed) return Promise.reject(new Error('Python is closed'));
    return Promise.all(calls.map((call) => this.#add(call)));
  }

  warm(): void {
    if (!this.#closed && this.#workers.length === 0) this.#start();
  }

  pids(): number[] {
    return this.#workers.flatMap((worker) => worker.process.pid ?? []);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const left = [...this.#workers.flatMap((worker) => worker.flying), ...this.#queue];
    const old = this.#workers;
    this.#queue = [];
    this.#workers = [];
    for (const unit of left) unit.reject(new Error('Python is closed'));
    await Promise.all(old.map((worker) => worker.process.close()));
  }

  #add(call: PythonCall): Promise<PythonResult> {
    const { signal } = call;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const { promise, resolve, reject } = Promise.withResolvers<PythonResult>();
    const unit: Unit = {
      call,
      inputs: JSON.stringify(call.inputs),
      again: false,
      settled: false,
      resolve: (result) => {
        unit.settled = true;
        signal?.removeEventListener('abort', abort);
        resolve(result);
      },
      reject: (error) => {
        unit.settled = true;
        signal?.removeEventListener('abort', abort);
        reject(error as Error);
      },
    };
    const abort = (): void => this.#abort(unit);
    signal?.addEventListener('abort', abort);
    this.#queue.push(unit);
    this.#schedule();
    return promise;
  }

  #abort(unit: Unit): void {
    unit.reject(unit.call.signal?.reason);
    this.#queue = this.#queue.filter((other) => other !== unit);
    // One that waits in the process runs for nothing; the one that runs is ended.
    const worker = this.#workers.find(({ flying }) => flying[0] === unit);
    if (worker !== undefined) this.#retire(worker);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  // ---- sending ----

  #pump(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const worker = this.#free();
      if (worker === null) return;
      this.#send(worker, this.#next(worker));
    }
  }

  /** The process that has least to do and can take more; a new one where that is better. */
  #free(): Worker | null {
    const again = this.#queue[0]?.again === true;
    const fit = this.#workers.filter((worker) =>
      again ? worker.flying.length === 0 && worker.done === 0 : roomOf(worker) > 0 && !worker.flying[0]?.again,
    );
    const best = fit.toSorted((a, b) => a.flying.length - b.flying.length)[0];
    if (best?.flying.length === 0) return best;
    if (this.#workers.length < this.#most) return this.#start();
    if (best !== undefined) return best;
    // All have run something: the next one that is idle makes room for a fresh one.
    const idle = again ? this.#workers.find(({ flying }) => flying.length === 0) : undefined;
    if (idle === undefined) return null;
    this.#remove(idle);
    void idle.process.close();
    return this.#start();
  }

  #next(worker: Worker): Unit[] {
    const share = Math.ceil(this.#queue.length / this.#most);
    const most = Math.min(roomOf(worker), share);
    const units: Unit[] = [];
    let chars = 0;
    while (units.length < most && this.#queue.length > 0) {
      const unit = this.#queue[0] as Unit;
      chars += unit.inputs.length;
      if (units.length > 0 && (unit.again || chars > MOST_CHARS)) break;
      units.push(this.#queue.shift() as Unit);
      if (unit.again) break;
    }
    return units;
  }

  #send(worker: Worker, units: Unit[]): void {
    const texts = units.map(({ call, inputs }) => {
      const { style, timeoutMs } = call;
      const { logBytes = LIMITS['code.logBytes'].default, resultBytes = LIMITS['step.bytes'].default } = call;
      const source = this.#source(worker, call.source);
      return unitText({ source, style, timeoutMs, logBytes, resultBytes }, inputs);
    });
    const wasIdle = worker.flying.length === 0;
    worker.flying.push(...units);
    worker.process.send(runText(texts));
    if (wasIdle) this.#watch(worker);
  }

  #source(worker: Worker, source: string): number {
    const known = worker.sources.get(source);
    if (known !== undefined) return known;
    const id = worker.nextSource;
    worker.nextSource += 1;
    worker.process.send(defineText(id, source));
    worker.sources.set(source, id);
    if (worker.sources.size > MOST_SOURCES) {
      const [oldest] = worker.sources as Iterable<[string, number]>;
      // Frames are taken in order: units that use it have been sent before.
      const [text, old] = oldest as [string, number];
      worker.sources.delete(text);
      worker.process.send(TO_CHILD.forget + old);
    }
    return id;
  }

  #watch(worker: Worker): void {
    const [running] = worker.flying;
    if (running === undefined) worker.process.idle();
    else worker.process.busy(running.call.timeoutMs + GRACE_MS);
  }

  #start(): Worker {
    const worker: Worker = {
      process: new PythonProcess(this.#options, {
        ready: () => {
          worker.ready = true;
          this.#earlyDeaths = 0;
          this.#watch(worker);
        },
        answer: (text) => this.#answered(worker, text),
        death: (death) => this.#died(worker, death),
      }),
      ready: false,
      flying: [],
      sources: new Map(),
      nextSource: 1,
      done: 0,
      pace: null,
    };
    this.#workers.push(worker);
    return worker;
  }

  // ---- receiving ----

  #answered(worker: Worker, text: string): void {
    const unit = worker.flying.shift();
    if (unit === undefined) return this.#retire(worker);
    const answer = parseAnswer(text);
    const first = worker.done === 0;
    worker.done += 1;
    worker.pace = worker.pace === null ? answer.ms : worker.pace * 0.8 + answer.ms * 0.2;
    if (answer.mark === MARK.memory && !first && !unit.settled) this.#again(unit);
    else if (!unit.settled) {
      const { timeoutMs, resultBytes = LIMITS['step.bytes'].default } = unit.call;
      const failure = failureOf(answer, { timeoutMs, resultBytes, memoryBytes: this.#options.memoryBytes });
      const value =
        failure === null
          ? ((unit.call.points === true ? parsePointed(answer.body) : JSON.parse(answer.body)) as Json)
          : undefined;
      unit.resolve({ value, failure, logs: answer.logs, ms: answer.ms });
    }
    // Memory that was used up stays with the process.
    if (answer.mark === MARK.memory || answer.mark === MARK.broken) return this.#retire(worker);
    this.#watch(worker);
    if (this.#queue.length > 0) this.#pump();
  }

  /** It takes no further unit; those it has are given to another one. */
  #retire(worker: Worker): void {
    this.#remove(worker);
    worker.process.kill();
    this.#putBack(worker.flying);
    this.#pump();
  }

  #remove(worker: Worker): void {
    this.#workers = this.#workers.filter((other) => other !== worker);
  }

  #putBack(units: readonly Unit[]): void {
    this.#queue.unshift(...units.filter((unit) => !unit.settled));
  }

  #again(unit: Unit): void {
    unit.again = true;
    this.#queue.unshift(unit);
  }

  #died(worker: Worker, death: Death): void {
    if (this.#closed || !this.#workers.includes(worker)) return;
    this.#remove(worker);
    if (death.early) return this.#diedEarly(worker, death);
    const [running, ...waiting] = worker.flying;
    this.#putBack(waiting);
    if (running !== undefined && !running.settled) {
      if (death.reason === 'time') this.#fail(running, unstoppable(running.call.timeoutMs));
      else if (death.reason === 'memory' ? worker.done > 0 : !running.again) this.#again(running);
      else if (death.reason === 'memory') this.#fail(running, outOfMemory(this.#options.memoryBytes));
      else this.#fail(running, endedProcess(death.detail));
    }
    this.#pump();
  }

  #diedEarly(worker: Worker, death: Death): void {
    this.#earlyDeaths += 1;
    this.#putBack(worker.flying);
    if (this.#earlyDeaths < MOST_EARLY_DEATHS) return this.#pump();
    this.#earlyDeaths = 0;
    const error = new Error(`Python cannot be started (${death.detail})`);
    for (const unit of this.#queue.splice(0)) unit.reject(error);
  }

  #fail(unit: Unit, failure: Failure): void {
    unit.resolve({ value: undefined, failure, logs: '', ms: unit.call.timeoutMs });
  }
}
