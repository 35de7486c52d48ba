/**
 * Owns the shape of a workflow definition: the native file format after parsing.
 * Does not read files (format.ts), check (compile/) or run anything.
 *
 *   rondo: 1
 *   name: Price list
 *   nodes:
 *     start: { type: manual }
 *     each:
 *       type: for-each
 *       after: start
 *       loop: { parallel: 10, onError: drop }
 *       body:
 *         price: { type: set, with: { fields: { total: "{{ $json.qty * $json.price }}" } } }
 *     report: { type: aggregate, after: each }
 *   output: "{{ $('report').first().json }}"
 *
 * `after` is the connection, written at its target: `a` (first output of a), `a.true` (named
 * output), a list of those, or a map from input port to one or a list of those.
 */
import type { Json } from './item.ts';

export type NodeId = string;

export type After = string | string[] | Record<string, string | string[]>;

/** A JSON value whose strings may hold `{{ }}` templates. */
export type Parameter = Json;

/**
 * What a failed iteration means: the loop stops; its place holds null; it gives nothing; it gives one
 * item on the first output (`item`) or on the additional output `error` (`port`), which is `fallback`; what it was
 * given goes on as it is, on the first output (`pass`).
 */
export type OnError = 'stop' | 'null' | 'drop' | 'item' | 'port' | 'pass';

/** Whose names and text rules the expressions of a definition follow. */
export type Dialect = 'native' | 'n8n' | 'dify' | 'openflow';

/** Milliseconds, or text such as `250ms`, `30s`, `5m`, `2h`, `1d`. */
export type Duration = number | string;

export interface RetrySettings {
  /** Attempts after the first one. */
  times: number;
  /** Before the second attempt. A list says each delay; its last one goes on. */
  delay?: Duration | Duration[];
  /** Factor from one delay to the next; 1 is a fixed delay. */
  backoff?: number;
  maxDelay?: Duration;
  /** Share of the delay that is random, 0 to 1. */
  jitter?: number;
  /** Asked after a failed attempt, with `$error`: false is no further attempt. */
  when?: Parameter;
  /** Failures that repetition does not help are tried again, too. */
  always?: boolean;
}

export interface RateSettings {
  count: number;
  per: Duration;
  /** Loops with the same key share one rate within a run. */
  key?: string;
}

/** The loop section: one vocabulary for every node and every container. */
export interface LoopSettings {
  /** Template that yields the list to go through; default: the items that arrive. */
  over?: Parameter;
  /** Items per iteration, or `all` (the node runs once and sees everything). */
  size?: number | 'all';
  /** Iterations in flight. */
  parallel?: number;
  rate?: RateSettings;
  /** Most iterations; passing it is an error that names this limit (ceiling). */
  limit?: number;
  onError?: OnError;
  /**
   * onError item and port: the json of the item that a failed iteration gives. Evaluated with the names of the
   * node's parameters and `$error` (code, message, node, data). Default: `{ error: message }`, with port
   * beside the fields of the iteration's own item.
   */
  fallback?: Parameter;
  /**
   * Failures that are accepted before the loop fails, with null, drop, item and port. `judge: end` lets all
   * iterations run before that is asked.
   */
  tolerate?: { count?: number; share?: number; judge?: 'early' | 'end' };
  retry?: RetrySettings;
  timeout?: Duration;
  /** Break: evaluated after each iteration with its result as $json. */
  stopWhen?: Parameter;
  /** Loop only: evaluated before each iteration. */
  while?: Parameter;
  /** Loop only: evaluated after each iteration. */
  until?: Parameter;
  /** Loop only: a fixed number of iterations. */
  times?: Parameter;
  /** Loop only: the loop variables before the first iteration. */
  state?: Record<string, Parameter>;
  /** Loop only: new values of loop variables, evaluated after each iteration. */
  update?: Record<string, Parameter>;
  /** `list`: one item, whose json is the list of the results by position. */
  collect?: 'concat' | 'last' | 'position' | 'list';
  /** Lists in results are spread into their elements, one level. */
  flatten?: boolean;
  /**
   * Containers: the json of the one item that the loop gives instead of its results. Evaluated at the end; its items
   * ($input.all(), $json) are the results, or the variables of a `loop`.
   */
  give?: Parameter;
  /** Pause between iterations. */
  pause?: Duration;
}

export interface NodeDefinition {
  type: string;
  title?: string;
  notes?: string;
  after?: After;
  with?: Record<string, Parameter>;
  loop?: LoopSettings;
  /** Same as loop.size: all, with the first item as the current one. */
  executeOnce?: boolean;
  /** An empty result becomes one item {}. */
  alwaysOutput?: boolean;
  disabled?: boolean;
  /** Asked once, before the node runs: true passes its items on untouched. */
  skipWhen?: Parameter;
  /** Items' json to use instead of running the node, on its first output. */
  pin?: Json[];
  /** Written by converters, only where an expression of the file reads it; it changes nothing else. */
  origin?: NodeOrigin;
  /** Containers: the nodes inside. */
  body?: Record<NodeId, NodeDefinition>;
  /** Containers: node (or node.port) whose output is the result; default: the last ones. */
  result?: string | string[];
}

/** The node in the file that it was converted from: `$('X').params`, `$parameter`, `$nodeVersion`, `$nodeId`. */
export interface NodeOrigin {
  id?: string;
  type?: string;
  version?: number;
  /** As written there, expressions unresolved. */
  parameters?: { [key: string]: Json };
}

export interface InputField {
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'any';
  required?: boolean;
  default?: Json;
  description?: string;
  enum?: Json[];
  /** Most characters of a text. */
  maxLength?: number;
}

/** A variable of the conversation. A run that belongs to none has it for itself. */
export interface ConversationField {
  default?: Json;
  description?: string;
}

export interface WorkflowSettings {
  /** `node`: each node finishes its items before the next starts. `item`: each item walks the whole chain. */
  flow?: 'node' | 'item';
  timezone?: string;
  timeout?: Duration;
  /** Names and text rules of expressions. Default: native. */
  dialect?: Dialect;
  /**
   * Order of the top level. Default: each node once, when everything before it is settled. `n8n-v1` and `n8n-v0`:
   * nodes run each time that items arrive, in the order of n8n, and may do so again and again.
   */
  order?: 'n8n-v1' | 'n8n-v0';
  /** Defects of the product that the file came from are kept too. */
  strict?: boolean;
  /** Overrides of named limits (limits.ts), never above their cap. */
  limits?: Record<string, number>;
}

export interface Definition {
  rondo: 1;
  id?: string;
  name: string;
  description?: string;
  inputs?: Record<string, InputField>;
  /** Values by name, read as `$constants.NAME`. A workflow that has none sees those of its caller. */
  constants?: Record<string, Json>;
  /** Variables of the conversation, read as `$conversation.NAME`, with the values that they begin with. */
  conversation?: Record<string, ConversationField>;
  settings?: WorkflowSettings;
  nodes: Record<NodeId, NodeDefinition>;
  output?: Parameter;
  /** Positions for the canvas; the engine never reads it. */
  layout?: Record<NodeId, NodePlace>;
}

/** Where the canvas draws a node, from the corner of its container's body. A key that is no node is a note. */
export interface NodePlace {
  x: number;
  y: number;
  /** A container is drawn small, without its body. */
  collapsed?: boolean;
  /** Text of a note on the canvas. */
  note?: string;
  /** Codes of warnings that the author has seen and means so. */
  keep?: string[];
}
