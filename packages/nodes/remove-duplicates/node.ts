/** Owns Remove duplicates: one of several equal items of a run. Across runs it is remove-seen. */
import { defineNode, MAIN } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

export const node = defineNode({
  type: 'remove-duplicates',
  title: 'Remove duplicates',
  description:
    'Keeps one of several equal items, in order. The others leave by the output removed. ' +
    'Items of earlier runs are the matter of Remove seen items.',
  group: 'data',
  work: 'fold',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: [
    { name: 'kept', description: 'One of each.' },
    { name: 'removed', description: 'Items that are equal to one that is kept.' },
  ],
  parameters: {
    compare: {
      type: 'string',
      description: 'Fields that must be equal: all, only those in names (selected), or all but those (except).',
      enum: ['all', 'selected', 'except'],
      default: 'all',
    },
    names: { type: 'list', description: 'Dot paths of fields, for compare. A missing field equals null.', default: [] },
    by: {
      type: 'any',
      description:
        'Instead of compare: an expression that gives the value to compare, such as {{ $json.mail.toLowerCase() }}.',
      evaluate: 'item',
    },
    loose: { type: 'boolean', description: '1 and "1", true and "true", null and "" are equal.', default: false },
    keep: { type: 'string', description: 'Which one of equal items stays.', enum: ['first', 'last'], default: 'first' },
    onlyCompared: {
      type: 'boolean',
      description: 'Whether items keep only the fields that were compared.',
      default: false,
    },
    dotPaths: {
      type: 'boolean',
      description: 'Whether names are paths. With false a.b is a field with a dot in its name.',
      default: true,
    },
    semantics: semanticsParameter(
      ['n8n', 'n8n-1', 'n8n-lists'],
      'With n8n, names may be a text with commas, all compares single values at any depth, and a field that an item lacks ' +
        'or that has values of several types is a failure. n8n-1 is its version 1, where null is a type; n8n-lists that of ' +
        'Item Lists 3.1, which does not look at types. Nothing leaves by removed.',
    ),
  },
  examples: [
    {
      title: 'Equal items',
      input: [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 2 }],
      with: {},
      output: { kept: [{ a: 1, b: 2 }, { a: 2 }], removed: [{ b: 2, a: 1 }] },
    },
    {
      title: 'By one field, the last one stays',
      input: [
        { id: 1, v: 1 },
        { id: 2, v: 1 },
        { id: 1, v: 2 },
      ],
      with: { compare: 'selected', names: ['id'], keep: 'last' },
      output: {
        kept: [
          { id: 2, v: 1 },
          { id: 1, v: 2 },
        ],
        removed: [{ id: 1, v: 1 }],
      },
    },
    {
      title: 'By an expression',
      input: [{ mail: 'Ada@x.org' }, { mail: 'ada@x.org' }],
      with: { by: '{{ $json.mail.toLowerCase() }}' },
      output: { kept: [{ mail: 'Ada@x.org' }], removed: [{ mail: 'ada@x.org' }] },
    },
    {
      title: 'Regardless of some fields and of types',
      input: [
        { id: 1, at: 5 },
        { id: '1', at: 6 },
      ],
      with: { compare: 'except', names: ['at'], loose: true },
      output: { kept: [{ id: 1, at: 5 }], removed: [{ id: '1', at: 6 }] },
    },
    {
      title: 'As n8n does, with what was compared',
      input: [
        { a: 1, b: { c: 2 } },
        { a: 2, b: { c: 2 } },
        { a: 2, b: { c: 3 } },
      ],
      with: { compare: 'selected', names: ['b.c'], onlyCompared: true, semantics: 'n8n' },
      output: { kept: [{ b: { c: 2 } }, { b: { c: 3 } }], removed: [] },
    },
    {
      title: 'A dot in the name',
      input: [{ 'a.b': 1 }, { 'a.b': 1 }],
      with: { compare: 'selected', names: ['a.b'], dotPaths: false },
      output: { kept: [{ 'a.b': 1 }], removed: [{ 'a.b': 1 }] },
    },
  ],
});
