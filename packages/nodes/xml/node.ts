/** Owns XML: to JSON and back. run.ts does the work. */
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';
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
    value: { type: 'any', description: 'The XML as text, or the object to write.' },
    source: { type: 'string', description: 'Instead of value: name of the field of the item that holds the XML.' },
    attributes: {
      type: 'string',
      description:
        'Attributes have names with a prefix, names like elements (merge), or are left out (ignore). group: they are in an ' +
        'object, for semantics n8n.',
      enum: ['prefix', 'merge', 'ignore', 'group'],
      default: 'prefix',
    },
    prefix: {
      type: 'string',
      description:
        'Prefix of attributes; also when XML is written. Default @; with semantics n8n it is their field, $.',
    },
    textField: {
      type: 'string',
      description:
        'Name for the text of an element that has attributes or elements, too. Default #text; with semantics n8n _.',
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
    trim: {
      type: 'boolean',
      description: 'To JSON: texts lose white space at their ends. Default: yes, with semantics n8n no.',
    },
    collapse: {
      type: 'boolean',
      description: 'To JSON: white space inside texts becomes single blanks, none at the ends.',
      default: false,
    },
    lowerCase: { type: 'boolean', description: 'To JSON: names of elements become lower case.', default: false },
    keepRoot: {
      type: 'boolean',
      description: 'To JSON: whether the outermost element is a field; otherwise the result is what it holds.',
      default: true,
    },
    root: { type: 'string', description: 'To XML: name of the outermost element, where value does not have just one.' },
    declaration: {
      type: 'boolean',
      description: 'To XML: begin with <?xml version="1.0" encoding="UTF-8"?>.',
      default: true,
    },
    data: {
      type: 'boolean',
      description: 'To XML, for semantics n8n: texts with < > or & stand in CDATA, as they are.',
      default: false,
    },
    pretty: { type: 'boolean', description: 'To XML: one element per line, indented.', default: false },
    semantics: semanticsParameter(
      ['n8n'],
      'With n8n, attributes and texts are those of xml2js: attributes stand among the elements, texts keep their white ' +
        'space, XML is written with a root of one name and indented, and to JSON the result is the whole item.',
    ),
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
    {
      title: 'As n8n does',
      input: [{ data: '<Note to="Ada"> <Line>Hi</Line><Line>you</Line></Note>' }],
      with: { source: 'data', lowerCase: true, keepRoot: true, collapse: false, semantics: 'n8n' },
      output: [{ note: { to: 'Ada', line: ['Hi', 'you'] } }],
    },
    {
      title: 'JSON to XML as n8n does',
      input: [{ id: 1, name: 'A&B' }],
      with: { to: 'xml', value: '{{ $json }}', data: true, declaration: false, semantics: 'n8n' },
      output: [{ data: '<root>\n  <id>1</id>\n  <name><![CDATA[A&B]]></name>\n</root>' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
