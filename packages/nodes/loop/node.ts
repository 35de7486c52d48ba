/** Owns what Loop is to forms, checks and documentation; the engine runs it. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'loop',
  title: 'Loop',
  description:
    'Runs the nodes in its body again and again: while or until a condition, or times times. Loop variables start as ' +
    'loop.state and change by loop.update after each iteration. Its output is the loop variables at the end; with loop.collect, what the iterations gave: concat for all, last for the last.',
  group: 'loop',
  work: 'container',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {},
  examples: [
    {
      title: 'Until a condition, with a loop variable',
      with: {},
      loop: { state: { n: 1 }, until: '{{ $json.n > 50 }}', limit: 20 },
      body: { double: { type: 'set', with: { fields: { n: '{{ $loop.vars.n * 2 }}' } } } },
      output: [{ n: 64 }],
    },
    {
      title: 'Three times, keeping what each iteration gave',
      with: {},
      loop: { times: 3, collect: 'concat' },
      body: { square: { type: 'set', with: { keep: 'none', fields: { square: '{{ $loop.index ** 2 }}' } } } },
      output: [{ square: 0 }, { square: 1 }, { square: 4 }],
    },
  ],
});
