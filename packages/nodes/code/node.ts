/** Owns Code: JavaScript that makes items of items. Python is a node of its own: it does another kind of work. */
import { codeParameters, codeUnit } from '../kit/code/parameters.ts';
import { defineNode, MAIN } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

export const node = defineNode({
  type: 'code',
  title: 'Code',
  description:
    "Runs JavaScript for each item, once for all, or as a function main with named inputs. Sees the names of expressions: $json, $input, $('node') and so on. " +
    'Return an object, { json, files }, or a list of those; null gives no item.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  unit: codeUnit,
  parameters: {
    code: {
      type: 'code',
      description:
        'JavaScript. item and all: the body of a function; what it returns becomes the output. main: defines function main({ a, b }). function: a module with export function main(a, b). May use await.',
      required: true,
    },
    ...codeParameters({
      item: '$json is its value',
      all: '$input.all() are all items',
      main: 'function main({ a, b })',
      function: 'export function main(a, b)',
    }),
    language: {
      type: 'string',
      description: 'Language of the code. typescript: its types are taken away before it runs; they are not checked.',
      enum: ['javascript', 'typescript'],
      default: 'javascript',
      evaluate: 'never',
    },
    semantics: semanticsParameter(
      ['n8n', 'n8n-function'],
      'What is returned becomes items as in the Code node of n8n, with its errors; n8n-function is Function and ' +
        'Function Item, where item is the json.',
    ),
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
    {
      title: 'As the Code node of n8n takes results',
      input: [{ n: 1 }, { n: 2 }],
      with: { mode: 'all', semantics: 'n8n', code: 'return [{ n: 1 }, { n: 2 }];' },
      output: [{ n: 1 }, { n: 2 }],
    },
    {
      title: 'Named inputs and declared outputs',
      input: [{ title: 'Loops', chapters: ['one', 'two'] }],
      with: {
        mode: 'main',
        inputs: { title: '{{ $json.title }}', chapters: '{{ $json.chapters }}' },
        outputs: { text: 'string', count: 'number' },
        code: "function main({ title, chapters }) {\n  return { text: title + ': ' + chapters.join(', '), count: chapters.length };\n}",
      },
      output: [{ text: 'Loops: one, two', count: 2 }],
    },
  ],
});
