/**
 * Owns `rondo runs restart`: a new run of one that has ended, from a step or an iteration on, with what came before as
 * it was. Does not decide what is taken over (packages/core/restart.ts).
 */
import type { RestartPoint } from '@rondo/core/restart.ts';
import type { RestartRequest } from '@rondo/runtime/api.ts';
import { jsonValue } from '../../arguments.ts';
import { UsageError } from '../../exit.ts';
import type { Terminal } from '../../terminal.ts';
import { restartStored, type RunOptions } from '../run.ts';

export async function restart(
  name: string,
  place: string,
  options: RunOptions & { input?: string },
  terminal: Terminal,
): Promise<number> {
  const at = pointsOf(place);
  const request: Omit<RestartRequest, 'run'> = { at };
  if (options.input !== undefined) request.input = await jsonValue(options.input, '--input', terminal);
  return restartStored(name, request, options, { terminal });
}

/** `check`, `each[3]`, `each[3]/call`: a step, or an iteration of a loop and a step in it. */
export function pointsOf(place: string): RestartPoint[] {
  return place.split('/').map((part) => {
    const [, written = '', index] = /^(.+?)(?:\[(\d{1,9})\])?$/.exec(part) ?? [];
    // As paths are printed: what means something in one is written in digits.
    const step = written.replace(/%([0-9A-F]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
    if (step === '') {
      throw new UsageError(`"${place}" is not a place: write a step, as check, each[3] or each[3]/call.`, 'bad-value');
    }
    return index === undefined ? { step } : { step, iteration: Number(index) };
  });
}
