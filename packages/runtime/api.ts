/**
 * Owns the types that apps see of the runtime: what a run is asked for, reports and gives.
 * Does nothing itself; runner/runner.ts implements it.
 */
import type { Diagnostic, Failure } from '@rondo/core/errors.ts';
import type { RestartPoint } from '@rondo/core/restart.ts';
import type { JournalEvent } from '@rondo/core/events.ts';
import type { KnowledgePort, StatePort, Usage } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Limits } from '@rondo/core/model/limits.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import type { Clock, Evaluator, LoopRecord, RunStatus, RunStore } from '@rondo/core/ports.ts';
import type { Python } from './python/python.ts';

export interface RunnerEnvironment {
  store: RunStore;
  registry: NodeRegistry;
  clock?: Clock;
  /** Default: one of its own, started at once. Closed with the runner. */
  evaluator?: Evaluator;
  /** Asked when Python code is run. Default: one of its own, closed with the runner. */
  python?: () => Promise<Python>;
  /** Folder that relative paths of file nodes start from; default the workflow's folder. */
  filesRoot?: string;
  /** Folder of the blob store; without it, items cannot carry files. */
  blobs?: string;
  /** Hosts or CIDR blocks that the network guard lets through besides public addresses. */
  egressAllow?: readonly string[];
  /** Where hosts have limits: waits until a call to one may begin, answers what to call at its end. */
  enterHost?: (host: string, signal?: AbortSignal) => Promise<() => void>;
  secrets?: Readonly<Record<string, string>>;
  /** What outlives runs: state, knowledge, stored secrets. Without it, nodes that need it fail and say so. */
  services?: RunServices;
  /** Address that delivers a signal, where a server runs. */
  signalUrl?: (token: string) => string;
  /** Finds the text of a sub-workflow by id, name or relative path. */
  findWorkflow?: (reference: string) => Promise<{ text: string; file: string } | null>;
  /** Commit rows after this many or this long, whichever is first. */
  commitRows?: number;
  commitMs?: number;
  /** Called at each named fault point; tests crash here. */
  fault?: (point: FaultPoint) => void;
}

export interface RunServices {
  /** The doors of one run, under its limits. */
  within(limits: Limits): { state: StatePort; knowledge: KnowledgePort };
  /** A stored secret and the hosts it may be sent to (none: any); null when there is none. */
  secret(name: string): { value: string; hosts: readonly string[] } | null;
}

export type FaultPoint =
  | 'run-created'
  | 'run-claimed'
  | 'journal-written'
  | 'before-commit'
  | 'after-commit'
  | 'before-effect'
  | 'after-effect'
  | 'lease-renewed'
  | 'cursor-moved'
  | 'loop-finished'
  | 'before-finish'
  | 'after-finish';

export interface RunRequest {
  /** Text of the workflow file. */
  definition: string;
  /** Its path, for messages, relative files and sub-workflows. */
  file: string;
  input?: Json;
  /** Input items instead of `input`: a file read as a stream (.ndjson, .json, .csv). */
  items?: string;
  /** Id of the trigger node that fired; the others are left out of this run. */
  trigger?: string;
  /** Conversation that the run belongs to; its variables are `$conversation`. */
  conversation?: string;
  /** By node id: item values used instead of running the node, and instead of what the file pins there. */
  pins?: Readonly<Record<string, Json>>;
  /** Override of parallel and of the number of items for the outermost loops. */
  parallel?: number;
  limit?: number;
  runId?: string;
}

export type Progress =
  | { type: 'run'; runId: string; status: RunStatus }
  | { type: 'loop'; loop: LoopRecord; inFlight: number }
  | { type: 'step'; event: JournalEvent }
  /** The store cannot be written; the run pauses and goes on by itself. */
  | { type: 'stalled'; message: string }
  | { type: 'unstalled' }
  | { type: 'log'; node: string; line: string }
  /** Text of the answer, as it comes; the whole is what the pieces make together. */
  | { type: 'answer'; text: string }
  /** An iteration waits for a signal; `url` delivers it, where a server runs. */
  | { type: 'signal'; path: string; name: string; token: string; url: string | null }
  /** The runner of the run died and another one goes on with it; told by whoever noticed. */
  | { type: 'taken-over' }
  /** What a Respond node says to whoever waits for it (nodes/respond). */
  | { type: 'respond'; response: Json };

export interface RunResult {
  runId: string;
  status: RunStatus;
  output: Json | null;
  failure: Failure | null;
  loops: LoopRecord[];
  stats: RunStats;
}

/** Since this start. */
export interface RunStats {
  durationMs: number;
  iterations: number;
  steps: number;
  /** Attempts of nodes that failed; in a completed run all of them were tried again, or had a policy. */
  exceptions: number;
  /** Of the whole run, earlier starts too. Null when no model was called. */
  usage: Usage | null;
  peakRssMb: number;
}

export interface RunHandle {
  runId: string;
  done: Promise<RunResult>;
  /** Drains what is in flight and ends as cancelled. */
  cancel(): void;
  /** Drains, keeps everything acknowledged, releases the lease; the run can be resumed. `done` resolves with status waiting. */
  interrupt(): void;
  onProgress(listener: (progress: Progress) => void): void;
  /** Item texts (wire form) of the node's runs in the top frame, after the end: [run][output] lists, cut at `limit`. */
  nodes(limit: number): Promise<Record<string, { items: Json[]; total: number }[][]>>;
}

/** Thrown by start when the definition or the input is not valid; nothing was stored. */
export class InvalidWorkflow extends Error {
  readonly diagnostics: Diagnostic[];
  constructor(diagnostics: Diagnostic[]) {
    super(diagnostics[0]?.message ?? 'invalid workflow');
    this.name = 'InvalidWorkflow';
    this.diagnostics = diagnostics;
  }
}

export interface RestartRequest {
  run: string;
  at: readonly RestartPoint[];
  /** Instead of the input of that run. */
  input?: Json;
}

export interface Runner {
  start(request: RunRequest): Promise<RunHandle>;
  /** Goes on with a run from the store. Throws StoreError run-not-found, lease-lost when somebody drives it. */
  resume(runId: string): Promise<RunHandle>;
  /**
   * A new run of one that has ended: it begins at a step, or at an iteration of a loop, with what came before as it
   * was. Each further point lies in the body of that iteration. Throws FailureError when it cannot begin there.
   */
  restart(request: RestartRequest): Promise<RunHandle>;
  /** Takes over runs whose runner is gone: their lease has run out. */
  sweep(limit?: number): Promise<RunHandle[]>;
  /** Brings a signal to the iteration that waits for it; false when nobody does, or it came before. */
  deliver(token: string, value: Json): Promise<boolean>;
  close(): Promise<void>;
}
