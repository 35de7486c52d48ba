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
  description:
    'Sends each item to the output of the first rule that fits, of the case that its value has, or that an expression names.',
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
    outputs: {
      type: 'list',
      description: 'With output: names of the outputs. Outputs of rules and cases need not be listed.',
      default: [],
    },
    output: {
      type: 'any',
      description:
        'An expression that gives the name of the output, its position from 0, or a list of such. null fits nothing.',
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
      title: 'By an expression',
      input: [{ n: 3 }, { n: 4 }],
      with: { outputs: ['even', 'odd'], output: '{{ $json.n % 2 }}' },
      output: { even: [{ n: 4 }], odd: [{ n: 3 }] },
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
