/**
 * Owns folds over lists that arrive in blocks: the state lives here from the first block to the
 * answer. Does not run folds inside a region (region.ts).
 */
import { failure, FailureError, toFailure, type Failure } from '@rondo/core/errors.ts';
import { itemFromWire, type Item, type Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { FIELD, MARKS, SLICE } from '../wire.ts';
import { beginLog, takeLog } from './console.ts';
import { joinPorts, portTexts, wireText } from './output.ts';
import type { CompiledProgram, CompiledStep } from './program.ts';
import { SharedContext, type Scope } from './scope.ts';
import type { Job, Request } from './unit-job.ts';

interface Fold {
  state: unknown;
  params: Record<string, Json>;
  /** Items so far by port. */
  counts: number[];
  /** Blocks so far. */
  parts: number;
}

/** Open folds, by program and key. */
const open = new Map<string, Fold>();

export function forgetFolds(program: string): void {
  for (const key of open.keys()) if (key.startsWith(`${program}${FIELD}`)) open.delete(key);
}

export class FoldJob implements Job {
  results: string[] = [];
  running = false;
  readonly #program: CompiledProgram;
  readonly #step: CompiledStep;
  readonly #scope: Scope;
  readonly #request: Request;
  readonly #name: string;
  readonly #now: () => number;
  #fold: Fold | null = null;
  #at = 0;
  #answer: Iterator<Item[][]> | null = null;
  #done = false;
  #lost = false;

  constructor(program: CompiledProgram, scope: Scope, request: Request, now: () => number) {
    this.#program = program;
    this.#step = program.steps[0] as CompiledStep;
    this.#scope = scope;
    this.#request = request;
    this.#name = `${program.id}${FIELD}${request.key ?? ''}`;
    this.#now = now;
    const found = open.get(this.#name) ?? null;
    const part = request.part ?? 0;
    // A first block starts over whatever an earlier attempt left.
    if (part === 0) open.delete(this.#name);
    else if (found === null || found.parts !== part) this.#lost = true;
    else this.#fold = found;
    scope.context = new SharedContext(request.context);
    scope.total = request.total;
    scope.size = 1;
    scope.streamed = true;
  }

  flag(): string {
    if (this.#lost) return SLICE.lost;
    return this.#done ? SLICE.done : SLICE.more;
  }

  carry(): string {
    return '';
  }

  given(): void {}

  received(): void {}

  /** What was added cannot be taken out again. */
  rewind(): void {
    this.fail(failure('expression-timeout', `Node ${this.#step.id} left work behind that did not end.`));
  }

  fail(failed: Failure): void {
    const { id } = this.#step;
    const whole = { ...failed, node: failed.node ?? id, path: failed.path ?? id };
    open.delete(this.#name);
    this.results = [`${MARKS.failed}${FIELD}${FIELD}${JSON.stringify(takeLog())}${FIELD}${JSON.stringify(whole)}`];
    this.running = false;
    this.#done = true;
  }

  drive(deadline: number, careful: boolean): void {
    if (this.#lost || this.#done) return;
    this.running = true;
    try {
      while (!this.#done) {
        this.#next();
        if (careful || this.#now() >= deadline) break;
      }
    } catch (error) {
      const failed = toFailure(error, 'node-failed');
      this.fail({ ...failed, item: failed.item ?? this.#at });
    }
    this.running = false;
  }

  #next(): void {
    const { items, end } = this.#request;
    if (this.#answer !== null) this.#part(this.#answer);
    else if (this.#at < items.length) this.#add(itemFromWire(items[this.#at] as Json));
    else if (end !== true) {
      if (this.#fold !== null) this.#fold.parts += 1;
      this.#done = true;
    } else this.#end();
  }

  #begin(first: Item): Fold {
    beginLog(this.#program.limits.logBytes);
    this.#look(first, 0);
    const params = this.#step.params(this.#scope);
    const fold = { state: this.#module.begin(params), params, counts: [], parts: 0 };
    open.set(this.#name, fold);
    return fold;
  }

  get #module(): FoldModule {
    return this.#step.fold as FoldModule;
  }

  #look(item: Item, position: number): void {
    const scope = this.#scope;
    scope.beginUnit();
    scope.unitItems = [item];
    scope.item = item;
    scope.index = position;
    scope.position = 0;
    scope.step = 0;
  }

  #add(item: Item): void {
    const fold = (this.#fold ??= this.#begin(item));
    const port = this.#request.port ?? 0;
    const index = fold.counts[port] ?? 0;
    const { itemParams } = this.#step;
    let params = fold.params;
    if (itemParams !== null) {
      this.#look(item, index);
      params = { ...params, ...itemParams(this.#scope) };
    }
    this.#module.add(fold.state, { params, item, index, port });
    while (fold.counts.length <= port) fold.counts.push(0);
    fold.counts[port] = index + 1;
    this.#at += 1;
  }

  #end(): void {
    if (this.#fold === null && !this.#step.runsOnEmpty) {
      this.results.push(MARKS.skipped);
      this.#done = true;
      return;
    }
    const fold = (this.#fold ??= this.#begin({ json: {} }));
    const answer = this.#module.end(fold.state, fold.params);
    this.#answer = (Array.isArray(answer) ? [answer] : answer)[Symbol.iterator]() as Iterator<Item[][]>;
  }

  /** One part of the answer is one unit. */
  #part(answer: Iterator<Item[][]>): void {
    const { value, done } = answer.next();
    if (done === true) {
      open.delete(this.#name);
      this.#done = true;
      return;
    }
    const ports = value as Item[][];
    if (!Array.isArray(ports))
      throw new FailureError(failure('node-failed', `Node ${this.#step.id} gave no lists of items.`));
    const texts = portTexts(ports, this.#program.limits, `Node ${this.#step.id}`);
    const wired = texts.map((list, p) => list.map((text, i) => wireText((ports[p] as Item[])[i] as Item, text, true)));
    const log = takeLog();
    this.results.push(
      `${MARKS.completed}${joinPorts(wired)}${log === '' ? '' : `${FIELD}${FIELD}${JSON.stringify(log)}`}`,
    );
  }
}
