/** Owns Set: fields added to, changed in or taken from an item. */
import { defineNode, MAIN } from '../kit/define.ts';
import { KEEP } from '../kit/items.ts';

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
    names: { type: 'list', description: 'Dot paths of fields, for keep: selected and keep: except.', default: [] },
    value: {
      type: 'any',
      description:
        'An object whose fields are set before those in fields, as they are; or JSON text of one, with templates.',
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
