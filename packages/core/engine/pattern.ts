/**
 * Owns the one word that says how failures of a cause lie in their loop. The word is the diagnosis: bursts are the
 * other side, scattered is the data, still failing is a change, every nth is the format. Pure.
 */

export interface PatternFacts {
  /** Failures per column of the score, from left to right. */
  columns: ArrayLike<number>;
  count: number;
  /** Lowest and highest index. */
  first: number;
  last: number;
  /** Iterations that were started so far. */
  started: number;
  /** Lowest indices, at most 200, in order. */
  indices: readonly number[];
}

/** Last failure within this share of what was started. */
const FRONT = 0.02;
/** A stretch that began later than this share of what was started is a change. */
const LATER = 0.1;
/** A burst is no wider, and this share of all failures lies in bursts. */
const BURST_COLUMNS = 8;
const IN_BURSTS = 0.9;
const MOST_BURSTS = 9;
/** Single failures here and there are no bursts. */
const PER_BURST = 3;
/** A period is believed when it held so often, and over this share of what was started: within a burst it is chance. */
const PERIODS = 4;
const PERIOD_SPAN = 0.1;
const PERIOD_LACKS = 0.02;

interface Stretch {
  from: number;
  to: number;
  count: number;
}

/** `all`, `first n`, `every 3rd`, `still failing`, `1 burst`, `3 bursts`, `scattered`. */
export function patternOf(facts: PatternFacts): string {
  const { count, first, last, started } = facts;
  if (count === 0) return 'scattered';
  if (count >= started) return started === 1 ? 'scattered' : 'all';
  if (count > 1 && first === 0 && last === count - 1) return `first ${count}`;
  const period = periodOf(facts);
  if (period > 1) return `every ${ordinal(period)}`;
  const stretches = stretchesOf(facts.columns);
  const final = stretches.at(-1);
  if (final !== undefined && isStillFailing(facts, final)) return 'still failing';
  const bursts = burstsOf(stretches, count);
  if (bursts > 0) return bursts === 1 ? '1 burst' : `${bursts} bursts`;
  return 'scattered';
}

/** The distance between neighbours where it is the same from the first to the last; 0 where it is not. */
function periodOf({ indices, count, first, last, started }: PatternFacts): number {
  if (indices.length <= PERIODS || last - first < started * PERIOD_SPAN) return 0;
  const period = (indices[1] ?? 0) - (indices[0] ?? 0);
  // Only the lowest indices are known one by one; that the rest follows shows in their number. What is in flight lacks.
  const whole = (last - first) / period + 1;
  if (Math.abs(count - whole) > Math.max(1, whole * PERIOD_LACKS)) return 0;
  for (let i = 1; i < indices.length; i += 1) if ((indices[i] ?? 0) - (indices[i - 1] ?? 0) !== period) return 0;
  return period;
}

/** Columns with failures that lie side by side. */
function stretchesOf(columns: ArrayLike<number>): Stretch[] {
  const out: Stretch[] = [];
  for (let i = 0; i < columns.length; i += 1) {
    const count = columns[i] ?? 0;
    if (count === 0) continue;
    const before = out.at(-1);
    if (before?.to === i - 1) {
      before.to = i;
      before.count += count;
    } else out.push({ from: i, to: i, count });
  }
  return out;
}

/** It began in the middle and goes on up to the front: something changed there. */
function isStillFailing({ columns, count, last, started }: PatternFacts, final: Stretch): boolean {
  if (count < PER_BURST || last < started - 1 - Math.max(1, Math.floor(started * FRONT))) return false;
  if (final.count < count / 2) return false;
  return final.from >= Math.max(1, columnsBefore(columns) * LATER);
}

/** Columns up to the last one with a failure. */
function columnsBefore(columns: ArrayLike<number>): number {
  let front = columns.length;
  while (front > 0 && (columns[front - 1] ?? 0) === 0) front -= 1;
  return front;
}

/** How many stretches hold nearly all; 0 when they are too wide, too many or too thin. */
function burstsOf(stretches: readonly Stretch[], count: number): number {
  const sorted = [...stretches].sort((a, b) => b.count - a.count);
  let held = 0;
  let n = 0;
  while (held < count * IN_BURSTS && n < sorted.length) {
    const one = sorted[n] as Stretch;
    if (one.to - one.from >= BURST_COLUMNS) return 0;
    held += one.count;
    n += 1;
  }
  return n <= MOST_BURSTS && held >= n * PER_BURST ? n : 0;
}

function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}
