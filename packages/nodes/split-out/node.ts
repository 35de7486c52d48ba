/** Owns Split out: a list inside an item to one item per element. */
import { defineNode, MAIN } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

const SEMANTICS = ['n8n-1', 'n8n-2', 'n8n-2.1', 'n8n'];

export const node = defineNode({
  type: 'split-out',
  title: 'Split out',
  description:
    'Makes one item of each element of a list. An object gives its values, a single value one item, a missing one none.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    field: { type: 'string', description: 'Dot path of the list.', required: true },
    also: {
      type: 'list',
      description: 'Dot paths of more lists, split side by side: the second items hold the second elements.',
      default: [],
    },
    destination: {
      type: 'string',
      description:
        'Dot path for the element. Default: the place of the list; an object becomes the whole item where nothing else is kept.',
    },
    include: {
      type: 'string',
      description:
        'Other fields of the item that each new item gets: none, all, only those in names (selected), or all but those (except).',
      enum: ['none', 'all', 'selected', 'except'],
      default: 'none',
    },
    names: { type: 'list', description: 'Dot paths of the fields, for include: selected and except.', default: [] },
    dotPaths: {
      type: 'boolean',
      description: 'Whether field, also and names are paths. With false a.b is a field with a dot in its name.',
      default: true,
    },
    keepFiles: { type: 'boolean', description: 'Whether each new item has the files of the item.', default: false },
    semantics: semanticsParameter(
      SEMANTICS,
      'With n8n, field and destination may name several fields with commas between, which are split side by side; each ' +
        'keeps its whole name, dots too, $binary are the files, and elements come before other selected fields. ' +
        'n8n-1, n8n-2 and n8n-2.1 are those of its older Item Lists, which fail where a list is missing or none.',
    ),
  },
  examples: [
    {
      title: 'Objects become the items',
      input: [{ id: 7, rows: [{ a: 1 }, { a: 2 }] }],
      with: { field: 'rows' },
      output: [{ a: 1 }, { a: 2 }],
    },
    {
      title: 'With the other fields',
      input: [{ id: 7, tags: ['x', 'y'] }],
      with: { field: 'tags', destination: 'tag', include: 'all' },
      output: [
        { id: 7, tag: 'x' },
        { id: 7, tag: 'y' },
      ],
    },
    {
      title: 'Two lists side by side, with a selected field',
      input: [{ id: 7, big: 'x', names: ['Ada', 'Bob'], ages: [36] }],
      with: { field: 'names', also: ['ages'], include: 'selected', names: ['id'] },
      output: [
        { id: 7, names: 'Ada', ages: 36 },
        { id: 7, names: 'Bob' },
      ],
    },
    {
      title: 'As n8n does',
      input: [{ 'id': 7, 'a.b': 1, 'order': { lines: ['x', 'y'], n: 2 } }],
      with: { field: 'order.lines', include: 'selected', names: ['order.n', 'a.b'], semantics: 'n8n' },
      output: [
        { 'order.lines': 'x', 'order.n': 2, 'a.b': 1 },
        { 'order.lines': 'y', 'order.n': 2, 'a.b': 1 },
      ],
    },
    {
      title: 'A dot in the name',
      input: [{ 'a.b': [1, 2] }],
      with: { field: 'a.b', dotPaths: false },
      output: [{ 'a.b': 1 }, { 'a.b': 2 }],
    },
  ],
});
