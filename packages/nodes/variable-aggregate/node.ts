/** Owns Variable aggregate: the first of several values that is there. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'variable-aggregate',
  title: 'Variable aggregate',
  description:
    'Takes the first of several values that is there: the result of whichever branch ran. Groups do that several times at once. ' +
    'To take the items of the first input that has any, use Merge with mode first.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    values: {
      type: 'list',
      description:
        "Expressions in order of preference. Of a node that may not have run: {{ $('a').isExecuted ? $('a').first().json.x : null }}.",
      default: [],
    },
    field: { type: 'string', description: 'Dot path of the field for the value.', default: 'value' },
    groups: {
      type: 'object',
      description: 'Several results at once: dot path of the field, and its list of expressions.',
      default: {},
    },
    accept: {
      type: 'string',
      description:
        'What counts as being there: filled passes over null, "", [] and {}; notNull over null only; present takes null, too. 0 and false are values.',
      enum: ['filled', 'notNull', 'present'],
      default: 'filled',
    },
    missing: {
      type: 'string',
      description: 'Where nothing is there: the field is null, is left out, or the item fails.',
      enum: ['null', 'omit', 'fail'],
      default: 'null',
    },
    keep: {
      type: 'string',
      description: 'Whether the other fields of the item stay.',
      enum: ['all', 'none'],
      default: 'none',
    },
  },
  examples: [
    {
      title: 'The first that is filled',
      input: [{ nick: '', name: 'Ada' }, { nick: 'Lovely', name: 'Bob' }, {}],
      with: { values: ['{{ $json.nick }}', '{{ $json.name }}', 'nobody'], field: 'label' },
      output: [{ label: 'Ada' }, { label: 'Lovely' }, { label: 'nobody' }],
    },
    {
      title: 'Groups',
      input: [{ id: 1, a: null, b: 0, c: false }],
      with: {
        keep: 'all',
        accept: 'notNull',
        missing: 'omit',
        groups: { 'out.first': ['{{ $json.a }}', '{{ $json.b }}'], 'out.none': ['{{ $json.a }}'] },
      },
      output: [{ id: 1, a: null, b: 0, c: false, out: { first: 0 } }],
    },
  ],
});
