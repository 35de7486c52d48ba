/** Owns Sort: items in order. */
import { defineNode, MAIN } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

export const node = defineNode({
  type: 'sort',
  title: 'Sort',
  description:
    'Puts items in order, by fields or by an expression. Equal items keep their order. ' +
    'Types are ordered false, true, numbers, texts, lists, objects; missing values come last either way.',
  group: 'data',
  work: 'fold',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    fields: {
      type: 'list',
      description: 'Dot paths to sort by, the most important first: a path, or { field, order }.',
      default: [],
    },
    by: {
      type: 'any',
      description:
        'An expression that gives the value to sort each item by, or a list of such values. Goes before fields.',
      evaluate: 'item',
    },
    order: {
      type: 'string',
      description: 'Direction for by, and for fields that give none.',
      enum: ['ascending', 'descending'],
      default: 'ascending',
    },
    caseSensitive: { type: 'boolean', description: 'Whether upper and lower case differ in texts.', default: true },
    shuffle: { type: 'boolean', description: 'Any order, another one each time, instead of sorting.', default: false },
    dotPaths: {
      type: 'boolean',
      description: 'Whether fields are paths. With false a.b is a field with a dot in its name.',
      default: true,
    },
    semantics: semanticsParameter(
      ['n8n'],
      'With n8n, texts are compared in lower case and all else as numbers, null as 0; what cannot be compared counts as ' +
        'larger, and a field that no item has is a failure.',
    ),
  },
  examples: [
    {
      title: 'By two fields',
      input: [
        { n: 'b', p: 1 },
        { n: 'a', p: 1 },
        { n: 'c', p: 3 },
      ],
      with: { fields: [{ field: 'p', order: 'descending' }, 'n'] },
      output: [
        { n: 'c', p: 3 },
        { n: 'a', p: 1 },
        { n: 'b', p: 1 },
      ],
    },
    {
      title: 'By an expression',
      input: [
        { qty: 2, price: 5 },
        { qty: 9, price: 1 },
        { qty: 4, price: 5 },
      ],
      with: { by: '{{ $json.qty * $json.price }}', order: 'descending' },
      output: [
        { qty: 4, price: 5 },
        { qty: 2, price: 5 },
        { qty: 9, price: 1 },
      ],
    },
    {
      title: 'Texts without regard to case',
      input: [{ n: 'b' }, { n: 'A' }, { n: null }, { n: 'C' }],
      with: { fields: ['n'], caseSensitive: false },
      output: [{ n: 'A' }, { n: 'b' }, { n: 'C' }, { n: null }],
    },
    {
      title: 'As n8n does',
      input: [{ n: 'b' }, { n: 'A', v: 5 }, { n: 'a', v: null }],
      with: { fields: ['n', 'v'], semantics: 'n8n' },
      output: [{ n: 'a', v: null }, { n: 'A', v: 5 }, { n: 'b' }],
    },
    {
      title: 'A dot in the name',
      input: [{ 'a.b': 2 }, { 'a.b': 1 }],
      with: { fields: ['a.b'], dotPaths: false },
      output: [{ 'a.b': 1 }, { 'a.b': 2 }],
    },
    { title: 'Any order', input: [{ n: 1 }], with: { shuffle: true }, output: [{ n: 1 }] },
  ],
});
