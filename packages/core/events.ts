/**
 * Owns the events of a run's journal: what happened to the steps of the top frame and of
 * frames that are checkpointed. Steps of a walk are named with the number of the run (`fetch@2`).
 * Iterations are not events; they are rows of the ledger.
 */
import type { Failure } from './errors.ts';
import type { Json } from './model/item.ts';
import type { End } from './model/plan.ts';
import type { LoopCall } from './model/walk.ts';

/** Where a finished step's items are. */
export type Dataset =
  /**
   * Item texts per port, small. `from`: for each, the position in the step's input of the first item that its call
   * was given; absent where one call made all, or each made one.
   */
  | { kind: 'inline'; ports: string[][]; from?: number[][] }
  /**
   * The outputs of a loop, in order of index. Per port: items in all, and items per row where
   * every row (but the last) has the same number, so that a position can be found without a scan.
   */
  | { kind: 'rows'; loop: number; counts: number[]; per: (number | null)[] };

export type JournalEvent = { seq: number; frame: string; at: number } & (
  | { type: 'step-started'; step: string }
  | { type: 'step-waiting'; step: string; until: number; carry: string | null }
  /**
   * ends: frames that it ended with its own. failure: what it stands for, after another step failed; in a walk, what
   * made it give its input on. call: of Loop Over Items in a walk.
   */
  | {
      type: 'step-completed';
      step: string;
      output: Dataset;
      durationMs: number;
      ends?: End;
      failure?: Failure;
      call?: LoopCall;
    }
  | { type: 'step-skipped'; step: string }
  | { type: 'step-failed'; step: string; failure: Failure }
  /**
   * Variables of the run that were set; written again under the same seq, the last ones count. With a frame: those of
   * the loop that it is an iteration of. conversation: those of a conversation that ends with the run.
   */
  | { type: 'variables-set'; step: null; values: Record<string, Json>; conversation?: Record<string, Json> }
);
