/**
 * Owns the bounds of one rendering: steps, depth of calls, sizes. One rendering runs at a time and
 * never yields, so the counters belong to the module. Does not know what a step is spent on.
 */

const MOST_STEPS = 1_000_000;
/** Longest text in characters, and so the most a template can print. */
export const MOST_TEXT = 16 * 1024 * 1024;
/** Longest list that a template may make. */
export const MOST_ELEMENTS = 1_000_000;
const MOST_CALLS = 150;

let steps = 0;
let calls = 0;

export function startBudget(): void {
  steps = 0;
  calls = 0;
}

export function spend(count = 1): void {
  steps += count;
  if (steps > MOST_STEPS) throw new Error(`The template takes more than ${MOST_STEPS} steps`);
}

/** For what only joins one more part on, which costs nothing more as the text grows. */
export function checkText(length: number): void {
  if (length > MOST_TEXT) throw new Error(`The text gets longer than ${MOST_TEXT} characters`);
}

/** Copying is cheap, but not free: without this, doubling a long text in a loop would take minutes. */
export function chargeText(length: number): void {
  checkText(length);
  spend(length >> 10);
}

export function chargeList(length: number): void {
  if (length > MOST_ELEMENTS) throw new Error(`The list gets longer than ${MOST_ELEMENTS} elements`);
  spend(length >> 6);
}

/** Runs a macro, a recursive loop: what can call itself. */
export function deeper<T>(run: () => T): T {
  calls += 1;
  if (calls > MOST_CALLS) throw new Error(`Macros and loops call themselves more than ${MOST_CALLS} times deep`);
  try {
    return run();
  } finally {
    calls -= 1;
  }
}
