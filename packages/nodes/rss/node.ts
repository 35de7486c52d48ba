/** Owns the definition of the RSS node. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { AUTH, CONNECTION } from '../kit/http/parameters.ts';

export const node: NodeType = defineNode({
  type: 'rss',
  title: 'RSS',
  description: 'Reads a feed (RSS, Atom or JSON Feed): one item per entry, with the same fields whatever the format.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    url: { type: 'string', description: 'Address of the feed.', required: true },
    limit: { type: 'integer', description: 'Most entries, in the order of the feed.', min: 1 },
    entries: {
      type: 'string',
      description:
        'plain: the same fields whatever the format · elements: RSS and Atom under the names of their elements, with content, contentSnippet and isoDate.',
      default: 'plain',
      enum: ['plain', 'elements'],
    },
    extra: { type: 'list', description: 'elements: names of further elements, such as media:title.', default: [] },
    onlyChanged: {
      type: 'boolean',
      description: 'No entries when the server says that the feed is as it was at the last run.',
      default: false,
    },
    headers: { type: 'object', description: 'Further headers by name.' },
    auth: AUTH,
    ...CONNECTION,
  },
  examples: [
    {
      title: 'Entries of a feed',
      with: { url: 'https://example.com/feed.xml', limit: 1 },
      output: [
        {
          id: 'https://example.com/1',
          title: 'First',
          link: 'https://example.com/1',
          published: '2026-01-02T03:04:05.000Z',
          updated: null,
          author: 'Ada',
          summary: 'In short',
          content: '<p>In full</p>',
          categories: ['news'],
          enclosures: [],
          feed: { title: 'Example', link: 'https://example.com/' },
        },
      ],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
