/**
 * Owns the record of a campaign that the checker judges: what was started, what the database
 * showed right before and right after each kill. Plain JSON; shares no code with the engine.
 */

/** One settled iteration as the database showed it. */
export interface Settled {
  /** Step path of the loop. */
  loop: string;
  index: number;
  status: string;
  /** Id of the effect, read from the output; null where the row has none. */
  id: number | null;
  /** Digest of the output's text. */
  digest: string;
}

export interface Kill {
  /** ms since 1970, after the last process had ended. */
  at: number;
  /** Drawn: ms after progress (or after the start, for a kill during recovery). */
  afterMs: number;
  during: 'progress' | 'recovery';
  whom: 'group' | 'runner';
  /** Settled rows that were read before the signal was sent and not listed at an earlier kill: acknowledged. */
  acknowledged: Settled[];
  /** Rows found after the kill that are neither there nor listed at an earlier kill. */
  found: Settled[];
  /** Iterations marked as in flight after the kill. */
  inFlight: { loop: string; index: number }[];
  runStatus: string;
  finishedAt: number | null;
  /** Cursor of each loop by path. */
  cursors: Record<string, number>;
  /** Processes of the run that outlived the kill by two seconds. */
  left: number[];
}

export interface Dossier {
  seed: number;
  workflow: string;
  database: string;
  run: string;
  /** File of the recording server. */
  effects: string;
  /** Effects that a complete run has: ids 0 .. count - 1. */
  count: number;
  /** Iterations in flight at most. */
  window: number;
  /** Path of the loops whose iterations are the effects: the last part of their step path. */
  leaf: string;
  kills: Kill[];
  /** What the last command printed as the run's status and output. */
  reported: { status: string; output: unknown };
}
