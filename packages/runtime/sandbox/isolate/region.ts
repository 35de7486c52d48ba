/**
 * Owns running the steps of one unit in order: which step is ready, its loop over its items, its
 * texts. Stops where a kernel gives a promise and goes on from there. Does not know loops around
 * the unit (interpreter.ts).
 */
import { failure, FailureError, toFailure, type Failure } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import type { Source } from '@rondo/core/model/plan.ts';
import { Pending, type Neighbours, type Scope } from './scope.ts';
import { cloneItem } from './views.ts';
import { toData } from './data.ts';
import { Lineage } from './lineage.ts';
import { failedText, portTexts, skippedText, stepText } from './output.ts';
import type { RunCode } from './code.ts';
import { flattenItems, type CompiledProgram, type CompiledStep } from './program.ts';

const NO_ITEMS: readonly Item[] = [];

/** Reused for unit after unit of one program. */
export class Region implements Neighbours {
  readonly scope: Scope;
  /** By step: output ports, or null when skipped. */
  readonly outputs: (Item[][] | null)[];
  /** By step: JSON texts of the outputs. */
  readonly texts: (string[][] | null)[];
  /** Promise of the kernel that runs now. */
  pending: Promise<Item[][] | null> | null = null;
  readonly #program: CompiledProgram;
  readonly #places: Map<string, number>;
  readonly #lineage: Lineage | null;
  #frame: Item[] = [];
  // Where the unit is: the step, and the loop of the step.
  #at = 0;
  #inStep = false;
  #inputs: (readonly Item[])[] = [];
  #position = 0;
  #out: Item[][] = [];
  /** The lists of `#out` belong to this step; at first they are what a call gave. */
  #ownsOut = false;
  #settled: Item[][] | null = null;
  #rejected: { error: unknown } | null = null;
  /** What the parameters of the call came to that runs now. */
  #given: Record<string, Json> | null = null;
  /** Reused; a call with code is one of its own, so that the other keeps its shape. */
  readonly #call: KernelCall = { params: {}, item: { json: null }, inputs: [], index: 0 };

  constructor(program: CompiledProgram) {
    this.#program = program;
    this.#places = new Map(program.steps.map((step) => [step.id, step.at]));
    this.outputs = program.steps.map(() => null);
    this.texts = program.steps.map(() => null);
    this.#lineage = program.lineage ? new Lineage(program.steps, (source) => this.itemsOf(source)) : null;
    this.scope = program.dialect.scope(this, program.plain);
  }

  begin(frame: Item[]): void {
    this.#frame = frame;
    this.#at = 0;
    this.#inStep = false;
    this.#settled = null;
    this.#rejected = null;
    this.pending = null;
    this.outputs.fill(null);
    this.texts.fill(null);
  }

  /** False: a promise is pending; settle it and call again. Throws FailureError when the unit fails. */
  run(): boolean {
    const { steps } = this.#program;
    while (this.#at < steps.length) {
      const step = steps[this.#at] as CompiledStep;
      if (!this.#inStep && !this.#start(step)) {
        this.#at += 1;
        continue;
      }
      if (step.fold !== null) this.#fold(step);
      else if (!this.#kernel(step, step.kernel as NonNullable<CompiledStep['kernel']>)) return false;
      this.#finish(step);
      this.#inStep = false;
      this.#at += 1;
    }
    return true;
  }

  /** Null: what an expression waited for is there; the item is done again. */
  settle(ports: Item[][] | null): void {
    this.pending = null;
    this.#settled = ports;
  }

  suspend({ promise, key }: Pending): void {
    this.pending = promise.then(
      (value) => {
        this.scope.settle(key, { value });
        return null;
      },
      (error: unknown) => {
        this.scope.settle(key, { error });
        return null;
      },
    );
  }

  reject(error: unknown): void {
    this.pending = null;
    this.#rejected = { error };
  }

  itemsOf(source: Source): readonly Item[] {
    if (source.step < 0) return source.port === 0 ? this.#frame : NO_ITEMS;
    return this.outputs[source.step]?.[source.port] ?? NO_ITEMS;
  }

  textsOf(source: Source): readonly string[] {
    return this.texts[source.step]?.[source.port] ?? [];
  }

  /** Record of the steps before the result, as JSON text; '' when there is none. */
  record(): string {
    let out = '';
    for (const step of this.#program.steps) {
      if (step.isResult) continue;
      const texts = this.texts[step.at] as string[][] | null;
      const text = texts === null ? skippedText(step.id) : stepText(step.head, texts);
      out += out === '' ? text : `,${text}`;
    }
    return out === '' ? '' : `[${out}]`;
  }

  /** Steps that had finished, and the one that failed. */
  recordFailed(failed: Failure): string {
    const parts: string[] = [];
    for (const step of this.#program.steps) {
      if (step.at > this.#at) break;
      const texts = this.texts[step.at] as string[][] | null;
      if (step.at === this.#at) {
        parts.push(failedText(step, failed, this.#given, this.#program.limits));
      } else parts.push(texts === null ? skippedText(step.id) : stepText(step.head, texts));
    }
    return parts.length === 0 ? '' : `[${parts.join(',')}]`;
  }

  // ---- one step ----

  /** Gathers the inputs. False: the step is skipped. */
  #start(step: CompiledStep): boolean {
    const inputs: (readonly Item[])[] = [];
    let count = 0;
    let reached = false;
    if (step.connections === 0) {
      inputs.push(this.#frame);
      count = this.#frame.length;
      reached = true;
    } else {
      for (let p = 0; p < step.inputs.length; p += 1) {
        const sources = step.inputs[p] as Source[];
        let items: readonly Item[] = NO_ITEMS;
        for (let s = 0; s < sources.length; s += 1) {
          const source = sources[s] as Source;
          if (source.step < 0 || this.outputs[source.step] !== null) reached = true;
          const more = this.itemsOf(source);
          if (more.length > 0) items = items.length === 0 ? more : items.concat(more);
        }
        count += items.length;
        inputs.push(items);
      }
    }
    if (count === 0 && !(step.runsOnEmpty && reached)) return false;
    this.#inputs = inputs;
    this.#given = null;
    this.#position = 0;
    this.#out = [];
    this.#ownsOut = false;
    this.#lineage?.begin(step.at);
    this.#inStep = true;
    return true;
  }

  #aim(step: CompiledStep, item: Item, position: number, inputs: readonly (readonly Item[])[]): void {
    const { scope } = this;
    scope.step = step.at;
    scope.item = item;
    scope.position = position;
    scope.inputs = inputs;
  }

  /** The loop of a step over the items of its first input that has any. */
  #kernel(step: CompiledStep, run: (call: KernelCall) => KernelResult): boolean {
    const inputs = this.#inputs;
    const lead = inputs.findIndex((items) => items.length > 0);
    const items = lead < 0 ? NO_ITEMS : (inputs[lead] as readonly Item[]);
    const size = step.size;
    const all = items.length <= size;
    this.#checkLimit(step, Math.ceil(items.length / size));
    const { scope } = this;
    while (this.#position < items.length || (this.#position === 0 && items.length === 0)) {
      const position = this.#position;
      if (position / size >= step.limit) break;
      let ports: Item[][];
      try {
        if (this.#rejected !== null) {
          const { error } = this.#rejected;
          this.#rejected = null;
          throw error;
        }
        if (this.#settled !== null) {
          ports = this.#settled;
          this.#settled = null;
        } else {
          const batch = all ? items : size === 1 ? [items[position] as Item] : items.slice(position, position + size);
          let given = all
            ? inputs
            : lead <= 0 && inputs.length === 1
              ? [batch]
              : inputs.map((i, p) => (p === lead ? batch : i));
          if (step.code !== null) given = given.map((list) => list.map(cloneItem));
          const item = given[lead]?.[0] ?? { json: {} };
          this.#aim(step, item, position, all && step.code !== null ? given : inputs);
          const params = step.params(scope);
          this.#given = params;
          const result =
            step.code === null
              ? run(this.#plainCall(params, item, given as Item[][], scope.$itemIndex))
              : run(this.#codeCall(step.code, params, item, given as Item[][], scope.$itemIndex, all));
          if (!Array.isArray(result)) {
            this.pending = Promise.resolve(result);
            return false;
          }
          ports = result;
        }
        this.#collect(step, ports, position, Math.min(size, items.length - position), lead);
      } catch (error) {
        if (error instanceof Pending) {
          this.suspend(error);
          return false;
        }
        const failed = this.#failed(step, error, position);
        if (step.onError === 'stop') throw new FailureError(failed);
        if (step.onError === 'null') this.#collect(step, [[{ json: null }]], position, 1, lead);
      }
      scope.release();
      if (items.length === 0) break;
      this.#position = position + Math.min(size, items.length);
    }
    return true;
  }

  #plainCall(params: Record<string, Json>, item: Item, inputs: Item[][], index: number): KernelCall {
    const call = this.#call;
    call.params = params;
    call.item = item;
    call.inputs = inputs;
    call.index = index;
    return call;
  }

  #codeCall(
    code: RunCode,
    params: Record<string, Json>,
    item: Item,
    inputs: Item[][],
    index: number,
    all: boolean,
  ): KernelCall {
    const { scope } = this;
    scope.copies = true;
    scope.ownsItem = true;
    // Only a unit that sees all items has copies of all of them.
    scope.ownsInputs = all;
    return { params, item, inputs, index, code: (names, entry) => code(scope, names, entry) };
  }

  #checkLimit(step: CompiledStep, iterations: number): void {
    if (iterations <= step.limit || step.endsAtLimit) return;
    throw new FailureError({
      ...limitFailure('loop.iterations', step.limit, `Node ${step.id}`, `it has ${iterations} iterations`),
      node: step.id,
      path: step.id,
    });
  }

  #failed(step: CompiledStep, error: unknown, position: number): Failure {
    const failed = toFailure(error, 'node-failed');
    return { ...failed, node: failed.node ?? step.id, path: failed.path ?? step.id, item: failed.item ?? position };
  }

  /** Takes the ports of one call into the step's output. */
  #collect(step: CompiledStep, ports: Item[][], position: number, count: number, lead: number): void {
    for (let p = 0; p < ports.length; p += 1) {
      if (!Array.isArray(ports[p])) throw new Error(`the node type of ${step.id} gave no lists of items`);
    }
    let given = step.code === null ? ports : ports.map((items) => items.map(asData));
    if (step.flatten) given = given.map(flattenItems);
    const first = this.#out.length === 0 || step.lastOnly;
    if (this.#lineage !== null) {
      if (first) this.#lineage.begin(step.at);
      // Positions count the items of all input ports, one after the other.
      let start = position;
      for (let p = 0; p < lead; p += 1) start += (this.#inputs[p] as readonly Item[]).length;
      this.#lineage.add(step.at, given, start, count);
    }
    if (first) {
      this.#out = given;
      this.#ownsOut = false;
      return;
    }
    // A call may have handed on a list of its input, which other steps read.
    if (!this.#ownsOut) this.#out = this.#out.map((items) => items.slice());
    this.#ownsOut = true;
    for (let p = 0; p < given.length; p += 1) {
      const items = given[p] as Item[];
      const into = (this.#out[p] ??= []);
      for (let i = 0; i < items.length; i += 1) into.push(items[i] as Item);
    }
  }

  #fold(step: CompiledStep): void {
    const fold = step.fold as NonNullable<CompiledStep['fold']>;
    const { scope } = this;
    const inputs = this.#inputs;
    try {
      this.#aim(step, inputs.find((items) => items.length > 0)?.[0] ?? { json: {} }, 0, inputs);
      const params = step.params(scope);
      this.#given = params;
      const state = fold.begin(params);
      for (let port = 0; port < inputs.length; port += 1) {
        const items = inputs[port] as readonly Item[];
        for (let i = 0; i < items.length; i += 1) {
          const item = items[i] as Item;
          this.#position = i;
          scope.item = item;
          scope.position = i;
          const own = step.itemParams === null ? params : { ...params, ...step.itemParams(scope) };
          fold.add(state, { params: own, item, index: i, port });
        }
      }
      const end = fold.end(state, params);
      const parts = Array.isArray(end) ? [end] : [...end];
      const count = inputs.reduce((sum, items) => sum + items.length, 0);
      for (const ports of parts) this.#collect(step, ports, 0, count, 0);
    } catch (error) {
      const failed = this.#failed(step, error, this.#position);
      if (step.onError === 'stop') throw new FailureError(failed);
      this.#out = step.onError === 'null' ? [[{ json: null }]] : [[]];
    }
  }

  #finish(step: CompiledStep): void {
    let out = this.#out;
    while (out.length < step.ports) {
      if (out === this.#out) out = out.slice();
      out.push([]);
    }
    if (step.alwaysOutput && out.every((items) => items.length === 0)) {
      out = [[{ json: {} }], ...out.slice(1)];
    }
    try {
      this.texts[step.at] = portTexts(out, this.#program.limits, `Node ${step.id}`);
    } catch (error) {
      const failed = toFailure(error, 'node-failed');
      throw new FailureError({ ...failed, node: step.id, path: step.id });
    }
    this.outputs[step.at] = out;
  }

  // ---- $('node') ----

  outputsOf(node: string): Item[][] | null | undefined {
    const at = this.#places.get(node);
    return at === undefined ? undefined : (this.outputs[at] as Item[][] | null);
  }

  ancestor(node: string, from: number, position: number): Item | null {
    const target = this.#places.get(node);
    return target === undefined || from < 0 ? null : (this.#lineage?.trace(target, from, position) ?? null);
  }
}

/** What an endless promise is told. */
export function neverSettled(node: string): Failure {
  return failure('expression-timeout', `Node ${node} waits for a promise that nothing can settle.`, { node });
}

function asData(item: Item): Item {
  const json = toData(item.json);
  return json === item.json ? item : { ...item, json };
}
