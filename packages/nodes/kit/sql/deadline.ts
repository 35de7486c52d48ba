/**
 * Owns the end of a statement that takes too long or is not wanted any more: cancelled on the server, and the
 * connection closed. Does not map errors of drivers.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Session } from './session.ts';

export interface Deadline {
  signal: AbortSignal;
  timeoutMs: number;
  /** For messages. */
  where: string;
}

/** How long a cancelled statement may take to end before its connection is cut. */
const GRACE_MS = 2000;

function ended(deadline: Deadline): FailureError {
  return new FailureError(
    failure(
      'timeout',
      `${deadline.where}: the statement took longer than timeout (${deadline.timeoutMs} ms) and was cancelled on the server.`,
      { retry: 'yes', fix: 'Raise timeout, or make the statement faster (an index, fewer rows).' },
    ),
  );
}

/** The work, or why it had to end. `stop` tells long work between statements. */
export async function within<T>(
  deadline: Deadline,
  session: Session,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const timer = new AbortController();
  const clock = setTimeout(() => timer.abort(), deadline.timeoutMs);
  const stop = AbortSignal.any([deadline.signal, timer.signal]);
  let cancelling: Promise<void> | undefined;
  let cut: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    cut = setTimeout(() => void session.close(true), GRACE_MS);
    cancelling = session.cancel();
  };
  stop.addEventListener('abort', cancel, { once: true });
  try {
    return await work(stop);
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw timer.signal.aborted ? ended(deadline) : error;
  } finally {
    stop.removeEventListener('abort', cancel);
    clearTimeout(clock);
    // A cancellation that comes late would hit the next statement: its connection is not used again.
    if (cancelling !== undefined) {
      await cancelling;
      await session.close(true);
    }
    clearTimeout(cut);
  }
}

/** The value, or the reason of the signal as soon as it is aborted; the work itself goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
