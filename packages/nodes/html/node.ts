/** Owns HTML: taking data out of pages, cleaning them, making them. run.ts does the work. */
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';

export const node = defineNode({
  type: 'html',
  title: 'HTML',
  description:
    'Takes texts and attributes out of HTML by CSS selectors, makes HTML of strangers harmless, and makes pages and tables ' +
    'in which values are escaped.',
  group: 'data',
  work: 'effect',
  safe: true,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    operation: {
      type: 'string',
      description:
        'extract: fields by selectors. text: all text. clean: only harmless elements and attributes stay. ' +
        'fill: a template whose values are escaped. table: a table of a list of objects.',
      enum: ['extract', 'text', 'clean', 'fill', 'table'],
      default: 'extract',
    },
    value: { type: 'any', description: 'The HTML, such as {{ $json.data }}; for table the list of rows.' },
    source: { type: 'string', description: 'For extract, instead of value: dot path of the field with the HTML.' },
    file: { type: 'string', description: 'For extract, instead of value: name of a file of the item.' },
    fields: {
      type: 'any',
      description:
        'For extract: name of the field to a CSS selector, whose first match gives its text; or to { selector, get, attribute, all, without }. ' +
        'get is text, html, outerHtml, attribute, value, count or exists; without names elements inside that do not count. For semantics n8n a list of them with name, ' +
        'where get may also be plain: text in lines, headings in capitals, addresses behind links.',
      default: {},
    },
    each: {
      type: 'string',
      description:
        'For extract: a CSS selector; each element that fits gives one item, and fields are looked up inside it.',
    },
    trim: {
      type: 'boolean',
      description: 'For extract and text: white space becomes single blanks, none at the ends.',
      default: true,
    },
    collapse: {
      type: 'boolean',
      description: 'For extract with semantics n8n: texts become one line.',
      default: false,
    },
    semantics: semanticsParameter(
      ['n8n'],
      'With n8n, extract takes the text of all that a selector finds, trim cuts the ends only, and a list of pages gives an ' +
        'item for each; table escapes nothing and shows booleans as boxes.',
    ),
    template: {
      type: 'string',
      description:
        'For fill: a Jinja2 template of HTML. What it prints is escaped, which fits texts and quoted attributes, not scripts, ' +
        'styles and addresses; {{ x | safe }} is not.',
      jinja: true,
    },
    values: { type: 'object', description: 'For fill: values by name. They are escaped.', default: {} },
    html: { type: 'object', description: 'For fill: HTML by name, which is cleaned instead of escaped.', default: {} },
    columns: {
      type: 'list',
      description: 'For table: names of the fields, in order. Default: all there are.',
      default: [],
    },
    caption: { type: 'string', description: 'For table: the text above it.' },
    capitalize: {
      type: 'boolean',
      description: 'For table: words of the headings start with capitals, and underscores are blanks.',
      default: false,
    },
    attributes: {
      type: 'object',
      description:
        'For table: text that stands in the tags as it is, such as style="color:red". Names: table, head, row, cell.',
      default: {},
    },
    field: {
      type: 'string',
      description: 'Dot path of the field for the result of text, clean, fill and table.',
      default: 'html',
    },
    keep: {
      type: 'string',
      description: 'Whether the other fields of the item stay.',
      enum: ['all', 'none'],
      default: 'none',
    },
  },
  examples: [
    {
      title: 'Title and links of a page',
      input: [{ data: '<h1>News</h1><ul><li><a href="/a">A</a><li><a href="/b">B</a></ul>' }],
      with: {
        value: '{{ $json.data }}',
        fields: { title: 'h1', links: { selector: 'a', get: 'attribute', attribute: 'href', all: true } },
      },
      output: [{ title: 'News', links: ['/a', '/b'] }],
    },
    {
      title: 'One item per row',
      input: [{ data: '<p class="x"><b>Ada</b> 36</p><p class="x"><b>Bob</b> 7</p>' }],
      with: {
        operation: 'extract',
        value: '{{ $json.data }}',
        each: 'p.x',
        fields: { name: 'b', age: { selector: ':scope', without: 'b' } },
      },
      output: [
        { name: 'Ada', age: '36' },
        { name: 'Bob', age: '7' },
      ],
    },
    {
      title: 'A page with values of strangers',
      input: [{ name: '<Ada>', bio: '<p onclick="x()">Hi</p><script>y</script>' }],
      with: {
        operation: 'fill',
        template: '<h1>{{ name | upper }}</h1>{{ bio }}{% for t in tags %}<i>{{ t }}</i>{% endfor %}',
        values: { name: '{{ $json.name }}', tags: ['a', 'b&c'] },
        html: { bio: '{{ $json.bio }}' },
      },
      output: [{ html: '<h1>&lt;ADA&gt;</h1><p>Hi</p><i>a</i><i>b&amp;c</i>' }],
    },
    {
      title: 'A table',
      input: [{ rows: [{ a: 1, b: 'x<y' }, { a: 2 }] }],
      with: { operation: 'table', value: '{{ $json.rows }}', columns: ['a', 'b'] },
      output: [
        {
          html: '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>x&lt;y</td></tr><tr><td>2</td><td></td></tr></tbody></table>',
        },
      ],
    },
    {
      title: 'Only what is harmless',
      input: [{ html: '<p>Hi <a href="javascript:x()">there</a></p>' }],
      with: { operation: 'clean', value: '{{ $json.html }}', trim: true },
      output: [{ html: '<p>Hi <a>there</a></p>' }],
    },
    {
      title: 'As n8n does',
      input: [{ body: { html: '<h1>News</h1><p>one</p><p>two <a href="/x">more</a></p>' } }],
      with: {
        source: 'body.html',
        fields: [
          { name: 'title', selector: 'h1' },
          { name: 'p', selector: 'p', all: true, get: 'plain' },
        ],
        collapse: true,
        semantics: 'n8n',
      },
      output: [{ title: 'News', p: ['one', 'two more [/x]'] }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
