/**
 * Owns what a node type is to the engine: ports, parameters, how it works on one unit.
 * Does not hold any node; those live in packages/nodes, one folder each.
 *
 * A node never loops. It is written for one item, one batch or one page:
 *   kernel    pure; one unit in, items out; runs inside the evaluator isolate
 *   fold      pure; sees every item once, then answers; runs inside the evaluator isolate
 *   effect    touches the world; one unit in, items out; runs in the runner
 *   container has a body or calls a workflow; the engine runs it
 */
import type { EffectPorts } from './effect-ports.ts';
import type { Json, Item } from './item.ts';

export interface PortSpec {
  name: string;
  description?: string;
}

export type ParameterType =
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'object'
  | 'list'
  | 'any'
  | 'code'
  | 'duration';

export interface ParameterSpec {
  type: ParameterType;
  description: string;
  required?: boolean;
  default?: Json;
  enum?: readonly (string | number)[];
  min?: number;
  max?: number;
  /** When templates inside are evaluated: once per unit (default), per item of a fold, or never. */
  evaluate?: 'unit' | 'item' | 'never';
  /** Fields of an object, or of each element of a list. Absent: anything goes. */
  fields?: Record<string, ParameterSpec>;
  /** Text in this parameter is a Jinja2 template, not `{{ }}` JavaScript. */
  jinja?: boolean;
}

export interface NodeExample {
  title: string;
  /** Input items' json per input port; default one empty object. */
  input?: Json[] | Json[][];
  with: Record<string, Json>;
  /** Containers: sections of the node beside `with`. */
  loop?: Record<string, Json>;
  body?: Record<string, Json>;
  /** Nodes beside it that the example needs, by id; the node itself has the id of its type and comes after `start`. */
  around?: Record<string, Json>;
  /** Expected items' json of the first output, or of every output by name. */
  output: Json[] | Record<string, Json[]>;
}

export interface NodeType {
  type: string;
  title: string;
  description: string;
  group: 'trigger' | 'flow' | 'data' | 'integration' | 'loop';
  work: 'kernel' | 'fold' | 'effect' | 'container';
  /** Input ports; a function of the raw parameters where they decide. A trigger has none. */
  inputs: readonly PortSpec[] | ((raw: Record<string, Json>) => readonly PortSpec[]);
  outputs: readonly PortSpec[] | ((raw: Record<string, Json>) => readonly PortSpec[]);
  parameters: Record<string, ParameterSpec>;
  examples: readonly NodeExample[];
  /** kernel and fold: absolute file URL of the module that runs in the isolate. */
  module?: string;
  /** kernel, effect: sees all items of the unit at once (Code in all-items mode). Function of raw parameters. */
  unit?: 'item' | 'all' | ((raw: Record<string, Json>) => 'item' | 'all');
  /** effect: calls go on with a carry until the node says done (pages, chunks of a file). */
  paged?: boolean | ((raw: Record<string, Json>) => boolean);
  /** effect: the unit is a block of many items, in order, with a carry (a file that is written). */
  block?: boolean;
  /** effect: repeating it changes nothing (reading, waiting). Default false. */
  safe?: boolean;
  /** effect */
  run?: (call: EffectCall) => Promise<EffectResult>;
  /** trigger: what starts runs at it. The server acts on it; in a run it passes its items on. */
  trigger?: 'manual' | 'schedule' | 'webhook' | 'form' | 'error' | 'workflow';
  /** The iteration goes on without input: a node that may run on zero items (triggers, fold with an answer for nothing). */
  runsOnEmpty?: boolean;
}

/** What an effect receives. Parameters are resolved; items are those of its unit. */
export interface EffectCall {
  params: Record<string, Json>;
  items: Item[];
  /** What the previous call of a paged or block node returned as carry; undefined at first. */
  carry: Json | undefined;
  /** What the signal brought that this call waited for; undefined when it was not waited for or did not come. */
  received?: Json;
  /** 0-based position of the iteration in its loop. */
  index: number;
  /** 1 for the first try. */
  attempt: number;
  /** The same over retries and resumes of this iteration. */
  idempotencyKey: string;
  signal: AbortSignal;
  ports: EffectPorts;
  /**
   * A page node's expressions about the last page are resolved by the engine: it evaluates
   * `evaluate: 'never'` templates on demand with extra names ($response, $request, $pageCount).
   */
  evaluate(template: Json, names: Record<string, Json>): Promise<Json>;
}

export interface EffectResult {
  /** Items of the first output. */
  items?: Item[];
  /** Items of every output, instead of `items`. */
  ports?: Item[][];
  /** Paged and block nodes: state for the next call. */
  carry?: Json;
  /** Paged nodes: false asks for another call with `carry`. Default true. */
  done?: boolean;
  /** Ask to be called again at this time (ms since 1970) with `carry`; the wait is durable. */
  waitUntil?: number;
  /**
   * Ask to be called again, with `carry`, when this signal arrives, or at `waitUntil` if that is given and
   * earlier. What it brought is in `received`. The wait is durable.
   */
  waitFor?: string;
}

/** What the runtime needs to know about node types; packages/nodes provides one. */
export interface NodeRegistry {
  get(type: string): NodeType | undefined;
  list(): readonly NodeType[];
  /** A registry that loads types when they are needed: makes those ready that this workflow names. */
  prepare?(definition: string): Promise<void>;
}

// ---- inside the isolate ----

/** Call of a kernel: one unit. */
export interface KernelCall {
  params: Record<string, Json>;
  /** The current item: the first of the unit. */
  item: Item;
  /** All items of the unit, by input port. */
  inputs: Item[][];
  index: number;
  /**
   * For Code: calls user code with the scope's names. Set only for parameters of type code. With `entry`, the
   * code defines a function of that name, which is called with `names` as one object.
   */
  code?: (names: Record<string, unknown>, entry?: string) => unknown;
}

/** Items by output port. A returned item without `from` is taken to come from the unit's item(s). */
export type KernelResult = Item[][] | Promise<Item[][]>;

export interface KernelModule {
  run(call: KernelCall): KernelResult;
}

export interface FoldModule<S = unknown> {
  begin(params: Record<string, Json>): S;
  /** Called per item, in order; `params` includes the item-evaluated ones. */
  add(state: S, call: { params: Record<string, Json>; item: Item; index: number; port: number }): void;
  /** All answers by port. May be a generator of parts for large answers. */
  end(state: S, params: Record<string, Json>): Item[][] | Iterable<Item[][]>;
}
