/** Owns Set: fields added to, changed in or taken from an item. */
import { defineNode, MAIN } from '../kit/define.ts';
import { KEEP } from '../kit/items.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

export const node = defineNode({
  type: 'set',
  title: 'Set fields',
  description: 'Adds or changes fields of each item, and decides which other fields stay.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    fields: {
      type: 'object',
      description: 'Fields to set: a dot path such as order.lines[0].price, and its value.',
      default: {},
    },
    keep: {
      type: 'string',
      description:
        'Which fields of the item stay: all, none, only the ones in names (selected), or all but those (except).',
      enum: KEEP,
      default: 'all',
    },
    names: {
      type: 'any',
      description: 'Dot paths of fields, for keep: selected and keep: except: a list, or a text with commas.',
      default: [],
    },
    value: {
      type: 'any',
      description:
        'An object whose fields are set before those in fields, as they are; or JSON text of one, with templates. A list ' +
        'holds pieces of such a text: a piece that is an object or list is put in as JSON.',
    },
    assignments: {
      type: 'list',
      description: 'Fields to set after those in fields, in order, where a name comes from an expression too.',
      default: [],
      fields: {
        name: { type: 'any', description: 'Dot path of the field.', required: true },
        value: { type: 'any', description: 'Its value.' },
        type: {
          type: 'string',
          description: 'What to convert it to: string, number, boolean, array or object.',
          enum: ['string', 'number', 'boolean', 'array', 'object'],
        },
        pieces: { type: 'list', description: 'Instead of value: pieces of the JSON text of an object.' },
      },
    },
    types: {
      type: 'object',
      description:
        'Fields to convert, by dot path, after all are set: string, number, integer, boolean, array, object or dateTime. ' +
        'null and missing fields stay as they are.',
      default: {},
    },
    mismatch: {
      type: 'string',
      description: 'What happens to a value that cannot be converted: the item fails, it stays, or it becomes null.',
      enum: ['fail', 'keep', 'null'],
      default: 'fail',
    },
    dotPaths: {
      type: 'boolean',
      description: 'Whether names of fields are paths. With false a.b is a field with a dot in its name.',
      default: true,
    },
    keepFiles: { type: 'boolean', description: 'Whether the files of the item stay.', default: true },
    copies: {
      type: 'integer',
      description: 'How often the item is given once more, for tests with many items.',
      default: 0,
      min: 0,
      max: 10_000,
    },
    semantics: semanticsParameter(
      ['n8n', 'n8n-3.1', 'n8n-3', 'n8n-1'],
      'n8n converts as n8n does ("" is the number 0), takes a field with dots in its name for a path that it has, and ' +
        'gives a kept path its last name. n8n-3.1 fails on a missing text, n8n-3 writes it, n8n-1 converts nothing.',
    ),
  },
  examples: [
    {
      title: 'Compute a field; the others stay',
      input: [{ qty: 3, price: 2 }],
      with: { fields: { total: '{{ $json.qty * $json.price }}' } },
      output: [{ qty: 3, price: 2, total: 6 }],
    },
    {
      title: 'Only the new fields, nested',
      input: [{ first: 'Ada', last: 'Lovelace', age: 36 }],
      with: { keep: 'none', fields: { 'person.name': '{{ $json.first }} {{ $json.last }}', 'person.tags[0]': 'math' } },
      output: [{ person: { name: 'Ada Lovelace', tags: ['math'] } }],
    },
    {
      title: 'Remove fields',
      input: [{ id: 1, user: { name: 'Ada', password: 'x' } }],
      with: { keep: 'except', names: ['user.password'] },
      output: [{ id: 1, user: { name: 'Ada' } }],
    },
    {
      title: 'Keep some fields, with a dot in the name',
      input: [{ 'a.b': 1, c: 2 }],
      with: { keep: 'selected', names: ['a.b'], dotPaths: false, keepFiles: false, fields: { 'x.y': 3 } },
      output: [{ 'a.b': 1, 'x.y': 3 }],
    },
    {
      title: 'Types',
      input: [{ qty: '3', paid: 'TRUE', tags: '["a"]', at: '2024-02-01 10:00' }],
      with: { types: { qty: 'number', paid: 'boolean', tags: 'array', at: 'dateTime' }, mismatch: 'null' },
      output: [{ qty: 3, paid: true, tags: ['a'], at: '2024-02-01T10:00:00.000Z' }],
    },
    {
      title: 'In order, with a name from an expression',
      input: [{ key: 'total', qty: '3' }],
      with: { keep: 'none', assignments: [{ name: '{{ $json.key }}.qty', value: '{{ $json.qty }}', type: 'number' }] },
      output: [{ total: { qty: 3 } }],
    },
    {
      title: 'JSON in pieces, and each item twice',
      input: [{ tags: ['a'] }],
      with: { keep: 'none', value: ['{"tags":', '{{ $json.tags }}', '}'], copies: 1 },
      output: [{ tags: ['a'] }, { tags: ['a'] }],
    },
    {
      title: 'As n8n converts',
      input: [{ a: { b: '' }, c: 1 }],
      with: {
        semantics: 'n8n',
        keep: 'selected',
        names: 'a.b, c',
        assignments: [{ name: 'n', value: '', type: 'number' }],
      },
      output: [{ b: '', c: 1, n: 0 }],
    },
    {
      title: 'JSON as text',
      input: [{ n: 2, name: 'Ada' }],
      with: { keep: 'none', value: '{ "user": {{ $json.name.length }}, "list": [{{ $json.n }}, 4] }' },
      output: [{ user: 3, list: [2, 4] }],
    },
    {
      title: 'A whole object',
      input: [{ id: 1, extra: { color: 'red' } }],
      with: { keep: 'none', value: '{{ $json.extra }}' },
      output: [{ color: 'red' }],
    },
  ],
});
