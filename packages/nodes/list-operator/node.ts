/** Owns List operator: one list inside an item, filtered, sorted and cut. */
import { DECISION_PARAMETERS } from '../kit/decide.ts';
import { defineNode, MAIN } from '../kit/define.ts';

const { left: _left, ...CONDITION_FIELDS } = DECISION_PARAMETERS.conditions?.fields ?? {};

export const node = defineNode({
  type: 'list-operator',
  title: 'List operator',
  description:
    'Works on one list inside each item, in this order: keeps the elements that fit, removes equal ones, takes one out, sorts, cuts. ' +
    'To work on items use Filter, Sort and Limit.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    list: {
      type: 'list',
      description: 'The list, such as {{ $json.rows }}. null is an empty list.',
      required: true,
    },
    conditions: {
      type: 'list',
      description: 'What an element must fulfil to stay.',
      default: [],
      fields: {
        path: { type: 'string', description: 'Dot path inside the element. Default: the element itself.' },
        ...CONDITION_FIELDS,
      },
    },
    combinator: DECISION_PARAMETERS.combinator as NonNullable<typeof DECISION_PARAMETERS.combinator>,
    semantics: DECISION_PARAMETERS.semantics as NonNullable<typeof DECISION_PARAMETERS.semantics>,
    unique: { type: 'boolean', description: 'Keep one of equal elements.', default: false },
    extract: {
      type: 'integer',
      description: 'Take only the element at this position, from 1; -1 is the last. It fails where there is none.',
    },
    order: {
      type: 'string',
      description: 'How to sort; missing values come last.',
      enum: ['none', 'ascending', 'descending', 'reverse'],
      default: 'none',
    },
    sortBy: {
      type: 'string',
      description: 'Dot path inside the elements to sort by. Default: the element itself.',
      default: '',
    },
    caseSensitive: {
      type: 'boolean',
      description: 'Whether upper and lower case differ when texts are sorted.',
      default: true,
    },
    limit: {
      type: 'integer',
      description: 'At most so many elements; a negative number leaves out so many at the end.',
    },
    field: { type: 'string', description: 'Dot path of the field for the list.', default: 'result' },
    firstField: { type: 'string', description: 'Field for the first element; empty: none.', default: 'first' },
    lastField: { type: 'string', description: 'Field for the last element; empty: none.', default: 'last' },
    keep: {
      type: 'string',
      description: 'Whether the other fields of the item stay.',
      enum: ['all', 'none'],
      default: 'all',
    },
  },
  examples: [
    {
      title: 'The two dearest of those in stock',
      input: [
        {
          rows: [
            { n: 'a', price: 3, stock: 1 },
            { n: 'b', price: 9, stock: 0 },
            { n: 'c', price: 5, stock: 2 },
            { n: 'd', price: 4, stock: 7 },
          ],
        },
      ],
      with: {
        list: '{{ $json.rows }}',
        conditions: [{ path: 'stock', op: 'gt', right: 0 }],
        order: 'descending',
        sortBy: 'price',
        limit: 2,
        field: 'best',
        firstField: '',
        lastField: '',
        keep: 'none',
      },
      output: [
        {
          best: [
            { n: 'c', price: 5, stock: 2 },
            { n: 'd', price: 4, stock: 7 },
          ],
        },
      ],
    },
    {
      title: 'Distinct texts in order',
      input: [{ tags: ['b', 'A', 'b'] }],
      with: { list: '{{ $json.tags }}', unique: true, order: 'ascending', caseSensitive: false },
      output: [{ tags: ['b', 'A', 'b'], result: ['A', 'b'], first: 'A', last: 'b' }],
    },
    {
      title: 'One element',
      input: [{ tags: ['x', 'y'] }],
      with: {
        list: '{{ $json.tags }}',
        extract: 2,
        conditions: [
          { op: 'equals', right: 'x' },
          { op: 'equals', right: 'y' },
        ],
        combinator: 'or',
        semantics: 'rondo',
        keep: 'none',
      },
      output: [{ result: ['y'], first: 'y', last: 'y' }],
    },
  ],
});
