/** Owns Code: JavaScript that makes items of items. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'code',
  title: 'Code',
  description:
    "Runs JavaScript for each item, or once for all. Sees the names of expressions: $json, $input, $('node') and so on. " +
    'Return an object, { json, files }, or a list of those; null gives no item.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  unit: (raw) => (raw.mode === 'all' ? 'all' : 'item'),
  parameters: {
    code: {
      type: 'code',
      description: 'Body of a JavaScript function; what it returns becomes the output. May use await.',
      required: true,
    },
    mode: {
      type: 'string',
      description: 'item: runs for each item, $json is its value. all: runs once, $input.all() are all items.',
      enum: ['item', 'all'],
      default: 'item',
    },
  },
  examples: [
    {
      title: 'For each item',
      input: [{ text: 'one two' }, { text: '' }],
      with: { code: "if ($json.text === '') return null;\nreturn { ...$json, words: $json.text.split(' ').length };" },
      output: [{ text: 'one two', words: 2 }],
    },
    {
      title: 'Several items from one',
      input: [{ n: 2 }],
      with: { mode: 'item', code: 'return Array.from({ length: $json.n }, (_, i) => ({ i }));' },
      output: [{ i: 0 }, { i: 1 }],
    },
    {
      title: 'Once for all items',
      input: [{ n: 1 }, { n: 2 }],
      with: { mode: 'all', code: 'const sum = $input.all().reduce((s, item) => s + item.json.n, 0);\nreturn { sum };' },
      output: [{ sum: 3 }],
    },
  ],
});
