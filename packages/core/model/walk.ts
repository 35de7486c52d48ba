/**
 * Owns what the order of n8n goes by: the graph of a region whose steps run again and again (engine/walk.ts), and
 * what a call of a loop node there is asked for. Plain data, decides nothing.
 */

export interface WalkGraph {
  order: 'v1' | 'v0';
  /** Keeps defects that lose work. */
  strict: boolean;
  steps: readonly WalkStep[];
  /** Where a run may start; the first is the one that is meant when nobody says. */
  starts: readonly number[];
}

export interface WalkStep {
  /** On the canvas. */
  x: number;
  y: number;
  /** By output: where it leads, in the order of the file. */
  targets: readonly (readonly { step: number; input: number }[])[];
  /** By input, up to the last that is connected: what leads there. */
  sources: readonly (readonly { step: number; port: number }[])[];
  /** Inputs that must have something before it may run without the others: how many, or which. Null: none. */
  required: number | readonly number[] | null;
  /** All its inputs are required: it never runs without one. */
  all: boolean;
  /** Loop Over Items that is not a container: the steps of its body. What comes from them is no new list. */
  body?: readonly number[];
}

/** Parameters of Loop Over Items as they were evaluated for one call. */
export interface LoopCall {
  /** Items per batch. */
  size: number;
  /** The list starts over with what arrives now. */
  reset: boolean;
}
