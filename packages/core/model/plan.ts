/**
 * Owns the compiled form: a tree of regions, each a DAG of steps. Plain data, no cycles,
 * can be serialised and sent to the evaluator. Does not compile (compile/) or run (runtime/).
 */
import type { Dialect, NodeOrigin } from './definition.ts';
import type { Json } from './item.ts';
import type { Loop } from '../engine/loop.ts';
import type { Limits } from './limits.ts';
import type { WalkGraph } from './walk.ts';

/** An expression. `path`: it is no more than this field of the current item. */
export interface Code {
  code: string;
  source: string;
  names: string[];
  path?: string[];
  /** It cannot be run: evaluating it fails with this message. In dialects where that is known only then. */
  broken?: string;
}

/** A parameter after compilation. Code runs in the isolate only. */
export type Template =
  | { kind: 'literal'; value: Json }
  | ({ kind: 'expression' } & Code)
  | { kind: 'text'; parts: (string | Code)[] }
  | { kind: 'object'; entries: [string, Template][] }
  | { kind: 'list'; items: Template[] };

/** Where items come from: a step of the same region (by index) or the frame's own input (-1). */
export interface Source {
  step: number;
  port: number;
  /** In a walk: of which run of the step. -1: one empty item instead. */
  run?: number;
  /** No more than the first item. */
  first?: true;
}

/**
 * How a reference `$('node')` is used; decides what has to be at hand. n8n only: `runs` reads another run than the
 * last, `state` no items at all (isExecuted, context, params).
 */
export type ReferenceUse = 'item' | 'first' | 'last' | 'all' | 'other' | 'runs' | 'state';

export interface Reference {
  node: string;
  uses: ReferenceUse[];
}

export interface Step {
  /** Position in region.steps; also the topological order. */
  index: number;
  /** Node id, unique in the workflow. */
  id: string;
  type: string;
  work: 'kernel' | 'fold' | 'effect' | 'container';
  /** Per input port, the connections into it. */
  inputs: Source[][];
  outputs: string[];
  params: Record<string, Template>;
  /** Parameters evaluated per item of a fold. */
  itemParams: Record<string, Template>;
  /** Parameters that are never evaluated by the engine, as written. */
  rawParams: Record<string, Json>;
  loop: Loop;
  loopTemplates: LoopTemplates;
  alwaysOutput: boolean;
  runsOnEmpty: boolean;
  /** Step may run in the isolate together with its neighbours. */
  pure: boolean;
  paged: boolean;
  block: boolean;
  /** Kernel and fold: module URL. */
  module?: string;
  container?: Container;
  /** Passes its first input through. */
  disabled: boolean;
  /** Does so when this is true. */
  skipWhen?: Template;
  /** Items on its second output end the frame, and these around it. */
  ends?: End;
  references: Reference[];
  /** Names its templates use besides node references. */
  names: string[];
  origin?: NodeOrigin;
}

/** Which frames a step ends: those of these regions, from the inside out. */
export interface End {
  regions: string[];
  /** The last of these regions ends its container too: it starts no further iteration. */
  breaks: boolean;
}

export interface LoopTemplates {
  /** What a container gives instead of its results. */
  give?: Template;
  /** With `$error`: whether a failed attempt is followed by another. */
  retryWhen?: Template;
  /** What a failed iteration gives, with `$error`; onError item and port. */
  fallback?: Template;
  over?: Template;
  stopWhen?: Template;
  while?: Template;
  until?: Template;
  times?: Template;
  state?: [string, Template][];
  update?: [string, Template][];
}

export type Container =
  /** branches: its iterations are no loop to expressions. */
  | { kind: 'for-each'; body: Region; branches?: true }
  /** gives: the loop variables as they are at the end, or what the iterations gave. */
  | { kind: 'loop'; body: Region; gives: 'variables' | 'results' }
  /** reset: evaluated after each iteration; true makes what came back the new list. */
  | { kind: 'loop-over-items'; body: Region; reset: Template | null }
  | { kind: 'sub-workflow'; mode: 'once' | 'each'; workflow: Template; handing: Handing };

/** What a called workflow is given, and what comes back of it. */
export interface Handing {
  /** Instead of the items. */
  input?: Template;
  /** Set in each item, evaluated for it. */
  fields?: Template;
  /** Fields that are handed over; null: all. */
  only: string[] | null;
  /** False: the items go on, whatever the call gives. */
  waits: boolean;
  /** Message of a failed call, instead of the workflow's own. */
  message?: Template;
}

export interface Region {
  /** Id of the container node; '' for the root. */
  id: string;
  steps: Step[];
  /** Whose output is the region's result, concatenated in this order. */
  results: Source[];
  /** Its steps read what they, or later ones, gave in the iteration before. */
  recalls?: boolean;
  /** First of the steps that run only after a failure of one before it. */
  handler?: number;
  /** The whole region can be pushed down into the isolate. */
  pure: boolean;
  /** Frames record each finished step, because a loop or wait inside may outlive the runner. */
  checkpoint: boolean;
  /** Nodes outside this region that its expressions read. */
  outer: Reference[];
  /**
   * Steps run in the order of n8n, again and again: they stand in the order of the file and may lead back, their
   * inputs are what is connected, and a run gets what came to it.
   */
  walk?: WalkGraph;
  /** pure: nothing happens; calls: effects; nested: holds loops. */
  cost: 'pure' | 'effects' | 'nested';
}

export interface Plan {
  /** As the file says; null: it says none. */
  id: string | null;
  name: string;
  /** Scope table of names for its expressions. */
  scope: Dialect;
  root: Region;
  output: Template | null;
  outputReferences: Reference[];
  inputs: Record<string, PlanInput>;
  /** Null: those of the caller. */
  constants: Record<string, Json> | null;
  /** What variables of the conversation begin with; null: none are declared. */
  conversation: Record<string, Json> | null;
  limits: Limits;
  timezone: string;
  timeoutMs: number | null;
  /** Node titles by id, for people. */
  titles: Record<string, string>;
}

export interface PlanInput {
  type: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'any';
  required: boolean;
  default?: Json;
  enum?: Json[];
  maxLength?: number;
}
