/** Owns Python: the Code node in Python. run.ts does the work; the interpreter is the runtime's. */
import { codeParameters, codeUnit } from '../kit/code/parameters.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node = defineNode({
  type: 'python',
  title: 'Python',
  description:
    'Runs Python for each item, once for all, or as def main with named inputs and declared outputs. The standard library is there; network, files of this machine, processes and further packages are not. ' +
    'Return a dict, {"json": ..., "files": ...}, or a list of those; None gives no item. What is printed is in the log of the iteration.',
  group: 'data',
  work: 'effect',
  // A call has no effect outside its interpreter.
  safe: true,
  inputs: MAIN,
  outputs: MAIN,
  unit: codeUnit,
  parameters: {
    code: {
      type: 'code',
      description:
        'Python. item and all: the body of a function; what it returns becomes the output. main: defines def main(a, b).',
      required: true,
    },
    ...codeParameters({
      item: '_json is its value, _item the whole item, _index its position',
      all: '_items are all items, each {"json": ..., "files": ...}',
      main: 'def main(a, b)',
      function: 'def main(a, b)',
    }),
    timeout: { type: 'duration', description: 'Most time for one call. Default and cap: limit code.ms.' },
  },
  examples: [
    {
      title: 'For each item',
      input: [{ text: 'one two' }, { text: '' }],
      with: { code: "if not _json['text']:\n    return None\nreturn {**_json, 'words': len(_json['text'].split())}" },
      output: [{ text: 'one two', words: 2 }],
    },
    {
      title: 'Once for all items',
      input: [{ n: 1 }, { n: 2 }],
      with: { mode: 'all', code: "return {'sum': sum(item['json']['n'] for item in _items)}" },
      output: [{ sum: 3 }],
    },
    {
      title: 'Join chapters: named inputs and declared outputs',
      input: [{ title: 'Loops', chapters: ['one', 'two'] }],
      with: {
        mode: 'main',
        inputs: { title: '{{ $json.title }}', chapters: '{{ $json.chapters }}' },
        outputs: { text: 'string', count: 'number' },
        code: 'def main(title: str, chapters: list) -> dict:\n    return {"text": "\\n".join([title, *chapters]), "count": len(chapters)}',
        timeout: '10s',
      },
      output: [{ text: 'Loops\none\ntwo', count: 2 }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
