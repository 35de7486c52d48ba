/** Owns Rename keys: other names for fields. */
import { defineNode, MAIN } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

export const node = defineNode({
  type: 'rename-keys',
  title: 'Rename keys',
  description:
    'Gives fields other names, one by one or by regular expressions, and moves them where a path leads elsewhere.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    keys: {
      type: 'any',
      description:
        'Old name to new name, as dot paths, in this order; or a list of { from, to }, for names that expressions give.',
      default: {},
    },
    patterns: {
      type: 'list',
      description: 'Regular expressions for names, after keys, in this order.',
      default: [],
      fields: {
        search: { type: 'string', description: 'Pattern; every place where it fits is replaced.', required: true },
        replace: { type: 'string', description: 'What to write instead; $1 is the first group. Default: nothing.' },
        caseSensitive: { type: 'boolean', description: 'Whether upper and lower case differ. Default true.' },
        depth: { type: 'integer', description: 'Levels of objects inside; 0 is the top only. Default: all.', min: 0 },
      },
    },
    missing: {
      type: 'string',
      description: 'What happens where a name in keys is not there.',
      enum: ['ignore', 'fail'],
      default: 'ignore',
    },
    clash: {
      type: 'string',
      description: 'What happens to a field that has the new name already.',
      enum: ['replace', 'fail'],
      default: 'replace',
    },
    dotPaths: {
      type: 'boolean',
      description: 'Whether names in keys are paths. With false a.b is a field with a dot in its name.',
      default: true,
    },
    semantics: semanticsParameter(
      ['n8n'],
      'With n8n, values are read before anything is renamed, renamed fields go to the end, and a pattern is replaced ' +
        'where it fits first only.',
    ),
  },
  examples: [
    {
      title: 'Names one by one',
      input: [{ first_name: 'Ada', address: { zip: 1 }, x: 1 }],
      with: { keys: { 'first_name': 'name', 'address.zip': 'address.code' }, missing: 'fail', clash: 'fail' },
      output: [{ name: 'Ada', address: { code: 1 }, x: 1 }],
    },
    {
      title: 'By pattern, on all levels',
      input: [{ user_name: 'Ada', items: [{ unit_price: 1 }] }],
      with: {
        patterns: [
          { search: '_price$', replace: 'Price' },
          { search: '^USER_', caseSensitive: false, depth: 0 },
        ],
      },
      output: [{ name: 'Ada', items: [{ unitPrice: 1 }] }],
    },
    {
      title: 'A dot in the name',
      input: [{ 'a.b': 1 }],
      with: { keys: { 'a.b': 'c.d' }, dotPaths: false },
      output: [{ 'c.d': 1 }],
    },
    {
      title: 'As n8n does',
      input: [{ a_b_c: 1, o: { x: 2 }, z: 3 }],
      with: { keys: [{ from: 'o.x', to: 'y' }], patterns: [{ search: '[ab]_', replace: '-' }], semantics: 'n8n' },
      output: [{ 'o': {}, 'z': 3, 'y': 2, '-b_c': 1 }],
    },
  ],
});
