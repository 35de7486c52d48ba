/**
 * Owns the names that expressions and code see, each computed only when it is used. One scope per
 * program, pointed at the unit, step and item that run. Does not compile (templates.ts, code.ts).
 *
 * What only one unit sees may be changed by it. What several units see is frozen, or copied for
 * texts that change things in place (`copies`).
 */
import { itemFromWire, type Item, type Json } from '@rondo/core/model/item.ts';
import { cloneData, freezeData } from './data.ts';
import { dates, jmespath } from './library.ts';
import { cloneItem, InputView, NodeView } from './views.ts';

/** The context of a request after parsing; node items are in wire form. */
export interface RawContext {
  nodes?: Record<string, Json[][]>;
  itemOf?: Record<string, number[]>;
  vars?: Json;
  conversation?: Json;
  constants?: Json;
  run?: Json;
  input?: Json[];
  loops?: Json[];
  names?: Record<string, Json>;
  walk?: Json;
}

/** The steps of the region around an expression, as far as `$('node')` needs them. */
export interface Neighbours {
  /** Output ports of a step of this unit; null: it was skipped or has not run; undefined: no such step. */
  outputsOf(node: string): Item[][] | null | undefined;
  /** The item of `node` that the item at `position` of the inputs of step `from` was made from. */
  ancestor(node: string, from: number, position: number): Item | null;
}

/** What the units of one request share. */
export class SharedContext {
  readonly raw: RawContext;
  readonly #nodes = new Map<string, Item[][]>();
  #input: Item[] | null = null;

  constructor(raw: RawContext) {
    this.raw = raw;
  }

  node(id: string): Item[][] | undefined {
    let ports = this.#nodes.get(id);
    const given = this.raw.nodes;
    if (ports === undefined && given !== undefined && Object.hasOwn(given, id)) {
      ports = (given[id] as Json[][]).map((items) => freezeData(items.map(itemFromWire)));
      this.#nodes.set(id, ports);
    }
    return ports;
  }

  input(): Item[] | null {
    if (this.#input === null && Array.isArray(this.raw.input)) {
      this.#input = freezeData(this.raw.input.map(itemFromWire));
    }
    return this.#input;
  }
}

const NOTHING = new SharedContext({});
/** The current item where there is none. */
export const NO_ITEM: Item = { json: {} };

/** An expression gave a promise. */
export class Pending extends Error {
  readonly promise: Promise<unknown>;
  readonly key: object;
  constructor(promise: Promise<unknown>, key: object) {
    super('A promise can be waited for in parameters only.');
    this.promise = promise;
    this.key = key;
  }
}

export class Scope {
  context = NOTHING;
  /** Index of the unit in its loop, and in its request. */
  index = 0;
  local = 0;
  total: number | null = null;
  size = 1;
  unitItems: Item[] = [];
  previous: Json = null;
  /** Loop variables over state. */
  vars: Json | null = null;
  /** The step that runs: its place in the program, its inputs, the current item and its position. */
  step = -1;
  inputs: readonly (readonly Item[])[] = [];
  item: Item = NO_ITEM;
  position = 0;
  /** Values are copied before they are given out. */
  copies = false;
  /** The current item, or all inputs, are the unit's own copies already. */
  ownsItem = false;
  ownsInputs = false;
  /** Items of a fold arrive in blocks, so that its parameters cannot see them all. */
  streamed = false;
  #loop: unknown = undefined;
  /** What promises that expressions of this item gave have settled to. */
  #settled: Map<object, { value: unknown } | { error: unknown }> | null = null;
  protected readonly neighbours: Neighbours;
  protected readonly plain: boolean;
  readonly $: (node: unknown) => unknown;
  readonly $jmespath = jmespath;

  /** `plain`: the unit is not an iteration of a body; its own loop shows only where there is no other. */
  constructor(neighbours: Neighbours, plain: boolean) {
    this.neighbours = neighbours;
    this.plain = plain;
    this.$ = Object.freeze((node: unknown) => this.node(String(node)));
  }

  beginUnit(): void {
    this.#loop = undefined;
    this.step = -1;
    this.release();
  }

  /** The loop variables have changed. */
  forgetLoop(): void {
    this.#loop = undefined;
  }

  /**
   * What a promise of an expression settled to. Until then it throws Pending: whoever drives the unit waits, and
   * evaluates again. `key`: the expression.
   */
  settled(promise: Promise<unknown>, key: object): unknown {
    const known = this.#settled?.get(key);
    if (known === undefined) throw new Pending(promise, key);
    if ('error' in known) throw known.error;
    return known.value;
  }

  settle(key: object, result: { value: unknown } | { error: unknown }): void {
    this.#settled ??= new Map();
    this.#settled.set(key, result);
  }

  /** Ends the work on one item. */
  release(): void {
    this.#settled = null;
    this.copies = false;
    this.ownsItem = false;
    this.ownsInputs = false;
  }

  get $json(): Json {
    return this.copies && !this.ownsItem ? cloneData(this.item.json) : this.item.json;
  }

  get $item(): Item {
    return this.copies && !this.ownsItem ? cloneItem(this.item) : this.item;
  }

  get $itemIndex(): number {
    return this.plain ? this.index * this.size + this.position : this.position;
  }

  get $runIndex(): number {
    return 0;
  }

  get $input(): InputView {
    const { item, copies } = this;
    const all = this.plain ? this.context.input() : null;
    const lists = all !== null ? [all] : this.streamed ? null : this.inputs;
    return new InputView(item, lists, copies && !this.ownsItem, copies && (all !== null || !this.ownsInputs));
  }

  get $vars(): unknown {
    return this.shared(this.context.raw.vars ?? {});
  }

  get $conversation(): unknown {
    return this.shared(this.context.raw.conversation ?? {});
  }

  get $constants(): unknown {
    return this.shared(this.context.raw.constants ?? {});
  }

  get $run(): unknown {
    return this.shared(this.context.raw.run ?? {});
  }

  get $loop(): unknown {
    const loop = (this.#loop ??= this.#makeLoop());
    return this.copies ? cloneLoop(loop as Record<string, unknown>) : loop;
  }

  get $now(): unknown {
    return dates().DateTime.now();
  }

  get $today(): unknown {
    return dates().DateTime.now().startOf('day');
  }

  get DateTime(): unknown {
    return dates().DateTime;
  }

  get Duration(): unknown {
    return dates().Duration;
  }

  get Interval(): unknown {
    return dates().Interval;
  }

  /** A name that the caller gave with the request. */
  extra(name: string): unknown {
    const names = this.context.raw.names;
    if (names === undefined || !Object.hasOwn(names, name)) throw new ReferenceError(`${name} is not defined here`);
    return this.shared(names[name] as Json);
  }

  /** What several units see. */
  protected shared(value: Json): Json {
    return this.copies ? cloneData(value) : freezeData(value);
  }

  #makeLoop(): unknown {
    const outer = this.outerLoop(0);
    if (this.plain && outer !== null) return outer;
    const { index, total, size, unitItems } = this;
    const items = unitItems.map((item) => item.json);
    return Object.freeze({
      item: this.vars ?? (size === 1 ? (items[0] ?? null) : items),
      index,
      count: total,
      previous: freezeData(this.previous),
      first: index === 0,
      last: total === null ? null : index === total - 1,
      vars: this.vars === null ? {} : freezeData(this.vars),
      parent: outer,
    });
  }

  protected outerLoop(level: number): Record<string, unknown> | null {
    const loop = this.context.raw.loops?.[level];
    if (loop === undefined || loop === null || typeof loop !== 'object') return null;
    return Object.freeze({ ...(freezeData(loop) as Record<string, unknown>), parent: this.outerLoop(level + 1) });
  }

  protected node(id: string): unknown {
    const inside = this.neighbours.outputsOf(id);
    const { copies, step, position, local } = this;
    if (inside !== undefined) {
      return new NodeView(id, inside, copies, () => this.neighbours.ancestor(id, step, position));
    }
    const ports = this.context.node(id) ?? null;
    return new NodeView(id, ports, copies, () => {
      const items = ports?.[0] ?? [];
      const at = this.context.raw.itemOf?.[id]?.[local];
      return items[at ?? -1] ?? null;
    });
  }
}

function cloneLoop(loop: Record<string, unknown>): Record<string, unknown> {
  const { parent, ...own } = loop;
  return { ...cloneData(own), parent: parent === null ? null : cloneLoop(parent as Record<string, unknown>) };
}

/** Names that every expression may use; a scope has a member for each. */
export const SCOPE_MEMBERS: ReadonlySet<string> = new Set([
  '$json',
  '$item',
  '$input',
  '$',
  '$itemIndex',
  '$runIndex',
  '$loop',
  '$vars',
  '$conversation',
  '$constants',
  '$run',
  '$now',
  '$today',
  'DateTime',
  'Duration',
  'Interval',
  '$jmespath',
]);

/** What user text can get hold of; frozen with the rest. */
export const SHARED_CLASSES: readonly unknown[] = [InputView, NodeView, jmespath];
