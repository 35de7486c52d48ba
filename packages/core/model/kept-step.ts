/**
 * Owns what the row of an iteration keeps of the steps inside, as text. Does not decide what is kept
 * (runtime/runner/trace.ts; for bodies that are pushed down the isolate).
 */
import type { Failure } from '../errors.ts';
import type { Json } from './item.ts';

/** One of several attempts; of very many the first and the last ones are kept. */
export interface KeptAttempt {
  /** From 1. */
  n: number;
  /** ms from the start of the iteration. */
  at: number;
  ms: number;
  failure?: Pick<Failure, 'code' | 'message' | 'data'>;
}

export interface KeptStep {
  /** Of the node. Empty: the iteration as a whole, for attempts that began it anew. */
  id: string;
  status: 'completed' | 'failed' | 'skipped';
  /** Json of the items per output. */
  output?: Json[][];
  /** Items per output, which are elsewhere: in the rows of a loop. */
  counts?: number[];
  /** What it gave was too long to be kept. */
  cut?: boolean;
  /** What it gave is the output of the iteration. */
  result?: boolean;
  /** ms from the start of the iteration; absent: not known, as for steps that were pushed down. */
  at?: number;
  ms?: number;
  /** Absent: there was one. */
  attempts?: KeptAttempt[];
  /** What its parameters came to; kept of failed iterations. */
  arguments?: Record<string, Json>;
  /** The arguments are shortened; they had so many characters. */
  argumentsOf?: number;
  /** Of the failed step, where it is not the output of steps that are kept; shortened like the arguments. */
  input?: Json[];
  /** Absent of the step that made the iteration fail: the row has it. */
  failure?: Failure;
}

export function keptSteps(text: string): KeptStep[] {
  return text === '' ? [] : (JSON.parse(text) as KeptStep[]);
}
