/**
 * Owns waiting for what a caller wants of a run: its end, or what a Respond node says, for so long and not
 * longer than the caller is there. Does not send anything.
 */
import type { RunResult } from '@rondo/runtime/api.ts';
import type { Clock } from '@rondo/core/ports.ts';
import type { RunResponse } from '@rondo/nodes/respond/response.ts';
import type { Answers } from './answers.ts';
import type { LaunchRequest, Launched, Launcher } from './launcher.ts';

export type Outcome = { runId: string } & (
  | { kind: 'started' }
  /** The run of an earlier request with the same key. */
  | { kind: 'repeated' }
  | { kind: 'response'; response: RunResponse }
  | { kind: 'ended'; result: RunResult }
  | { kind: 'late' }
);

export interface OutcomeOptions {
  launcher: Launcher;
  answers: Answers;
  clock: Clock;
}

export async function launchAndWait(
  { launcher, answers, clock }: OutcomeOptions,
  request: LaunchRequest & { runId: string },
  mode: 'immediately' | 'done' | 'node',
  timeoutMs: number,
  /** The caller has gone. */
  gone: AbortSignal,
): Promise<Outcome> {
  const { runId } = request;
  let forget = (): void => {};
  const response = new Promise<RunResponse>((resolve) => {
    // Before the start: the answer may be there at once.
    if (mode === 'node') forget = answers.wait(runId, resolve);
  });
  const ended = new AbortController();
  try {
    const launched: Launched = await launcher.start({ ...request, output: mode !== 'immediately' });
    if (launched.done === null) return { kind: 'repeated', runId };
    if (mode === 'immediately') return { kind: 'started', runId };
    const late = clock.sleep(timeoutMs, AbortSignal.any([gone, ended.signal])).catch(() => {});
    return await Promise.race([
      response.then((answer): Outcome => ({ kind: 'response', response: answer, runId })),
      launched.done.then((result): Outcome => ({ kind: 'ended', result, runId })),
      late.then((): Outcome => ({ kind: 'late', runId })),
    ]);
  } finally {
    ended.abort();
    forget();
  }
}
