/** Owns Merge: items of several inputs to one list. The number of inputs is a parameter. */
import type { Json } from '@rondo/core/model/item.ts';
import type { PortSpec } from '@rondo/core/model/node-type.ts';
import { defineNode, MAIN } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

const MOST = 10;

function inputs(raw: Record<string, Json>): PortSpec[] {
  const wanted = raw.inputs;
  const count = typeof wanted === 'number' && wanted >= 2 && wanted <= MOST ? Math.floor(wanted) : 2;
  return Array.from({ length: count }, (_, i) => ({ name: `input${i + 1}` }));
}

export const node = defineNode({
  type: 'merge',
  title: 'Merge',
  description:
    'Joins the items of several inputs: one list after the other, side by side, by equal keys, or by a SELECT over them.',
  group: 'flow',
  work: 'fold',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs,
  outputs: MAIN,
  parameters: {
    inputs: {
      type: 'integer',
      description: 'Number of inputs, named input1, input2 and so on.',
      default: 2,
      min: 2,
      max: MOST,
    },
    mode: {
      type: 'string',
      description:
        'append: all items, input by input. position: the first with the first, and so on. key: items with equal keys. ' +
        'cross: every item with every other. choose: the items of one input only. first: those of the first input that has ' +
        'any. sql: the rows of a query.',
      enum: ['append', 'position', 'key', 'cross', 'choose', 'first', 'sql'],
      default: 'append',
    },
    query: {
      type: 'string',
      description:
        'For sql: a SELECT over the tables input1, input2 and so on, whose columns are the fields of the items: joins, ' +
        'WHERE, GROUP BY with COUNT, SUM, AVG, MIN and MAX, HAVING, ORDER BY, LIMIT, UNION, CASE, LIKE, IN and some ' +
        'forty functions. field->member looks into objects.',
    },
    success: {
      type: 'boolean',
      description: 'For sql: one item { success: true } when the query finds nothing.',
      default: false,
    },
    keys: {
      type: 'any',
      description:
        'For key: dot paths that must be equal in both inputs, as a list or a text with commas; { left, right } where they differ. A missing value fits nothing.',
      default: [],
    },
    join: {
      type: 'string',
      description:
        'For key: inner keeps pairs; left also items of input1 without a partner, right those of input2, outer those of ' +
        'both; anti keeps only items without a partner.',
      enum: ['inner', 'left', 'right', 'outer', 'anti'],
      default: 'inner',
    },
    side: {
      type: 'string',
      description:
        'For key: what the answer is made of: fields of both inputs, or of one only, each item once. ' +
        'Default both; with anti input1, where both means items of either input.',
      enum: ['both', 'input1', 'input2'],
    },
    sourceField: {
      type: 'string',
      description: 'For key: field of items without a partner that gets the name of their input.',
    },
    maxItems: {
      type: 'integer',
      description: 'For key, cross and sql: pairing that would give more items fails instead.',
      default: 1_000_000,
      min: 1,
      max: 10_000_000,
    },
    matches: {
      type: 'string',
      description: 'For key: pair with all partners, or with the first.',
      enum: ['all', 'first'],
      default: 'all',
    },
    loose: {
      type: 'boolean',
      description: 'For key: 1 and "1", true and "true", null and "" are equal.',
      default: false,
    },
    unpaired: { type: 'boolean', description: 'For position: keep items that have no partner.', default: false },
    take: { type: 'integer', description: 'For choose: the number of the input.', default: 1, min: 1, max: MOST },
    empty: { type: 'boolean', description: 'For choose: one empty item instead of those of an input.', default: false },
    clash: {
      type: 'string',
      description:
        'Fields with the same name: the last input wins (default), the first wins, both stay with suffix _1, _2, or all fields get it (suffix-all).',
      enum: ['last', 'first', 'suffix', 'suffix-all'],
    },
    prefer: {
      type: 'integer',
      description: 'For position by the rules of n8n: the number of the input whose fields win. Default: the last.',
      min: 1,
      max: MOST,
    },
    deep: {
      type: 'boolean',
      description: 'Merge objects and lists that clash field by field, too. Default false; true by the rules of n8n.',
    },
    keepFilled: { type: 'boolean', description: 'null and empty text do not replace a value.', default: false },
    dotPaths: {
      type: 'boolean',
      description: 'For key: whether keys are paths. With false a.b is a field with a dot in its name.',
      default: true,
    },
    semantics: semanticsParameter(
      ['n8n', 'n8n-2.1', 'n8n-2'],
      'n8n gives pairs before items without a partner, passes a lone side through, and suffixes every field. n8n-2.1 and ' +
        'n8n-2 pair two inputs by position without setting the fields of the preferred one again; n8n-2 passes a lone ' +
        'side through in an inner join, too.',
    ),
  },
  examples: [
    { title: 'Append', input: [[{ a: 1 }], [{ b: 2 }]], with: {}, output: [{ a: 1 }, { b: 2 }] },
    {
      title: 'Side by side',
      input: [[{ a: 1 }, { a: 2 }], [{ b: 1 }]],
      with: { mode: 'position', unpaired: true },
      output: [{ a: 1, b: 1 }, { a: 2 }],
    },
    {
      title: 'Orders with their customers',
      input: [
        [
          { order: 1, customer: 7 },
          { order: 2, customer: 9 },
        ],
        [{ id: '7', name: 'Ada', tags: { vip: true } }],
      ],
      with: {
        mode: 'key',
        keys: [{ left: 'customer', right: 'id' }],
        join: 'left',
        loose: true,
        deep: true,
        keepFilled: true,
      },
      output: [
        { order: 1, customer: 7, id: '7', name: 'Ada', tags: { vip: true } },
        { order: 2, customer: 9 },
      ],
    },
    {
      title: 'Sums by a query',
      input: [
        [
          { id: 7, name: 'Ada' },
          { id: 9, name: 'Bob' },
        ],
        [
          { customer: 7, total: 5 },
          { customer: 7, total: 6 },
        ],
      ],
      with: {
        mode: 'sql',
        query:
          'SELECT input1.name, SUM(input2.total) AS total FROM input1 JOIN input2 ON input2.customer = input1.id GROUP BY input1.name',
        success: true,
      },
      output: [{ name: 'Ada', total: 11 }],
    },
    {
      title: 'What is in one list only',
      input: [
        [{ id: 1 }, { id: 2 }],
        [{ id: 2 }, { id: 3 }],
      ],
      with: { mode: 'key', keys: ['id'], join: 'anti', side: 'both', sourceField: 'in', maxItems: 1000 },
      output: [
        { id: 1, in: 'input1' },
        { id: 3, in: 'input2' },
      ],
    },
    {
      title: 'Three inputs, one of which is taken',
      input: [[{ a: 1 }], [{ b: 2 }], [{ c: 3 }]],
      with: { inputs: 3, mode: 'choose', take: 3 },
      output: [{ c: 3 }],
    },
    {
      title: 'Waits for both, and goes on with nothing',
      input: [[{ a: 1 }], [{ b: 2 }]],
      with: { mode: 'choose', empty: true },
      output: [{}],
    },
    {
      title: 'By a field with a dot in its name',
      input: [[{ 'a.b': 1, x: 1 }], [{ 'a.b': 1, y: 2 }]],
      with: { mode: 'key', keys: ['a.b'], dotPaths: false },
      output: [{ 'a.b': 1, 'x': 1, 'y': 2 }],
    },
    {
      title: 'As n8n pairs',
      input: [[{ id: 1, tags: ['a'] }, { id: 2 }], [{ id: 2, tags: ['b'] }]],
      with: { semantics: 'n8n', mode: 'key', keys: 'id', join: 'left', prefer: 2 },
      output: [
        { id: 2, tags: ['b'] },
        { id: 1, tags: ['a'] },
      ],
    },
    {
      title: 'Fields with the same name',
      input: [[{ id: 1, n: 'a' }], [{ id: 1, n: 'b' }]],
      with: { mode: 'key', keys: ['id'], clash: 'suffix' },
      output: [{ id: 1, n_1: 'a', n_2: 'b' }],
    },
  ],
});
