/** The RSS node: feeds of every format, and hostile ones, from a server on the loopback. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '@rondo/core/errors.ts';
import { nodeContract } from '../kit/contract.ts';
import { failureOf, openServer, openWorld, type TestServer, type World } from '../kit/http/ports.testing.ts';
import type { JsonObject } from '../kit/paths.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

let server: TestServer;
let world: World;

beforeAll(async () => {
  server = await openServer();
});
beforeEach(() => {
  world = openWorld();
  server.received = [];
});
afterEach(() => world.close());
afterAll(() => server.close());

const run = async (
  params: JsonObject = {},
  more: { signal?: AbortSignal; idempotencyKey?: string } = {},
): Promise<JsonObject[]> => {
  const given = { url: `${server.base}/blog/feed`, ...params };
  return ((await runNode(node, { params: given, ports: world.ports, ...more })).output['main'] ?? []) as JsonObject[];
};
const answers = (text: string | Buffer, headers: Record<string, string> = {}): void => {
  server.answer = (_request, response) => void response.writeHead(200, headers).end(text);
};
const failing = (params: JsonObject = {}): Promise<Failure> => failureOf(run(params));
const rss = (item: string, more = ''): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title><link>https://x.test/</link>${more}<item>${item}</item></channel></rss>`;

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('formats', () => {
  it('RSS 2.0', async () => {
    answers(
      rss(
        `<title>A &amp; B &#8211; <![CDATA[<i>&amp;</i>]]></title><link>/1?a=1&amp;b=2</link><guid isPermaLink="false">id-1</guid>
        <pubDate>Fri, 02 Jan 2026 03:04:05 GMT</pubDate><dc:creator>Ada</dc:creator><description>&lt;p&gt;short&lt;/p&gt;</description>
        <content:encoded><![CDATA[<p>full &amp; all</p>]]></content:encoded><category>a</category><category>b</category><category>a</category>
        <enclosure url="/a.mp3" type="audio/mpeg" length="12"/>`,
        '<atom:link rel="self" href="https://x.test/feed"/>',
      ),
    );
    expect(await run()).toEqual([
      {
        id: 'id-1',
        title: 'A & B –<i>&amp;</i>',
        link: `${server.base}/1?a=1&b=2`,
        published: '2026-01-02T03:04:05.000Z',
        updated: null,
        author: 'Ada',
        summary: '<p>short</p>',
        content: '<p>full &amp; all</p>',
        categories: ['a', 'b'],
        enclosures: [{ url: `${server.base}/a.mp3`, type: 'audio/mpeg', bytes: 12 }],
        feed: { title: 'Feed', link: 'https://x.test/' },
      },
    ]);
  });

  it('RSS 1.0', async () => {
    answers(
      `<rdf:RDF xmlns:rdf="x"><channel rdf:about="c"><title>Old</title><link>https://x.test/</link></channel>
      <item rdf:about="https://x.test/1"><title>One</title><link>https://x.test/1</link><dc:date>2026-01-02</dc:date><dc:subject>s</dc:subject></item></rdf:RDF>`,
    );
    expect(await run()).toMatchObject([
      {
        id: 'https://x.test/1',
        title: 'One',
        published: '2026-01-02T00:00:00.000Z',
        categories: ['s'],
        feed: { title: 'Old' },
      },
    ]);
  });

  it('Atom', async () => {
    answers(
      `<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">F &amp;amp; G</title><link href="/" /><link rel="self" href="/self"/><author><name>Eve</name></author>
      <entry><id>tag:1</id><title>T</title><link rel="enclosure" href="/e.pdf" type="application/pdf" length="9"/><link href="one"/><updated>2026-01-02T03:04:05+01:00</updated>
      <content type="xhtml"><div>Some <b>bold</b></div></content><category term="c"/></entry>
      <entry><id>tag:2</id><title>U</title><author><name>Ada</name></author><summary>s</summary></entry></feed>`,
    );
    expect(await run()).toMatchObject([
      {
        id: 'tag:1',
        link: `${server.base}/blog/one`,
        updated: '2026-01-02T02:04:05.000Z',
        author: 'Eve',
        content: 'Some bold',
        categories: ['c'],
        enclosures: [{ url: `${server.base}/e.pdf`, type: 'application/pdf', bytes: 9 }],
        feed: { link: `${server.base}/` },
      },
      { id: 'tag:2', author: 'Ada', content: 's', link: null },
    ]);
  });

  it('JSON Feed', async () => {
    const item = {
      id: 5,
      url: '/5',
      title: 'T',
      content_text: 'c',
      date_published: '2026-01-02T03:04:05Z',
      tags: ['a', 7],
      authors: [{ name: 'Ada' }],
      attachments: [{ url: '/x', mime_type: 'a/b', size_in_bytes: 3 }],
    };
    answers(JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'J', items: [item, 'odd'] }));
    expect(await run()).toMatchObject([
      {
        id: '5',
        link: `${server.base}/5`,
        author: 'Ada',
        content: 'c',
        categories: ['a'],
        enclosures: [{ bytes: 3 }],
        feed: { title: 'J', link: null },
      },
    ]);
  });

  it('other character sets, a mark at the beginning, and a limit', async () => {
    answers(
      Buffer.from(
        `<?xml version="1.0" encoding="iso-8859-1"?><rss><channel><item><title>\u00fc</title></item></channel></rss>`,
        'latin1',
      ),
    );
    expect(await run()).toMatchObject([{ title: 'ü' }]);
    answers(`\ufeff${rss('<title>1</title></item><item><title>2</title>')}`);
    expect(await run({ limit: 1 })).toHaveLength(1);
    answers('<rss><channel><title>none</title></channel></rss>');
    expect(await run()).toEqual([]);
  });
});

describe('hostile feeds', () => {
  it('entities that a document declares are not expanded, and outside ones are refused', async () => {
    const lol = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    const document = (more: string): string =>
      `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">${lol}${more}]><rss><channel><item><title>&l9; &amp;</title></item></channel></rss>`;
    answers(document(''));
    expect(await run()).toMatchObject([{ title: '&l9; &' }]);
    answers(document('<!ENTITY x SYSTEM "file:///etc/passwd">'));
    expect((await failing()).message).toContain('External entities');
  });

  it('links that are no web addresses are left out', async () => {
    answers(rss('<title>t</title><link>javascript:alert(1)</link><enclosure url="file:///etc/passwd"/>'));
    expect(await run()).toMatchObject([{ link: null, enclosures: [] }]);
  });

  it('keys such as __proto__ change nothing', async () => {
    answers(rss('<title>t</title><__proto__><polluted>1</polluted></__proto__><constructor>x</constructor>'));
    await run().catch(() => null);
    expect('polluted' in {}).toBe(false);
  });

  it('nesting without end is refused', async () => {
    answers(rss('<a>'.repeat(5000)));
    expect((await failing()).message).toContain('not valid XML');
  });
});

describe('only changed feeds', () => {
  let etag = '"1"';
  beforeEach(() => {
    etag = '"1"';
    server.answer = ({ headers }, response) => {
      if (headers['if-none-match'] === etag) response.writeHead(304).end();
      else
        response
          .writeHead(200, { etag, 'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT' })
          .end(rss('<title>t</title>'));
    };
  });
  const counts = async (key: string): Promise<number> =>
    (await run({ onlyChanged: true }, { idempotencyKey: key })).length;

  it('are read; unchanged ones give nothing', async () => {
    expect(await counts('run 1')).toBe(1);
    expect(await counts('run 2')).toBe(0);
    expect(server.received[1]?.headers['if-modified-since']).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
    etag = '"2"';
    expect(await counts('run 3')).toBe(1);
    expect(await run()).toHaveLength(1);
  });

  it('an iteration that is repeated after a crash gives the same again', async () => {
    expect(await counts('run 1')).toBe(1);
    expect(await counts('run 1')).toBe(1);
  });

  it('a feed that could not be read is asked for again', async () => {
    const { answer } = server;
    answers('<html>', { etag });
    await failing({ onlyChanged: true });
    server.answer = answer;
    expect(await counts('run 2')).toBe(1);
  });
});

describe('what goes wrong', () => {
  it.each<[string, string]>([
    ['<html><body>no</body></html>', 'no feed'],
    ['', 'empty'],
    ['{"a":1}', 'no feed'],
    ['{"items":', 'not valid JSON'],
    ['just text', 'no feed'],
  ])('the answer %j', async (text, words) => {
    answers(text);
    const { message } = await failing();
    expect(message).toMatch(new RegExp(`${words}|not valid XML`));
    expect(message).toContain(`${server.base}/blog/feed`);
  });

  it('a status, a bad address, nobody there, a missing secret, no answer, a cancelled call', async () => {
    server.answer = (_request, response) => void response.writeHead(503, { 'retry-after': '9' }).end();
    expect(await failing()).toMatchObject({ code: 'http-status', retry: 'yes', retryAfterMs: 9000 });
    expect((await failing({ url: 'feed' })).message).toContain('url');
    expect((await failing({ url: 'http://127.0.0.1:9/' })).code).toBe('http-failed');
    expect((await failing({ auth: { type: 'bearer', secret: 'NONE' } })).code).toBe('secret-missing');
    server.answer = () => {};
    expect((await failing({ timeout: '100ms' })).code).toBe('timeout');
    const stop = new AbortController();
    server.answer = () => stop.abort();
    expect((await failureOf(run({}, { signal: stop.signal }))).code).toBe('cancelled');
  });
});
