/**
 * Owns the ports of the runtime: store, clock, evaluator. Interfaces and records, and what of
 * them everybody has to read alike.
 * Every adapter passes the conformance suite of its port (runtime/stores/conformance.ts).
 */
import type { Score } from './engine/score.ts';
import type { Failure } from './errors.ts';
import type { JournalEvent } from './events.ts';
import type { Dialect, NodeOrigin } from './model/definition.ts';
import type { Usage } from './model/effect-ports.ts';
import type { Template } from './model/plan.ts';
import type { EarlierRow, RerunRecord } from './reruns.ts';

export type RunStatus = 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';
export type IterationStatus = 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';
export type LoopStatus = 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';
/** A final status: only a redrive opens the run again. */
export function hasEnded(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** What a person asked of a run that is driven elsewhere. */
export type Control = 'none' | 'pause' | 'cancel';

export interface RunRecord {
  id: string;
  workflow: string;
  /** The definition as text: resume needs nothing but the store. */
  definition: string;
  /** JSON text: input, options, base folder. */
  options: string;
  status: RunStatus;
  control: Control;
  output: string | null;
  failure: Failure | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  heartbeatAt: number | null;
  /** What the model calls of all its iterations cost, those that were done again or given up too; null: none. */
  usage: Usage | null;
}

/** Right to drive a run. The token rises with each claim; every write carries it. */
export interface Lease {
  run: string;
  owner: string;
  token: number;
}

/** Counters of one loop. `key` is a small integer, unique in the run, given by the driver. */
export interface LoopRecord {
  key: number;
  /** Step path: `each`, `outer[3]/inner`. */
  path: string;
  node: string;
  status: LoopStatus;
  total: number | null;
  completed: number;
  failed: number;
  skipped: number;
  /** All indices below are settled. */
  cursor: number;
  /** JSON text handed from iteration to iteration, null when there is none. */
  carry: string | null;
  /** JSON text: items of all settled rows per output port, and items per row where all are alike. */
  tally: string;
  startedAt: number;
  /** Wall time in ms, so far. */
  durationMs: number;
}

/** Counters of a loop inside iteration `index` of another. */
export type LoopInside = Pick<LoopRecord, 'path' | 'total' | 'completed' | 'failed' | 'skipped'> & { index: number };

/** One row of the ledger: one iteration. Texts in wire form (model/item.ts). */
export interface IterationRow {
  loop: number;
  index: number;
  status: IterationStatus;
  input: string;
  output: string;
  /** JSON text of what the steps inside gave, or empty. */
  steps: string;
  logs: string;
  failure: Failure | null;
  /** Fingerprint of the failure (engine/cause.ts), null when there is none. */
  cause: string | null;
  attempts: number;
  /** What the model calls of all its attempts and inner loops cost; null: none were made. */
  usage: Usage | null;
  /** How often a runner died with this iteration in flight. */
  losses: number;
  startedAt: number;
  durationMs: number;
}

/** Failed rows of a loop with one fingerprint. */
export interface CauseRecord {
  loop: number;
  cause: string;
  message: string;
  node: string | null;
  count: number;
  /** Lowest and highest index of its rows. */
  first: number;
  last: number;
  /** Count per column of the score (engine/score.ts); columns beyond the end are empty. */
  columns: Uint32Array;
}

/**
 * Everything one transaction writes. Natural keys: writing it twice changes nothing. Journal events
 * by (run, seq), loops by (run, key), rows by (run, loop, index); the loop of a row must have been
 * committed before or be in the same commit. The store keeps causes and score from the rows:
 * a row that is written again counts once, with its last status.
 */
export interface Commit {
  lease: Lease;
  now: number;
  events?: readonly JournalEvent[];
  loops?: readonly LoopRecord[];
  rows?: readonly IterationRow[];
  /** Frames whose journal is no longer needed: their iteration has its row. */
  forget?: readonly string[];
  /** A final status also gives the lease up. */
  run?: Partial<Pick<RunRecord, 'status' | 'output' | 'failure' | 'startedAt' | 'finishedAt' | 'usage'>>;
}

/** Which rows; all that is said must hold. */
export interface RowFilter {
  status?: IterationStatus;
  /** Failed rows of this cause; `other` are those beyond the 50 causes kept apart. */
  cause?: string;
  /** Rows that this re-run of the loop did again. */
  rerun?: number;
  /** Duration in ms, both ends included. Looks at every row. */
  minMs?: number;
  maxMs?: number;
}

export interface RowQuery extends RowFilter {
  /** Rows with index greater than this; -1 for the first page. */
  after: number;
  /** Rows with index less than this: a stretch, or a bound on the work of a search. */
  before?: number;
  limit: number;
  /** Text that input, output or failure contains, as written or as JSON text; ASCII letters in either case. */
  search?: string;
}

export interface RunQuery {
  limit: number;
  before?: string;
  status?: RunStatus;
  workflow?: string;
}

/** Rows by index, without their contents. */
export interface IndexQuery extends RowFilter {
  /** Indices greater than this; default -1. */
  after?: number;
  /** Indices less than this. */
  before?: number;
  /** From the highest index down. */
  descending?: boolean;
  limit: number;
}

/** When and how long; what the score by time and by duration, and sorted pages, are made of. */
export interface RowTime {
  index: number;
  status: IterationStatus;
  startedAt: number;
  durationMs: number;
}

export interface TimeQuery extends RowFilter {
  /** Longest first, or the one that started last first; of equal ones the lower index first. */
  sort: 'duration' | 'started';
  /** The last one of the page before. */
  after?: RowTime;
  limit: number;
}

/** What a person changed of a loop while it runs. Null: what the definition says. */
export interface Dials {
  parallel: number | null;
  perSecond: number | null;
  tolerateCount: number | null;
  tolerateShare: number | null;
}

export interface DialRecord {
  /** Path of the loop. */
  path: string;
  /** Grows with each change of the loop's dials. */
  revision: number;
  asked: Dials;
  /** The last revision that a runner has put in force, and what that was. */
  confirmed: number;
  inForce: Dials | null;
}

/**
 * Which rows are to be done again. The rows are taken out; their frames (`path[index]`) and those
 * around them, up to the top frame (''), are open again:
 *  - loops there go on: status running, counters lowered, cursor at the first gap; tally is '' (to be
 *    counted again) when rows that are taken out had an output. What is settled
 *    beside the gaps stays, in loops inside too; of those only rows with `status` are taken out.
 *  - the journal of those frames forgets the loop's own step.
 *  - the steps in `after` are forgotten in those frames, with their loops and everything inside;
 *    so is that a step failed.
 * The run is put to waiting, without control, output and failure.
 */
export interface Redrive {
  /** Key of a loop; null: all loops. */
  loop: number | null;
  status: IterationStatus;
  /** Only rows of this cause. */
  cause?: string;
  /** Only these indices; needs a loop. */
  indices?: readonly number[];
  /** Who asks for it. */
  by?: string;
  /**
   * Node ids of the steps that come after those loops, or after the containers around them. Null: not
   * known; then the steps that started after those loops ended, which may be more than needed.
   */
  after: readonly string[] | null;
  /**
   * The run is of this definition from now on: what is done again, and what comes after it, runs as it was repaired.
   * What is settled stays. That the loops are in it is the caller's to check.
   */
  definition?: string;
}

/**
 * Methods that name a run throw StoreError run-not-found when there is none, unless they answer
 * null or false. All may throw store-unavailable (nothing was written, trying again can help);
 * those that read may throw store-corrupt, which names run, loop path and index.
 */
export interface RunStore {
  /** Status queued. Writing the same run twice changes nothing; another one under a known id is a Defect. */
  createRun(run: Pick<RunRecord, 'id' | 'workflow' | 'definition' | 'options' | 'createdAt'>): Promise<void>;
  /**
   * Takes the run if nobody holds it (the lease has run out by the database's clock). Null when it is held,
   * by the same owner too. Sets heartbeatAt.
   */
  /** `instead`: an owner that the caller knows to be dead; its lease does not have to run out first. */
  claim(run: string, owner: string, ttlMs: number, instead?: string): Promise<Lease | null>;
  /** Who holds the run's lease now; null when nobody does. */
  leaseOwner(run: string): Promise<string | null>;
  /** False when the lease is lost. Sets heartbeatAt. A lease that ran out but was not taken can be renewed. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  /** Gives the lease up; one that is lost already stays as it is. */
  release(lease: Lease): Promise<void>;
  /**
   * Answers what a person asked meanwhile. Throws StoreError lease-lost (nothing was written),
   * store-unavailable, store-corrupt. What it resolved for is seen by everybody and outlives this
   * process; a power cut it outlives after flush().
   */
  commit(commit: Commit): Promise<Control>;
  /** Resolves when all commits that resolved before are on disk. Throws StoreError store-unavailable. */
  flush(): Promise<void>;
  /** False when there is no such run or it has ended. */
  setControl(run: string, control: Control): Promise<boolean>;
  getRun(run: string): Promise<RunRecord | null>;
  /** Newest first; `before` is the id of the last run of the page before, `workflow` the name of one. */
  listRuns(query: RunQuery): Promise<RunRecord[]>;
  /**
   * Runs that nobody drives: running or waiting with a lease that has run out, but not those that are paused; or
   * queued for longer than rules.ts says, so that whoever created them died before driving them.
   */
  abandonedRuns(limit: number): Promise<string[]>;
  /** By seq; with `after`, only events whose seq is greater. */
  journal(run: string, after?: number): Promise<JournalEvent[]>;
  /** By key. */
  loops(run: string): Promise<LoopRecord[]>;
  loop(run: string, path: string): Promise<LoopRecord | null>;
  /**
   * Loops of one frame ('' is the top one, else `path[index]`), not those inside them, by path; `after` is the path
   * of the last one of the page before. Costs the same however many loops lie deeper.
   */
  loopsIn(run: string, frame: string, limit: number, after?: string): Promise<LoopRecord[]>;
  /** Loops directly inside the iterations of the one at `path`, in the order of their paths; costs no more for what lies deeper. */
  loopsInside(run: string, path: string, limit: number): Promise<LoopInside[]>;
  /** Indices in order. */
  indices(run: string, loop: number, query: IndexQuery): Promise<number[]>;
  /** Sorted pages; looks at every row that fits, and lets others work meanwhile. */
  times(run: string, loop: number, query: TimeQuery): Promise<RowTime[]>;
  /** By index, for readers of many rows; nothing of their contents is read. */
  scanTimes(run: string, loop: number, after: number, limit: number): Promise<RowTime[]>;
  /** By index, keyset paged; checks checksums. */
  rows(run: string, loop: number, query: RowQuery): Promise<IterationRow[]>;
  row(run: string, loop: number, index: number): Promise<IterationRow | null>;
  /** Outputs only, by index, whatever the status, for readers of results; the cheapest scan there is. */
  outputs(run: string, loop: number, after: number, limit: number): Promise<{ index: number; output: string }[]>;
  /** Most frequent first. At most 50 per loop, then one more with the id `other`. */
  causes(run: string, loop: number): Promise<CauseRecord[]>;
  /** Completed, failed and skipped rows per cell of position. */
  score(run: string, loop: number): Promise<Score>;
  /** Puts a run back that nobody drives (else lease-lost). Answers how many rows; none: nothing changed. */
  redrive(run: string, what: Redrive): Promise<number>;
  /** Of a loop, newest first. A loop that was forgotten with the iteration around it begins anew. */
  reruns(run: string, loop: number): Promise<RerunRecord[]>;
  /** What a row was before each re-run that took it out, oldest first. */
  earlier(run: string, loop: number, index: number): Promise<EarlierRow[]>;
  /** What a person asks of a running loop; replaces what was asked before. Answers the revision. */
  setDials(run: string, path: string, dials: Dials): Promise<number>;
  /** By path; with `after`, only those whose revision is greater. */
  dials(run: string, after?: number): Promise<DialRecord[]>;
  /** A runner has put this revision in force. */
  confirmDials(lease: Lease, path: string, revision: number): Promise<void>;
  /** Runs that ended before this time (ms since 1970), in the order they were created; `after` as in listRuns. */
  endedRuns(query: { before: number; after?: string; limit: number }): Promise<{ id: string; status: RunStatus }[]>;
  /** Removes a run that nobody drives and that has ended, with all that belongs to it; else false. */
  deleteRun(run: string): Promise<boolean>;
  /** Checks every checksum. Answers what is wrong, as lines for people. */
  verify(): Promise<string[]>;
  close(): Promise<void>;
}

export class StoreError extends Error {
  readonly code: 'lease-lost' | 'store-unavailable' | 'store-corrupt' | 'run-not-found' | 'run-ended';
  constructor(code: StoreError['code'], message: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}

export interface Clock {
  /** ms since 1970, for display and due times. */
  now(): number;
  /** Monotonic ms, for durations. */
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

// ---- evaluator ----

/**
 * A program is what the isolate runs for one unit: the steps of a pure region, one step, or
 * only templates. Defined once, run for blocks of units.
 */
export interface Program {
  /** Unique in the evaluator; the same id is the same program. */
  id: string;
  /** Names, text rules and error rules of its expressions. */
  scope: Dialect;
  timezone: string;
  kind: 'region' | 'templates' | 'fold';
  /** kind region: steps in topological order, all kernels or folds. */
  steps: import('./model/plan.ts').Step[];
  /** Per output port of the unit, the sources whose items are concatenated. */
  results: import('./model/plan.ts').Source[][];
  /** kind templates: evaluated per unit; the answer is one item holding an object of these. */
  templates: [string, Template][];
  /** Over state: the loop's own conditions, evaluated inside. */
  state: {
    while?: Template;
    until?: Template;
    update?: [string, Template][];
  } | null;
  stopWhen: Template | null;
  carry: boolean;
  flatten: boolean;
  /**
   * The units are not iterations of a body: a node alone over its items, or templates. `$itemIndex`
   * counts them over the whole list and `$loop` is the enclosing loop. Templates and folds are always so.
   */
  plain?: boolean;
  /** Wall limit of one unit in ms. */
  unitMs: number;
  limits: Record<'itemBytes' | 'itemDepth' | 'itemKeys' | 'stepBytes' | 'logBytes' | 'argumentBytes', number>;
}

/** What expressions may see besides their unit. JSON values; kept small by the caller. */
export interface ProgramContext {
  /** Outputs of nodes outside: item texts per port, by node id. */
  nodes?: Record<string, string[][]>;
  /** For `.item` of nodes outside: per node the position in nodes[id][0] that fits unit i. */
  itemOf?: Record<string, number[]>;
  vars?: unknown;
  conversation?: unknown;
  constants?: unknown;
  run?: unknown;
  /** Item texts that `$input` sees beyond the unit. */
  input?: readonly string[];
  /** Enclosing loops, innermost first: item, index, count, previous. */
  loops?: unknown[];
  /** Extra names ($response, $pageCount ...). */
  names?: Record<string, unknown>;
  /** Dialect n8n: what its names see of the nodes around. Filled by the walk; null and absent: nothing. */
  walk?: WalkContext | null;
}

/**
 * What `$('X')`, `$node`, `$items()`, `$prevNode`, `$runIndex` and `$input.params` of n8n read. `nodes` holds the
 * nodes of the step's references, the node itself and the one before it; a node that is missing has not run.
 */
export interface WalkContext {
  /** The node that the expressions belong to. */
  node: string;
  /** Which run of it this is, from 0: `$runIndex`. */
  run: number;
  /** Where the items of its driving input come from: `$prevNode`. Null: nowhere (a start). */
  previous: { node: string; output: number; run: number } | null;
  nodes: Record<string, WalkNode>;
}

export interface WalkNode {
  /** How often it has run; 0: not yet. */
  count: number;
  /** The output that is meant where an expression names none: the one that leads to `WalkContext.node`, else 0. */
  output: number;
  /**
   * By run: item texts per output. Null: not sent, as no expression asks for it. By the use of the reference: `runs`
   * all of them, `state` none, every other the last.
   */
  runs: (string[][] | null)[];
  /** Number of the first of `runs`; default 0. */
  from?: number;
  /** Uses `item` and `other`: what `.item` and `.itemMatching(i)` answer. */
  paired?: WalkPairs;
  /** `.context`: what the node keeps between its runs, for loops `items`, `currentRunIndex`, `done` ... */
  context?: unknown;
  /** Step.origin. */
  origin?: NodeOrigin;
}

/** The items of a node that the items of the step's driving input were made from. */
export interface WalkPairs {
  /** Item texts, each once. */
  items: readonly string[];
  /** By position in the driving input: which of `items`, or why there is none. One problem stands for all. */
  of: readonly (number | PairProblem)[] | PairProblem;
  /** Position of the first entry of `of`; default 0. */
  first?: number;
}

/** As n8n words it. */
export interface PairProblem {
  message: string;
  description?: string;
}

export interface Block {
  program: string;
  /** Item texts, `size` per unit, in order. Over state: empty. */
  items: readonly string[];
  size: number;
  /** Index of the first unit in its loop. */
  first: number;
  /** Units to run at most; over state it ends earlier when the condition says so. */
  units: number;
  /** Of the loop; null while unknown. */
  total: number | null;
  /** JSON text: $loop.previous, or the loop variables over state. */
  carry: string | null;
  context: ProgramContext;
  /** kind fold: items belong to this input port; `end` asks for the answer. */
  port?: number;
  end?: boolean;
  /** kind fold: tells folds of the same program apart that run at the same time. */
  key?: string;
  /** kind fold: number of this block, from 0; the first one starts the fold over. */
  part?: number;
}

export interface UnitResult {
  status: 'completed' | 'failed' | 'skipped';
  /** Wire form: ports of items. */
  output: string;
  /** JSON text: [{"id","status","output","failure"?}] of steps before the result, or ''. */
  steps: string;
  logs: string;
  failure: Failure | null;
}

export interface BlockResult {
  /** In order from `first`; fewer than asked when the loop ended. */
  units: UnitResult[];
  carry: string | null;
  /** stopWhen, while or until ended the loop after the last of these units. */
  ended: boolean;
}

export interface Evaluator {
  define(program: Program): void;
  run(block: Block): Promise<BlockResult>;
  /** Pid of the child, for measuring. */
  pid(): number | null;
  close(): Promise<void>;
}
