/**
 * Owns the events of a run's journal: what happened to the steps of the top frame and of
 * frames that are checkpointed. Iterations are not events; they are rows of the ledger.
 */
import type { Failure } from './errors.ts';
import type { Json } from './model/item.ts';

/** Where a finished step's items are. */
export type Dataset =
  /** Item texts per port, small. */
  | { kind: 'inline'; ports: string[][] }
  /**
   * The outputs of a loop, in order of index. Per port: items in all, and items per row where
   * every row (but the last) has the same number, so that a position can be found without a scan.
   */
  | { kind: 'rows'; loop: number; counts: number[]; per: (number | null)[] };

export type JournalEvent = { seq: number; frame: string; at: number } & (
  | { type: 'step-started'; step: string }
  | { type: 'step-waiting'; step: string; until: number; carry: string | null }
  | { type: 'step-completed'; step: string; output: Dataset; durationMs: number }
  | { type: 'step-skipped'; step: string }
  | { type: 'step-failed'; step: string; failure: Failure }
  /** Variables of the run that were set; written again under the same seq, the last ones count. */
  | { type: 'variables-set'; step: null; values: Record<string, Json> }
);
