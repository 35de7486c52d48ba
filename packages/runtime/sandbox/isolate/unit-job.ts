/**
 * Owns the units of one message: their order, the carry from one to the next, the loop's own
 * conditions, their texts. Does not run steps (region.ts) or measure time limits (the child).
 */
import { FailureError, toFailure, type Failure } from '@rondo/core/errors.ts';
import { itemFromWire, type Item, type Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Source } from '@rondo/core/model/plan.ts';
import { FIELD, MARKS, SLICE } from '../wire.ts';
import { beginLog, takeLog } from './console.ts';
import { cloneData, freezeData } from './data.ts';
import { joinPorts, jsonText, wireText } from './output.ts';
import { flattenItems, type CompiledProgram } from './program.ts';
import { neverSettled, type Region } from './region.ts';
import { NO_ITEM, Pending, SharedContext, type RawContext, type Scope } from './scope.ts';
import { isTrue } from './templates.ts';
import { beginTimers, callNext } from './timers.ts';

/** One block, or the rest of one, as the runner sent it. */
export interface Request {
  first: number;
  /** Units of the block that are done already. */
  at: number;
  total: number | null;
  size: number;
  units: number;
  carry: Json;
  context: RawContext;
  items: Json[];
  /** kind fold */
  key?: string;
  part?: number;
  port?: number;
  end?: boolean;
}

/** What a message becomes. The interpreter drives it until it is done. */
export interface Job {
  /** Finished units since the last slice. */
  results: string[];
  /** A unit has begun and is not finished. */
  running: boolean;
  drive(deadline: number, careful: boolean): void;
  flag(): string;
  carry(): string;
  /** Ends the running unit; without one, the last that was finished. */
  fail(failed: Failure): void;
  /** The results so far have been given to the child; `received` says that they arrived. */
  given(): void;
  received(): void;
  /** Back to the place after the last results that arrived. */
  rewind(): void;
}

interface Place {
  request: number;
  unit: number;
  memory: Json;
}

export class UnitJob implements Job {
  results: string[] = [];
  running = false;
  readonly #program: CompiledProgram;
  readonly #region: Region;
  readonly #scope: Scope;
  readonly #requests: readonly Request[];
  readonly #now: () => number;
  #request = -1;
  #unit = 0;
  #ended = false;
  /** `$loop.previous`, or the variables over state. */
  #memory: Json = null;
  #token = 0;
  /** The unit has begun to wait for promises, and when. */
  #waits = false;
  #began = 0;
  #given: Place;
  #received: Place;

  constructor(program: CompiledProgram, region: Region, requests: readonly Request[], now: () => number) {
    this.#program = program;
    this.#region = region;
    this.#scope = region.scope;
    this.#requests = requests;
    this.#now = now;
    this.#nextRequest();
    this.#given = this.#place();
    this.#received = this.#given;
  }

  flag(): string {
    if (this.#region.pending !== null) return SLICE.wait;
    if (this.#ended) return SLICE.ended;
    return this.#request >= this.#requests.length ? SLICE.done : SLICE.more;
  }

  carry(): string {
    return this.#program.carry || this.#program.state !== null ? JSON.stringify(this.#memory) : '';
  }

  #place(): Place {
    return { request: this.#request, unit: this.#unit, memory: this.#memory };
  }

  given(): void {
    this.#given = this.#place();
  }

  received(): void {
    this.#received = this.#given;
  }

  rewind(): void {
    this.#token += 1;
    this.running = false;
    this.#ended = false;
    this.results = [];
    this.#region.pending = null;
    this.#request = this.#received.request - 1;
    this.#nextRequest();
    this.#unit = this.#received.unit;
    this.#memory = this.#received.memory;
  }

  fail(failed: Failure): void {
    this.#token += 1;
    if (this.running) {
      const node = this.#program.steps[this.#scope.step]?.id;
      return this.#finishFailed(
        node === undefined ? failed : { ...failed, node: failed.node ?? node, path: failed.path ?? node },
      );
    }
    const last = this.results.pop();
    if (last === undefined) return;
    this.results.push(`${MARKS.failed}${FIELD}${FIELD}${FIELD}${JSON.stringify(failed)}`);
  }

  /** Runs units until the time slice ends, all are done, or one waits for a promise. */
  drive(deadline: number, careful: boolean): void {
    while (!this.#ended && this.#request < this.#requests.length) {
      try {
        if (!this.running && !this.#begin()) continue;
        if (!this.#run()) return this.#wait(deadline, careful);
        this.#finish();
      } catch (error) {
        if (error instanceof Pending) {
          this.#region.suspend(error);
          return this.#wait(deadline, careful);
        }
        this.#finishFailed(toFailure(error, 'node-failed'));
      }
      if (careful || this.#now() >= deadline) return;
    }
  }

  #wait(deadline: number, careful: boolean): void {
    // A unit that failed in this slice has changed it.
    const token = this.#token;
    if (!this.#waits) this.#began = this.#now();
    this.#waits = true;
    const go = (settle: () => void): void => {
      // The unit may have been failed meanwhile.
      if (token !== this.#token) return;
      settle();
      this.drive(deadline, careful);
    };
    this.#region.pending?.then(
      (ports) => go(() => this.#region.settle(ports)),
      (error: unknown) => go(() => this.#region.reject(error)),
    );
  }

  /** Calls the next timer of the unit that waits; false: there is none, or its time is up. */
  goesOn(): boolean {
    if (this.#now() - this.#began > this.#program.unitMs) return false;
    try {
      return callNext();
    } catch (error) {
      this.fail(toFailure(error, 'node-failed'));
      return true;
    }
  }

  /** Called when promises had their turn and the unit still waits. */
  abandon(): void {
    const node = this.#program.steps[this.#scope.step]?.id ?? '';
    this.fail(neverSettled(node));
  }

  // ---- units ----

  #nextRequest(): void {
    this.#request += 1;
    this.#unit = 0;
    const request = this.#requests[this.#request];
    if (request === undefined) return;
    const scope = this.#scope;
    scope.context = new SharedContext(request.context);
    scope.total = request.total;
    scope.size = request.size;
    this.#memory = request.carry;
    if (this.#program.state !== null && (this.#memory === null || typeof this.#memory !== 'object')) this.#memory = {};
  }

  /** False: the request has no unit left. */
  #begin(): boolean {
    const request = this.#requests[this.#request] as Request;
    const u = this.#unit;
    if (u >= request.units) {
      this.#nextRequest();
      return false;
    }
    const { state, limits } = this.#program;
    const scope = this.#scope;
    beginLog(limits.logBytes);
    beginTimers();
    this.#waits = false;
    scope.beginUnit();
    scope.local = request.at + u;
    scope.index = request.first + scope.local;
    this.running = true;
    if (state === null) {
      scope.previous = this.#memory;
      const { size, items } = request;
      const frame: Item[] = [];
      for (let i = u * size, end = Math.min(i + size, items.length); i < end; i += 1)
        frame.push(itemFromWire(items[i] as Json));
      scope.unitItems = frame;
    } else {
      scope.vars = this.#memory;
      scope.unitItems = [{ json: cloneData(this.#memory) }];
      if (state.while !== null && !this.#goesOn(state.while)) return false;
    }
    this.#region.begin(scope.unitItems);
    return true;
  }

  /** `while`, before a unit. One that fails would fail again for ever, so it ends the loop. */
  #goesOn(condition: (scope: Scope) => Json): boolean {
    try {
      if (this.#condition(condition, this.#scope.unitItems[0] as Item)) return true;
      this.running = false;
    } catch (error) {
      this.#finishFailed(toFailure(error, 'node-failed'));
    }
    this.#ended = true;
    return false;
  }

  #run(): boolean {
    const { templates } = this.#program;
    if (templates !== null) {
      this.#look(this.#scope.unitItems[0] ?? NO_ITEM);
      this.#scope.inputs = [this.#scope.unitItems];
      return true;
    }
    return this.#region.run();
  }

  #look(item: Item): void {
    const scope = this.#scope;
    scope.item = item;
    scope.position = 0;
    scope.inputs = [[item]];
    scope.step = -1;
  }

  #condition(run: (scope: Scope) => Json, item: Item): boolean {
    this.#look(item);
    return isTrue(run(this.#scope));
  }

  #finish(): void {
    const program = this.#program;
    const { limits, templates } = program;
    let output: string;
    let items: readonly Item[];
    let steps = '';
    if (templates !== null) {
      const json = templates(this.#scope);
      items = [{ json }];
      output = wireText(items[0] as Item, jsonText(json, limits, 'The templates'), false);
    } else {
      const { results } = program;
      items = this.#resultItems(results[0] ?? []);
      const ports = results.map((sources, port) =>
        this.#resultTexts(sources, port === 0 ? items : this.#resultItems(sources)),
      );
      output = joinPorts(ports);
      if (output.length > limits.stepBytes)
        throw new FailureError(limitFailure('step.bytes', limits.stepBytes, 'The result'));
      steps = this.#region.record();
    }
    const memory = this.#advance(items);
    const log = takeLog();
    let text = MARKS.completed + output;
    if (steps !== '' || log !== '') text += FIELD + steps;
    if (log !== '') text += FIELD + JSON.stringify(log);
    this.results.push(text);
    this.#memory = memory;
    this.#unit += 1;
    this.running = false;
  }

  #resultItems(sources: readonly Source[]): readonly Item[] {
    const [only] = sources;
    const items =
      sources.length === 1
        ? this.#region.itemsOf(only as Source)
        : sources.flatMap((source) => this.#region.itemsOf(source));
    return this.#program.flatten ? flattenItems(items) : items;
  }

  #resultTexts(sources: readonly Source[], items: readonly Item[]): string[] {
    const { limits, statesLineage, flatten } = this.#program;
    const region = this.#region;
    // The frame's own input and spread lists have no texts yet.
    const texts =
      flatten || sources.some((source) => source.step < 0)
        ? items.map((item) => jsonText(item.json, limits, 'The result'))
        : sources.length === 1
          ? region.textsOf(sources[0] as Source)
          : sources.flatMap((source) => region.textsOf(source));
    const out: string[] = [];
    for (let i = 0; i < items.length; i += 1) out.push(wireText(items[i] as Item, texts[i] as string, statesLineage));
    return out;
  }

  /** What the next unit gets; sets `#ended` when a condition says so. */
  #advance(items: readonly Item[]): Json {
    const { state, stopWhen, carry } = this.#program;
    const scope = this.#scope;
    let memory = this.#memory;
    if (state === null && stopWhen === null && !carry) return memory;
    const first: Item = items[0] ?? { json: null };
    if (state !== null) {
      const before = memory as Record<string, Json>;
      if (state.update !== null) {
        this.#look(first);
        // Shared with the result text otherwise, which is written already; later units may freeze it.
        memory = { ...before, ...state.update(scope) };
      } else memory = replaceNamed(before, first.json);
    } else if (carry) {
      memory = freezeData(scope.size > 1 ? items.map((item) => item.json) : first.json);
    }
    let ended = stopWhen !== null && this.#condition(stopWhen, first);
    if (state?.until && !ended) {
      scope.vars = memory;
      scope.forgetLoop();
      ended = this.#condition(state.until, first);
    }
    this.#ended = ended;
    return memory;
  }

  #finishFailed(failed: Failure): void {
    const steps = this.#program.templates === null ? this.#region.recordFailed(failed) : '';
    const log = takeLog();
    const text = `${FIELD}${steps}${FIELD}${log === '' ? '' : JSON.stringify(log)}${FIELD}${JSON.stringify(failed)}`;
    this.results.push(MARKS.failed + text);
    this.#region.pending = null;
    this.#unit += 1;
    this.#token += 1;
    this.running = false;
  }
}

/** Without `update`: fields of the result that are named like a variable. */
function replaceNamed(before: Record<string, Json>, result: Json): Json {
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return before;
  const after = { ...before };
  for (const name of Object.keys(before)) {
    if (Object.hasOwn(result, name)) {
      Object.defineProperty(after, name, { value: result[name], writable: true, enumerable: true, configurable: true });
    }
  }
  return after;
}
