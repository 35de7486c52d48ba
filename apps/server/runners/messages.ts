/**
 * Owns what the server and its runner processes say to one another: JSON over the channel of a child process. Does not
 * send anything.
 */
import { FailureError, type Diagnostic, type Failure } from '@rondo/core/errors.ts';
import { StoreError } from '@rondo/core/ports.ts';
import {
  InvalidWorkflow,
  type Progress,
  type RestartRequest,
  type RunRequest,
  type RunResult,
} from '@rondo/runtime/api.ts';

/** What a runner process works with. Secrets come this way, because arguments and environments can be read by others. */
export interface RunnerSetup {
  database: string;
  /** Of services.db and the key. */
  folder: string;
  blobs: string;
  encryptionKey: string | null;
  secrets: Record<string, string>;
  egressAllow: string[];
  /** Hosts have limits: calls ask the server before they begin. */
  hostsLimited: boolean;
  /** A signal is delivered at this address with its token behind it. */
  signalBase: string;
}

export type Order =
  | { method: 'start'; request: RunRequest }
  | { method: 'resume'; run: string }
  | { method: 'restart'; request: RestartRequest };

export type ToRunner =
  | { type: 'setup'; setup: RunnerSetup }
  | { type: 'address'; signalBase: string }
  | { type: 'hosts'; limited: boolean }
  | { type: 'entered'; id: number }
  /** `output`: somebody waits for the output. It may be long, so it is not told for nothing. */
  | { type: 'order'; id: number; order: Order; output: boolean }
  | { type: 'stop'; run: string; how: 'cancel' | 'interrupt' }
  | { type: 'found'; id: number; workflow: { text: string; file: string } | null }
  | { type: 'ping' }
  | { type: 'close' };

export type FromRunner =
  | { type: 'ready' }
  | { type: 'pong' }
  /** The run is stored and driven. */
  | { type: 'begun'; id: number; run: string }
  | { type: 'refused'; id: number; error: SentError }
  | { type: 'progress'; list: [run: string, progress: Progress][] }
  | { type: 'ended'; run: string; result: RunResult }
  /** It could not be driven to an end; it is in the store as far as it came. */
  | { type: 'broken'; run: string; error: SentError }
  | { type: 'find'; id: number; reference: string }
  /** A call to this host wants to begin; it is over. */
  | { type: 'enter'; id: number; host: string }
  | { type: 'left'; id: number }
  | { type: 'secret-used'; name: string; at: number };

export type SentError =
  | { kind: 'store'; code: StoreError['code']; message: string }
  | { kind: 'invalid'; diagnostics: Diagnostic[] }
  | { kind: 'failure'; failure: Failure }
  | { kind: 'other'; message: string };

export function writeError(error: unknown): SentError {
  if (error instanceof StoreError) return { kind: 'store', code: error.code, message: error.message };
  if (error instanceof InvalidWorkflow) return { kind: 'invalid', diagnostics: error.diagnostics };
  if (error instanceof FailureError) return { kind: 'failure', failure: error.failure };
  return { kind: 'other', message: error instanceof Error ? error.message : String(error) };
}

export function readError(sent: SentError): Error {
  switch (sent.kind) {
    case 'store':
      return new StoreError(sent.code, sent.message);
    case 'invalid':
      return new InvalidWorkflow(sent.diagnostics);
    case 'failure':
      return new FailureError(sent.failure);
    case 'other':
      return new Error(sent.message);
  }
}
