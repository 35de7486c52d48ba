/** Owns XML: to JSON and back. run.ts does the work. */
import { defineNode, MAIN } from '../kit/define.ts';
import { resultParameters } from '../kit/result.ts';

export const node = defineNode({
  type: 'xml',
  title: 'XML',
  description:
    'Turns XML into JSON, or JSON into XML. Entities that the document declares are not expanded, and nothing is loaded from elsewhere.',
  group: 'data',
  work: 'effect',
  safe: true,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    to: { type: 'string', description: 'What to make of value.', enum: ['json', 'xml'], default: 'json' },
    value: { type: 'any', description: 'The XML as text, or the object to write.', required: true },
    attributes: {
      type: 'string',
      description: 'Attributes have names with a prefix, names like elements (merge), or are left out (ignore).',
      enum: ['prefix', 'merge', 'ignore'],
      default: 'prefix',
    },
    prefix: { type: 'string', description: 'Prefix of attributes; also when XML is written.', default: '@' },
    textField: {
      type: 'string',
      description: 'Name for the text of an element that has attributes or elements, too.',
      default: '#text',
    },
    lists: {
      type: 'list',
      description:
        'To JSON: names of elements that are always lists; ["*"] is all. Default: those that are there several times.',
      default: [],
    },
    numbers: {
      type: 'boolean',
      description: 'To JSON: texts such as 12, 1.5, true and false become values. 007 and long numbers stay texts.',
      default: false,
    },
    namespaces: { type: 'boolean', description: 'To JSON: names keep their prefix, soap:Body.', default: true },
    trim: { type: 'boolean', description: 'To JSON: texts lose white space at their ends.', default: true },
    root: { type: 'string', description: 'To XML: name of the outermost element, where value does not have just one.' },
    declaration: {
      type: 'boolean',
      description: 'To XML: begin with <?xml version="1.0" encoding="UTF-8"?>.',
      default: true,
    },
    pretty: { type: 'boolean', description: 'To XML: one element per line, indented.', default: false },
    ...resultParameters('data'),
  },
  examples: [
    {
      title: 'XML to JSON',
      input: [{ xml: '<order id="7"><line qty="2">Tea</line><line>Milk &amp; sugar</line><total>5</total></order>' }],
      with: { value: '{{ $json.xml }}', numbers: true, keep: 'none' },
      output: [{ data: { order: { '@id': 7, 'line': [{ '@qty': 2, '#text': 'Tea' }, 'Milk & sugar'], 'total': 5 } } }],
    },
    {
      title: 'Attributes among the elements, lists by name',
      input: [{ xml: '<s:a xmlns:s="u" n="1"><s:b>x</s:b></s:a>' }],
      with: {
        to: 'json',
        value: '{{ $json.xml }}',
        attributes: 'merge',
        namespaces: false,
        lists: ['b'],
        field: 'parsed',
        keep: 'none',
      },
      output: [{ parsed: { a: { n: '1', b: ['x'] } } }],
    },
    {
      title: 'JSON to XML',
      input: [{ name: 'Ada & Bob', tags: ['x', 'y'] }],
      with: { to: 'xml', value: '{{ $json }}', root: 'person', declaration: false, keep: 'none' },
      output: [{ data: '<person><name>Ada &amp; Bob</name><tags>x</tags><tags>y</tags></person>' }],
    },
  ],
  run: async (call) => (await import('./run.ts')).run(call),
});
