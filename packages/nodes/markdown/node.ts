/** Owns Markdown: to HTML and back. run.ts does the work. */
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { resultParameters } from '../kit/result.ts';

export const node = defineNode({
  type: 'markdown',
  title: 'Markdown',
  description:
    'Turns Markdown into HTML, or HTML into Markdown. HTML is cleaned: no scripts, styles, frames or addresses that run code.',
  group: 'data',
  work: 'effect',
  safe: true,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    to: { type: 'string', description: 'What to make of value.', enum: ['html', 'markdown'], default: 'html' },
    value: { type: 'string', description: 'The Markdown or HTML, such as {{ $json.text }}.', required: true },
    unsafe: {
      type: 'boolean',
      description: 'To HTML: leave HTML in the Markdown as it is. Only for texts that you wrote yourself.',
      default: false,
    },
    breaks: { type: 'boolean', description: 'To HTML: a line break in the text is one in the HTML.', default: false },
    gfm: { type: 'boolean', description: "To HTML: GitHub's tables, strikethrough and bare links.", default: true },
    headingIds: {
      type: 'boolean',
      description: 'To HTML: headings have ids of their letters and digits, which links can lead to.',
      default: false,
    },
    typography: { type: 'boolean', description: 'To HTML: three dots become an ellipsis.', default: false },
    trimEnd: { type: 'boolean', description: 'To HTML: no line break at the end.', default: false },
    page: { type: 'boolean', description: 'To HTML: a whole page instead of a part of one.', default: false },
    headings: {
      type: 'string',
      description: 'To Markdown: headings with # (atx) or underlined (setext).',
      enum: ['atx', 'setext'],
      default: 'atx',
    },
    bullet: { type: 'string', description: 'To Markdown: mark of list items.', enum: ['-', '*', '+'], default: '-' },
    links: {
      type: 'string',
      description: 'To Markdown: addresses in the text, at its end, or not at all.',
      enum: ['inline', 'referenced', 'none'],
      default: 'inline',
    },
    ...resultParameters('data'),
  },
  examples: [
    {
      title: 'Markdown to HTML',
      input: [{ text: '# Hi\n\na *b* [c](https://x.org)' }],
      with: { value: '{{ $json.text }}', field: 'html', keep: 'none' },
      output: [
        { html: '<h1>Hi</h1>\n<p>a <em>b</em> <a href="https://x.org" rel="noopener noreferrer nofollow">c</a></p>\n' },
      ],
    },
    {
      title: 'HTML to Markdown',
      input: [{ html: '<h2>Hi</h2><ul><li>a <b>b</b></li></ul><script>x</script>' }],
      with: { to: 'markdown', value: '{{ $json.html }}', keep: 'none' },
      output: [{ data: '## Hi\n\n- a **b**' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
