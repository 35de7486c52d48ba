import { expect, it } from 'vitest';
import { failureOf } from '../kit/http/ports.testing.ts';
import { readElements } from './elements.ts';

const rss = (items: string): string =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>F</title>${items}</channel></rss>`;

it('RSS: elements under their names, and what is made of them', async () => {
  const item = `<item><title>One &amp; two</title><link>https://example.com/1</link>
    <dc:creator>Ada</dc:creator><pubDate>Thu, 09 Feb 2023 13:40:00 GMT</pubDate>
    <description><![CDATA[<p>Hello &amp; <b>bye</b></p><p>more</p>]]></description>
    <guid isPermaLink="false">g1</guid><category>a</category><category>b</category>
    <enclosure url="https://example.com/a.mp3" length="7" type="audio/mpeg"/><extra>x</extra></item>`;
  expect(await readElements(rss(item), ['extra'], 'the feed')).toEqual([
    {
      'title': 'One & two',
      'link': 'https://example.com/1',
      'creator': 'Ada',
      'dc:creator': 'Ada',
      'pubDate': 'Thu, 09 Feb 2023 13:40:00 GMT',
      'isoDate': '2023-02-09T13:40:00.000Z',
      'content': '<p>Hello &amp; <b>bye</b></p><p>more</p>',
      'contentSnippet': 'Hello & bye\nmore',
      'guid': 'g1',
      'categories': ['a', 'b'],
      'enclosure': { url: 'https://example.com/a.mp3', length: '7', type: 'audio/mpeg' },
      'extra': 'x',
    },
  ]);
});

it('Atom: the link, the author and the dates', async () => {
  const feed = `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>u1</id><title>T</title>
    <link rel="self" href="https://example.com/self"/><link rel="alternate" href="https://example.com/1"/>
    <author><name>Ada</name></author><updated>2024-01-02T03:04:05Z</updated><summary>In short</summary></entry></feed>`;
  expect(await readElements(feed, [], 'the feed')).toEqual([
    {
      id: 'u1',
      title: 'T',
      link: 'https://example.com/1',
      author: 'Ada',
      pubDate: '2024-01-02T03:04:05.000Z',
      isoDate: '2024-01-02T03:04:05.000Z',
      summary: 'In short',
      summarySnippet: 'In short',
    },
  ]);
});

it('entries without anything, dates that are none, and what is no feed', async () => {
  expect(await readElements(rss('<item/><item><pubDate>soon</pubDate></item>'), [], 'the feed')).toEqual([
    {},
    { pubDate: 'soon' },
  ]);
  expect((await failureOf(readElements('<html/>', [], 'the feed'))).message).toContain('no feed');
});
