/** Owns Template: a text made with a Jinja2 template. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'template',
  title: 'Template',
  description:
    'Writes a text with a Jinja2 template. The fields of the item are its variables; the whole item is json.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    template: { type: 'string', description: 'The Jinja2 template.', required: true, jinja: true },
    field: { type: 'string', description: 'Dot path of the field that gets the text.', default: 'text' },
    values: {
      type: 'object',
      description: 'More variables for the template; their values may be expressions.',
      default: {},
    },
    itemFields: {
      type: 'boolean',
      description: 'Whether the fields of the item are variables of the template, beside values.',
      default: true,
    },
    keep: {
      type: 'string',
      description: 'Whether the other fields of the item stay.',
      enum: ['all', 'none'],
      default: 'all',
    },
  },
  examples: [
    {
      title: 'A greeting',
      input: [{ name: 'Ada' }],
      with: { template: 'Dear {{ name | upper }}{{ mark }}', values: { mark: "{{ '!' }}" } },
      output: [{ name: 'Ada', text: 'Dear ADA!' }],
    },
    {
      title: 'Only the text, under another name',
      input: [{ tags: ['a', 'b'] }],
      with: { template: '{% for t in tags %}<{{ t }}>{% endfor %}', field: 'html', keep: 'none' },
      output: [{ html: '<a><b>' }],
    },
    {
      title: 'Only the variables that are named',
      input: [{ name: 'Ada', secret: 'x' }],
      with: { template: '{{ who }}{{ secret }}', values: { who: '{{ $json.name }}' }, itemFields: false, keep: 'none' },
      output: [{ text: 'Ada' }],
    },
  ],
});
