/**
 * Owns the text protocol between runner, evaluator child and isolate: separators and message heads.
 * JSON text holds no control characters, so parts joined by them are split without parsing.
 * Does not read or write pipes (frames.ts).
 *
 * A slice is what the isolate has finished since it was asked last:
 *   count FIELD flags FIELD carry FIELD unit UNIT unit ...
 *   unit: mark, output; when there is more: FIELD steps FIELD logs (JSON text) FIELD failure (JSON text)
 */

/** Between the units of a slice. */
export const UNIT = '\u001d';
/** Between the fields of a unit or of a head. */
export const FIELD = '\u001c';

/** First character of a unit. Upper case: the loop ended with this unit. */
export const MARKS = { completed: 'c', failed: 'f', skipped: 's' } as const;

/** Flags of a slice. */
export const SLICE = {
  /** Call again: the time slice is used up. */
  more: 'm',
  /** Call again after promises have had their turn. */
  wait: 'w',
  done: 'd',
  /** Done, and the condition of the loop ended it without another unit. */
  ended: 'e',
  /** A fold was asked to go on that this isolate does not know. */
  lost: 'l',
} as const;

/** Frames from the runner: first character of the text. */
export const TO_CHILD = { define: 'P', run: 'R', forget: 'F', ping: 'Q' } as const;

/** Frames to the runner: first character of the text. */
export const FROM_CHILD = {
  ready: 'Y',
  /** The text after it is a slice; more follow unless its flag says done. */
  slice: 'S',
  /** The isolate died of memory; units without an answer have none. */
  died: 'D',
  /** The program cannot be loaded: our mistake or a missing file. */
  broken: 'X',
} as const;
