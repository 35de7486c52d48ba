/** Calls of a loop node of a walk: batches, what came back, the end, and what happens after it. */
import { describe, expect, it } from 'vitest';
import { each } from './list.ts';
import type { Arrival } from './walk.ts';
import { takeTurn, type LoopMemory } from './walk-loop.ts';

const came = (run: number, count: number, step = 1): Arrival => ({ step, port: 0, run, count });

/** What the calls give: `from+count` of a batch, `done:` and the runs that came back. */
function calls(
  arrivals: Arrival[],
  size: number | number[],
  more: { reset?: boolean[]; rearm?: boolean } = {},
): string[] {
  let memory: LoopMemory | null = null;
  return arrivals.map((arrival, i) => {
    const call = { size: typeof size === 'number' ? size : (size[i] ?? 1), reset: more.reset?.[i] ?? false };
    const turn = takeTurn(memory, arrival, call, more.rearm ?? false);
    memory = turn.memory;
    const back = [...each(memory.back)].map((one) => one.run).toReversed();
    return turn.batch === null ? `done:${back.join(',')}` : `${turn.batch.from}+${turn.batch.count}`;
  });
}

const back = (n: number): Arrival[] => Array.from({ length: n }, (_, i) => came(i, 1));

describe('a loop node of a walk', () => {
  it.each([
    [[came(0, 3, 0), ...back(3)], 1, ['0+1', '1+1', '2+1', 'done:0,1,2']],
    [[came(0, 5, 0), ...back(3)], 2, ['0+2', '2+2', '4+1', 'done:0,1,2']],
    [[came(0, 2, 0), ...back(1)], 10, ['0+2', 'done:0']],
    [[came(0, 2, 0), ...back(4)], 1, ['0+1', '1+1', 'done:0,1', 'done:0,1,2', 'done:0,1,2,3']],
  ])('hands out batches and then gives what came back %#', (arrivals, size, gives) => {
    expect(calls(arrivals, size)).toEqual(gives);
  });

  it('takes a new list for something that came back, unless it is armed again', () => {
    const arrivals = [came(0, 1, 0), came(0, 1), came(1, 2, 0), came(1, 1), came(2, 1)];
    expect(calls(arrivals, 1)).toEqual(['0+1', 'done:0', 'done:0,1', 'done:0,1,1', 'done:0,1,1,2']);
    expect(calls(arrivals, 1, { rearm: true })).toEqual(['0+1', 'done:0', '0+1', '1+1', 'done:1,2']);
  });

  it('starts over with what arrives when it is told to', () => {
    const arrivals = [came(0, 1, 0), came(0, 2), came(1, 0), came(2, 1)];
    expect(calls(arrivals, 1, { reset: [false, true, true, false] })).toEqual(['0+1', '0+1', 'done:', 'done:2']);
  });

  it('follows the size of each call, and is done at once with one that means nothing', () => {
    expect(calls([came(0, 5, 0), ...back(3)], [1, 3, 2.9, 1])).toEqual(['0+1', '1+3', '4+1', 'done:0,1,2']);
    for (const size of [0, -3, Number.NaN]) expect(calls([came(0, 5, 0)], size)).toEqual(['done:']);
  });

  it('knows which batch of how many is out', () => {
    const { memory } = takeTurn(null, came(0, 5, 0), { size: 2, reset: false }, false);
    expect(memory).toMatchObject({ batch: 0, batches: 3, handed: 2, done: false });
  });
});
