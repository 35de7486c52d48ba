/**
 * Owns what is said about units that took the evaluator down. Does not find them (evaluator.ts).
 */
import { failure, type Failure } from '@rondo/core/errors.ts';
import type { Program, UnitResult } from '@rondo/core/ports.ts';

export type Reason = 'time' | 'memory';

function failedUnit(failed: Failure): UnitResult {
  return { status: 'failed', output: '', steps: '', logs: '', failure: failed };
}

/** A unit that killed a fresh isolate in which it was alone. */
export function guilty(program: Program, index: number, reason: Reason, isolateMiB: number): UnitResult {
  const node = program.steps.length === 1 ? program.steps[0]?.id : undefined;
  const who = program.kind === 'fold' ? `Node ${node}` : `Iteration ${index}`;
  const more = { retry: 'no', ...(node === undefined ? {} : { node }) } as const;
  if (reason === 'time') {
    const message = `${who} could not be stopped at its limit of ${program.unitMs} ms and was ended with its process.`;
    const fix = 'Look for an endless loop or one call that takes very long.';
    return failedUnit(failure('expression-timeout', message, { ...more, fix }));
  }
  const message = `${who} used more memory than the evaluator may have (${isolateMiB} MiB).`;
  const fix = 'Work on smaller pieces: split the list, or raise settings.limits["evaluator.bytes"].';
  return failedUnit(failure('memory-exceeded', message, { ...more, fix }));
}

/** A fold whose state died with the process, and whose items are no longer at hand. */
export function tooLongToRepeat(program: Program): UnitResult {
  const message = `The evaluator was restarted, and the list of node ${program.steps[0]?.id} is too long to be given again.`;
  return failedUnit(
    failure('memory-exceeded', message, { retry: 'yes', fix: 'Run it again from the last checkpoint.' }),
  );
}
