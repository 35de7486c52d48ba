/**
 * Owns the Loop record and `decide`: the one pure function that says what a loop does next.
 * Sees counts and outcomes, never values. Knows no clock, no store, no node, no expression.
 *
 * Two callers share it: containers (each iteration is a frame) and loops inside one node
 * (each iteration is one call of the node).
 */

export interface Loop {
  over: 'items' | 'state';
  /** Items per iteration; Infinity is `all`. Over state: 1. */
  size: number;
  /** Iterations in flight. */
  parallel: number;
  carry: 'none' | 'previous';
  /** Most iterations. */
  limit: number;
  /** What passing the limit means: an error (a list that is too long) or the end (times). */
  atLimit: 'fail' | 'end';
  onError: 'stop' | 'null' | 'drop' | 'item' | 'port' | 'pass';
  tolerateCount: number;
  /** 0..1, judged at the end against what was started, and early once it cannot be met. */
  tolerateShare: number;
  /** Failures are judged when all iterations have run. */
  judgeAtEnd?: boolean;
  rate: { count: number; perMs: number; key: string | null } | null;
  retry: RetryPolicy;
  timeoutMs: number | null;
  pauseMs: number;
  collect: 'concat' | 'last' | 'position' | 'list';
  flatten: boolean;
}

export interface RetryPolicy {
  times: number;
  delayMs: number;
  /** Delays by attempt; the last one goes on. Without it delayMs and backoff say them. */
  delaysMs?: readonly number[];
  backoff: number;
  maxDelayMs: number;
  jitter: number;
  /** Failures that say that repetition does not help are tried again, too. */
  always?: boolean;
}

/** Everything `decide` sees. Counts of iterations. */
export interface Progress {
  /** Iterations the source can give in all; null while unknown. */
  total: number | null;
  /** Iterations the source has ready beyond `started` at least. Over state: 1 while it goes on, else 0. */
  available: number;
  started: number;
  completed: number;
  failed: number;
  skipped: number;
  /** stopWhen, break, while false, until true, source exhausted by state. */
  ended: boolean;
  cancelled: boolean;
  paused: boolean;
}

export type Decision =
  | { do: 'start'; count: number }
  | { do: 'wait' }
  | { do: 'finish'; reason: 'exhausted' | 'stopped' | 'limit' }
  | { do: 'fail'; reason: 'iteration' | 'tolerance' | 'limit' }
  | { do: 'cancel' };

export function inFlight(p: Progress): number {
  return p.started - p.completed - p.failed - p.skipped;
}

function overTolerance(loop: Loop, p: Progress): boolean {
  if (p.failed === 0) return false;
  if (loop.judgeAtEnd === true && !exhausted(p)) return false;
  if (loop.onError === 'stop') return true;
  if (p.failed > loop.tolerateCount) return true;
  if (loop.tolerateShare >= 1) return false;
  // With a known total the share is of the total; otherwise it is judged when nothing is left.
  if (p.total !== null) return p.failed > loop.tolerateShare * p.total;
  return false;
}

function exhausted(p: Progress): boolean {
  if (p.ended) return true;
  return p.total !== null ? p.started >= p.total : false;
}

/** What the loop does now. Early stops drain what is in flight and keep it. */
export function decide(loop: Loop, p: Progress): Decision {
  const flying = inFlight(p);
  if (overTolerance(loop, p)) {
    if (flying > 0) return { do: 'wait' };
    return { do: 'fail', reason: loop.onError === 'stop' ? 'iteration' : 'tolerance' };
  }
  if (p.cancelled) return flying > 0 ? { do: 'wait' } : { do: 'cancel' };
  if (exhausted(p)) {
    if (flying > 0) return { do: 'wait' };
    if (loop.tolerateShare < 1 && p.started > 0 && p.failed > loop.tolerateShare * p.started) {
      return { do: 'fail', reason: 'tolerance' };
    }
    return { do: 'finish', reason: p.ended ? 'stopped' : 'exhausted' };
  }
  if (p.started >= loop.limit) {
    if (flying > 0) return { do: 'wait' };
    return loop.atLimit === 'fail' ? { do: 'fail', reason: 'limit' } : { do: 'finish', reason: 'limit' };
  }
  if (p.paused) return { do: 'wait' };
  const free = (loop.carry === 'previous' ? 1 : loop.parallel) - flying;
  const count = Math.min(free, p.available, loop.limit - p.started);
  return count > 0 ? { do: 'start', count } : { do: 'wait' };
}

/** Delay before try `attempt` + 1 in ms; `random` in 0..1 comes from the caller. */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number): number {
  const listed = policy.delaysMs?.[Math.min(attempt, policy.delaysMs.length) - 1];
  const base = Math.min(listed ?? policy.delayMs * policy.backoff ** (attempt - 1), policy.maxDelayMs);
  return Math.round(base * (1 - policy.jitter * random));
}
