/** Owns Compare datasets: what two lists have in common, and where they differ. */
import { defineNode } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

export const node = defineNode({
  type: 'compare-datasets',
  title: 'Compare datasets',
  description:
    'Compares the items of two inputs by key fields, and sends them to four outputs: only in A, the same in both, different, only in B.',
  group: 'flow',
  work: 'fold',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: [
    { name: 'a', description: 'The first list.' },
    { name: 'b', description: 'The list to compare it with.' },
  ],
  outputs: [
    { name: 'onlyA', description: 'Items of A whose keys B does not have.' },
    { name: 'same', description: 'Items that are equal in both.' },
    { name: 'different', description: 'Items with the same keys and other values.' },
    { name: 'onlyB', description: 'Items of B whose keys A does not have.' },
  ],
  parameters: {
    keys: {
      type: 'list',
      description:
        'Dot paths that say which items belong together; { a, b } where they have other names. An item without a key has no partner.',
      required: true,
    },
    skip: { type: 'list', description: 'Dot paths of fields whose differences do not count.', default: [] },
    loose: {
      type: 'boolean',
      description: '1 and "1", true and "true", null, "" and a missing field are equal.',
      default: false,
    },
    matches: {
      type: 'string',
      description: 'Where several items have the same keys: pair the first with the first and so on, or all with all.',
      enum: ['first', 'all'],
      default: 'first',
    },
    maxItems: {
      type: 'integer',
      description: 'With matches all: so many pairs at most; more fail before any is made.',
      default: 1_000_000,
      min: 1,
      max: 10_000_000,
    },
    version: {
      type: 'string',
      description:
        'What the output different gives: both, as { keys, same, different: { field: { a, b } }, skipped }, or the item of a or of b.',
      enum: ['both', 'a', 'b'],
      default: 'both',
    },
    except: {
      type: 'list',
      description: 'With version a or b: names of fields that are taken from the other one.',
      default: [],
    },
    dotPaths: {
      type: 'boolean',
      description: 'Whether keys and skip are paths. With false a.b is a field with a dot in its name.',
      default: true,
    },
    semantics: semanticsParameter(
      ['n8n', 'n8n-1', 'n8n-2', 'n8n-2.1'],
      'With n8n, skip and except may be texts with commas, with matches first one item of B may be the partner of several, ' +
        'empty items are left out, and the two values of a field are named inputA and inputB. The numbers are its older ' +
        'versions, which fail where no item has a key; in the first they are named input1 and input2.',
    ),
  },
  examples: [
    {
      title: 'What changed since yesterday',
      input: [
        [
          { id: 1, n: 'a', seen: 1 },
          { id: 2, n: 'b', seen: 1 },
          { id: 3, n: 'c', seen: 1 },
        ],
        [
          { id: 2, n: 'b', seen: 2 },
          { id: 3, n: 'C', seen: 2 },
          { id: 4, n: 'd', seen: 2 },
        ],
      ],
      with: { keys: ['id'], skip: ['seen'] },
      output: {
        onlyA: [{ id: 1, n: 'a', seen: 1 }],
        same: [{ id: 2, n: 'b', seen: 1 }],
        different: [
          { keys: { id: 3 }, same: {}, different: { n: { a: 'c', b: 'C' } }, skipped: { seen: { a: 1, b: 2 } } },
        ],
        onlyB: [{ id: 4, n: 'd', seen: 2 }],
      },
    },
    {
      title: 'The newer version, with the owner of the older',
      input: [[{ id: 1, v: 1, owner: 'Ada' }], [{ key: '1', v: 2, owner: null }]],
      with: {
        keys: [{ a: 'id', b: 'key' }],
        loose: true,
        matches: 'all',
        maxItems: 100,
        version: 'b',
        except: ['owner'],
      },
      output: { different: [{ key: '1', v: 2, owner: 'Ada' }] },
    },
    {
      title: 'As n8n does',
      input: [[{ 'id': 1, 'd': { v: 1, at: 5 }, 'x.y': 0 }], [{ 'id': 1, 'd': { v: 2, at: 6 }, 'x.y': 0 }]],
      with: { keys: ['id'], skip: ['d.at'], semantics: 'n8n' },
      output: {
        different: [
          {
            keys: { id: 1 },
            same: { 'id': 1, 'x.y': 0 },
            different: { d: { inputA: { v: 1 }, inputB: { v: 2 } } },
            skipped: { d: { inputA: { at: 5 }, inputB: { at: 6 } } },
          },
        ],
      },
    },
    {
      title: 'A dot in the name',
      input: [[{ 'a.b': 1 }], [{ 'a.b': 1 }]],
      with: { keys: ['a.b'], dotPaths: false },
      output: { same: [{ 'a.b': 1 }] },
    },
  ],
});
