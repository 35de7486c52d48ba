/** Owns Summarize: sums, counts and other results of fields, by group. */
import { OPERATIONS } from '../kit/accumulate.ts';
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'summarize',
  title: 'Summarize',
  description:
    'Sums, averages, counts and other results of fields, over all items or by group, as a pivot table makes them. ' +
    'Memory grows with the groups, not with the items.',
  group: 'data',
  work: 'fold',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  runsOnEmpty: true,
  parameters: {
    fields: {
      type: 'list',
      description: 'What to summarize.',
      required: true,
      fields: {
        field: { type: 'string', description: 'Dot path of the values.', required: true },
        op: { type: 'string', description: 'What to make of them.', required: true, enum: OPERATIONS },
        name: { type: 'string', description: 'Field of the result. Default: the operation and the field, sum_price.' },
        separator: { type: 'string', description: 'For concat: text between the values. Default a comma and a space.' },
        includeEmpty: {
          type: 'boolean',
          description:
            'For count, countUnique, unique, list and concat: whether null, missing values and empty text count. Default false.',
        },
      },
    },
    by: {
      type: 'list',
      description: 'Dot paths to group by; the groups come in order of their first item.',
      default: [],
    },
    numbers: {
      type: 'string',
      description:
        'What sum and average do with a value that is no number: fail, skip it, or convert it if it is one as text.',
      enum: ['fail', 'skip', 'convert'],
      default: 'fail',
    },
    shape: {
      type: 'string',
      description: 'One item per group, or one object with the groups as keys inside one another.',
      enum: ['items', 'object'],
      default: 'items',
    },
  },
  examples: [
    {
      title: 'Orders by country',
      input: [
        { country: 'DE', price: 5, buyer: 'Ada' },
        { country: 'FR', price: 4, buyer: 'Bob' },
        { country: 'DE', price: 1, buyer: 'Ada' },
      ],
      with: {
        by: ['country'],
        fields: [
          { field: 'price', op: 'sum' },
          { field: 'price', op: 'max', name: 'dearest' },
          { field: 'buyer', op: 'countUnique', name: 'buyers' },
        ],
      },
      output: [
        { country: 'DE', sum_price: 6, dearest: 5, buyers: 1 },
        { country: 'FR', sum_price: 4, dearest: 4, buyers: 1 },
      ],
    },
    {
      title: 'One object, numbers that arrive as text',
      input: [
        { y: 2024, m: 'May', n: '2' },
        { y: 2024, m: 'June', n: 3 },
      ],
      with: { by: ['y', 'm'], fields: [{ field: 'n', op: 'sum', name: 'n' }], numbers: 'convert', shape: 'object' },
      output: [{ 2024: { May: { n: 2 }, June: { n: 3 } } }],
    },
    {
      title: 'Over all items',
      input: [{ tag: 'a' }, { tag: '' }, { tag: 'b' }],
      with: {
        fields: [
          { field: 'tag', op: 'concat', separator: '/', name: 'tags' },
          { field: 'tag', op: 'count', includeEmpty: true, name: 'all' },
        ],
      },
      output: [{ tags: 'a/b', all: 3 }],
    },
  ],
});
