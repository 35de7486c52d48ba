/** Owns Aggregate: many items to one, or to one per group. */
import { defineNode, MAIN } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

export const node = defineNode({
  type: 'aggregate',
  title: 'Aggregate',
  description:
    'Makes one item of all items: a list of them, lists of single fields, or operations such as sum and count, ' +
    'which need no memory for the items. With by there is one item per group. Nothing in gives an empty list, count 0, sum 0.',
  group: 'data',
  work: 'fold',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  runsOnEmpty: true,
  parameters: {
    into: {
      type: 'string',
      description: 'Field for the list of all items. Default data, where neither fields nor operations are given.',
    },
    include: {
      type: 'string',
      description:
        'Which fields of the items the list holds: all, only those in names (selected), or all but those (except).',
      enum: ['all', 'selected', 'except'],
      default: 'all',
    },
    names: { type: 'list', description: 'Dot paths of fields, for include.', default: [] },
    fields: {
      type: 'any',
      description:
        'Lists of single values: name of the list, and the dot path in each item; or a list of { field, name }, for names ' +
        'that expressions give.',
    },
    operations: {
      type: 'object',
      description:
        'Results by name: count, or { op, field, separator }. op is count, sum, average, min, max, first, last, concat, ' +
        'unique, countUnique or list; without field it works on value. Missing values and null do not count.',
    },
    value: {
      type: 'any',
      description: 'An expression that gives the value of each item for operations without field.',
      evaluate: 'item',
    },
    by: {
      type: 'list',
      description: 'Dot paths to group by; the groups come in order of their first item.',
      default: [],
    },
    keepMissing: {
      type: 'boolean',
      description: 'Put null into the lists of fields where a value is missing.',
      default: false,
    },
    flatten: {
      type: 'boolean',
      description: 'Values that are lists are joined into the lists of fields.',
      default: false,
    },
    dotPaths: {
      type: 'boolean',
      description: 'Whether names of fields are paths. With false a.b is a field with a dot in its name.',
      default: true,
    },
    keepFiles: {
      type: 'boolean',
      description: 'Whether the item has the files of all items; of several with one name, later ones get a number.',
      default: false,
    },
    uniqueFiles: {
      type: 'boolean',
      description: 'With keepFiles: one of several files of the same type, size and extension.',
      default: false,
    },
    semantics: semanticsParameter(
      ['n8n', 'n8n-lists', 'n8n-1'],
      'With n8n, null is also left out of values that are lists, names of lists are paths, include looks at the names at ' +
        'the top only and leaves out items of which nothing is left. n8n-lists is that of Item Lists; n8n-1 of its older versions, which fail where ' +
        'no item has a field.',
    ),
  },
  examples: [
    { title: 'All items in one list', input: [{ a: 1 }, { a: 2 }], with: {}, output: [{ data: [{ a: 1 }, { a: 2 }] }] },
    {
      title: 'Lists of single fields',
      input: [
        { user: { name: 'Ada' }, tags: ['x'] },
        { user: {}, tags: ['y', 'z'] },
      ],
      with: { fields: { names: 'user.name', tags: 'tags' }, flatten: true, keepMissing: true },
      output: [{ names: ['Ada', null], tags: ['x', 'y', 'z'] }],
    },
    {
      title: 'Sums by group',
      input: [
        { c: 'DE', n: 2, p: 5 },
        { c: 'FR', n: 1, p: 4 },
        { c: 'DE', n: 1, p: 1 },
      ],
      with: {
        by: ['c'],
        value: '{{ $json.n * $json.p }}',
        operations: { orders: 'count', total: 'sum', largest: { op: 'max', field: 'n' } },
      },
      output: [
        { c: 'DE', orders: 2, total: 11, largest: 2 },
        { c: 'FR', orders: 1, total: 4, largest: 1 },
      ],
    },
    { title: 'Nothing at all', input: [], with: { operations: { orders: 'count' } }, output: [{ orders: 0 }] },
    {
      title: 'Selected fields of all items, in a field of another name',
      input: [{ id: 1, secret: 'x' }],
      with: { into: 'users', include: 'except', names: ['secret'] },
      output: [{ users: [{ id: 1 }] }],
    },
    {
      title: 'As n8n does',
      input: [{ day: 'mon', tags: ['a', null] }, { day: 'tue' }],
      with: { fields: [{ field: 'tags', name: 'all.tags' }, { field: 'day' }], semantics: 'n8n' },
      output: [{ all: { tags: [['a']] }, day: ['mon', 'tue'] }],
    },
    {
      title: 'A dot in the name, and the files',
      input: [{ 'a.b': 1 }],
      with: { fields: { list: 'a.b' }, dotPaths: false, keepFiles: true, uniqueFiles: true },
      output: [{ list: [1] }],
    },
  ],
});
