/** Owns Summarize: sums, counts and other results of fields, by group. */
import { OPERATIONS } from '../kit/accumulate.ts';
import { defineNode, MAIN } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

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
    missing: {
      type: 'string',
      description: 'What happens where a field is in no item at all.',
      enum: ['ignore', 'fail'],
      default: 'ignore',
    },
    skipEmptyKeys: {
      type: 'boolean',
      description: 'Leave out items whose fields in by are missing, null or empty text.',
      default: false,
    },
    dotPaths: {
      type: 'boolean',
      description: 'Whether names of fields are paths. With false a.b is a field with a dot in its name.',
      default: true,
    },
    semantics: semanticsParameter(
      ['n8n', 'n8n-1', 'n8n-lists'],
      'With n8n, results have its names (appended_price, unique_count_price), by may be a text with commas, sum and ' +
        'average take numbers only, and the fields of by stand last, in reverse. In n8n-1 their values are texts; ' +
        'n8n-lists is that of Item Lists, where they stand first and groups come in the order of keys of an object.',
    ),
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
    {
      title: 'As n8n does',
      input: [
        { 'c': 'DE', 'n': 2, 'a.b': 1 },
        { 'c': null, 'n': 3 },
        { 'c': 'DE', 'n': '4' },
      ],
      with: {
        by: ['c'],
        fields: [
          { field: 'n', op: 'sum' },
          { field: 'n', op: 'countUnique' },
          { field: 'a.b', op: 'list' },
        ],
        semantics: 'n8n',
        missing: 'fail',
        skipEmptyKeys: true,
        dotPaths: false,
      },
      output: [{ sum_n: 2, unique_count_n: 2, appended_a_b: [1], c: 'DE' }],
    },
  ],
});
