/** Owns Switch: items to one of many outputs. The outputs are those that the parameters name. */
import type { Json } from '@rondo/core/model/item.ts';
import type { PortSpec } from '@rondo/core/model/node-type.ts';
import { DECISION_PARAMETERS } from '../kit/decide.ts';
import { defineNode, MAIN } from '../kit/define.ts';
import { switchOutputs } from '../kit/switch-outputs.ts';

const outputs = (raw: Record<string, Json>): PortSpec[] => switchOutputs(raw).map((name) => ({ name }));

export const node = defineNode({
  type: 'switch',
  title: 'Switch',
  description: 'Sends each item to the output of the first rule that fits, or of the case that its value has.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs,
  parameters: {
    rules: {
      type: 'list',
      description: 'Rules in order. Each has a question (when, or conditions) and the output for items that fit.',
      fields: {
        ...DECISION_PARAMETERS,
        output: { type: 'string', description: 'Name of the output; rules may share one.', required: true },
      },
    },
    value: { type: 'any', description: 'With cases: the value that decides, such as {{ $json.country }}.' },
    cases: {
      type: 'object',
      description: 'Instead of rules: value to name of the output, such as { DE: german, AT: german, FR: french }.',
    },
    fallback: {
      type: 'string',
      description:
        'For items that nothing fits: none drops them, extra adds an output extra, or the name of an output.',
      default: 'none',
    },
    all: {
      type: 'boolean',
      description: 'Send an item to every output whose rule fits, not to the first only.',
      default: false,
    },
  },
  examples: [
    {
      title: 'By rules',
      input: [{ n: 5 }, { n: 50 }, { n: 500 }],
      with: {
        rules: [
          { when: '{{ $json.n < 10 }}', output: 'small' },
          { conditions: [{ left: '{{ $json.n }}', op: 'lt', right: 100 }], output: 'medium' },
        ],
        fallback: 'extra',
      },
      output: { small: [{ n: 5 }], medium: [{ n: 50 }], extra: [{ n: 500 }] },
    },
    {
      title: 'By value',
      input: [{ country: 'AT' }, { country: 'FR' }, { country: 'XX' }],
      with: { value: '{{ $json.country }}', cases: { DE: 'german', AT: 'german', FR: 'french' }, fallback: 'none' },
      output: { german: [{ country: 'AT' }], french: [{ country: 'FR' }] },
    },
    {
      title: 'To all outputs that fit',
      input: [{ n: 6 }],
      with: {
        all: true,
        rules: [
          { when: '{{ $json.n % 2 === 0 }}', output: 'two' },
          { when: '{{ $json.n % 3 === 0 }}', output: 'three' },
        ],
      },
      output: { two: [{ n: 6 }], three: [{ n: 6 }] },
    },
  ],
});
