/**
 * Owns one iteration's tries: time-out, retry with backoff and Retry-After, what is worth
 * trying again, and when each was made. Delays come from the loop's policy (core); waiting is done here.
 */
import { failure, FailureError, toFailure, type Failure } from '@rondo/core/errors.ts';
import { retryDelay, type Loop } from '@rondo/core/engine/loop.ts';
import { LIMITS } from '@rondo/core/model/limits.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import { StoreError, type Clock } from '@rondo/core/ports.ts';
import type { RateGate } from './rate.ts';

/** Longest Retry-After that is honoured; a server may not hold a loop for ever. */
const LONGEST_RETRY_AFTER = 15 * 60_000;

export interface Tried<T> {
  value: T | null;
  failure: Failure | null;
  attempts: number;
  /** Null: the first one succeeded. Of very many the first and the last ones. */
  tries: readonly Try[] | null;
}

/** One attempt, on the monotonic clock. */
export interface Try {
  /** From 1. */
  n: number;
  at: number;
  ms: number;
  failure: Failure | null;
}

/** Attempts that failed. Those of a container are of what is inside it. */
export function failedAttempts(
  step: Step,
  { failure: last, attempts }: Pick<Tried<unknown>, 'failure' | 'attempts'>,
): number {
  if (step.container !== undefined) return 0;
  return last === null ? Math.max(0, attempts - 1) : attempts;
}

export type Again = (failure: Failure) => Promise<boolean>;

export async function attempt<T>(
  loop: Loop,
  clock: Clock,
  signal: AbortSignal,
  where: string,
  work: (attempt: number, signal: AbortSignal) => Promise<T>,
  /** Every try is a start for the rate; waiting for it does not count as time of the try. */
  gate: RateGate | null = null,
  /** What the author asks of a failure before it is tried again. */
  again: Again | null = null,
  /** So many are remembered. */
  kept: number = LIMITS['iteration.attempts'].default,
): Promise<Tried<T>> {
  let tries: Try[] | null = null;
  for (let n = 1; ; n += 1) {
    await gate?.take(signal);
    const at = clock.monotonic();
    const tried = await once(loop, clock, signal, where, n, work);
    if (tried.failure === null && tries === null) return { ...tried, attempts: n, tries };
    tries = remember(tries ?? [], { n, at, ms: clock.monotonic() - at, failure: tried.failure }, kept);
    if (tried.failure === null) return { ...tried, attempts: n, tries };
    if (signal.aborted) throw signal.reason;
    if (n > loop.retry.times || (tried.failure.retry === 'no' && loop.retry.always !== true))
      return { ...tried, attempts: n, tries };
    if (again !== null && !(await again(tried.failure))) return { ...tried, attempts: n, tries };
    const asked = Math.min(tried.failure.retryAfterMs ?? 0, LONGEST_RETRY_AFTER);
    await clock.sleep(Math.max(retryDelay(loop.retry, n, Math.random()), asked), signal);
  }
}

function remember(tries: Try[], one: Try, most: number): Try[] {
  if (tries.length >= Math.max(2, most)) tries.splice(Math.ceil(tries.length / 2), 1);
  tries.push(one);
  return tries;
}

async function once<T>(
  loop: Loop,
  clock: Clock,
  signal: AbortSignal,
  where: string,
  n: number,
  work: (attempt: number, signal: AbortSignal) => Promise<T>,
): Promise<{ value: T | null; failure: Failure | null }> {
  if (loop.timeoutMs === null) return caught(() => work(n, signal), signal);
  const { timeoutMs } = loop;
  const controller = new AbortController();
  const ended = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const late = clock.sleep(timeoutMs, ended.signal).then(
    () => {
      const why = failure('timeout', `${where} took longer than its timeout of ${timeoutMs} ms.`, { retry: 'yes' });
      controller.abort(new FailureError(why));
      return { value: null, failure: why };
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([caught(() => work(n, controller.signal), signal), late]);
  } finally {
    ended.abort();
    signal.removeEventListener('abort', onAbort);
  }
}

async function caught<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<{ value: T | null; failure: Failure | null }> {
  try {
    return { value: await work(), failure: null };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof StoreError || (error instanceof Error && error.name === 'Stopped')) throw error;
    return { value: null, failure: toFailure(error) };
  }
}
