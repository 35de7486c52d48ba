/**
 * Owns what the cases of n8n need of the world: the endpoints that they call, where their files are, their secrets.
 * The tables are with the fixtures. Does not run or compare.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '@rondo/core/model/item.ts';
import { atHost, rehosted, type Answer, type Asked, type Endpoint } from './mock-server.ts';

type Row = { [key: string]: Json };

const isRow = (json: Json | undefined): json is Row =>
  json !== null && typeof json === 'object' && !Array.isArray(json);

const listOf = (json: Json | undefined): Row[] => (Array.isArray(json) ? json.filter(isRow) : []);

async function tableAt(path: string): Promise<Row> {
  const json = JSON.parse(await readFile(path, 'utf8')) as Json;
  return isRow(json) ? json : {};
}

// ---- recorded runs: n8n-recorded/server.json, {{BASE_URL}} in the text ----

export async function recordedEndpoints(folder: string): Promise<Endpoint[]> {
  const { endpoints } = await tableAt(join(folder, 'n8n-recorded/server.json'));
  return listOf(endpoints).map((row) => ({
    methods: [String(row.method ?? 'GET')],
    path: String(row.path),
    query: row.anyQuery === true || !isRow(row.query) ? null : (row.query as Record<string, string>),
    answer: (asked, base) => recordedAnswer(row, asked, base),
  }));
}

function recordedAnswer(row: Row, asked: Asked, base: string): Answer {
  const json = { 'content-type': 'application/json' };
  if (row.echo === true) return { status: 200, headers: json, body: echo(row, asked) };
  const turns = listOf(row.sequence);
  const found = turns.length === 0 ? row : (turns[Math.min(asked.nth, turns.length - 1)] as Row);
  const here = (value: Json): Json => JSON.parse(placed(JSON.stringify(value), base)) as Json;
  return {
    status: Number(found.status ?? 200),
    headers: here(found.headers ?? {}) as Record<string, string>,
    body: here(found.body ?? null),
    delayMs: Number(found.delayMs ?? 0),
  };
}

function echo(row: Row, { method, path, query, headers, body }: Asked): Json {
  const text = body.toString('utf8');
  let value: Json = text === '' ? null : text;
  try {
    value = text === '' ? null : (JSON.parse(text) as Json);
  } catch {
    value = text;
  }
  const names = Array.isArray(row.echoHeaders) ? row.echoHeaders.map(String) : [];
  const shown = Object.fromEntries(names.map((name): [string, Json] => [name, String(headers[name] ?? '') || null]));
  return {
    method,
    path,
    query: Object.fromEntries(query),
    body: value,
    ...(names.length > 0 ? { headers: shown } : {}),
  };
}

/** The address of the server in the place of its marks. */
export function placed(text: string, base: string): string {
  const { host, port } = new URL(base);
  return text.replaceAll('{{BASE_URL}}', base).replaceAll('{{BASE_HOST}}', host).replaceAll('{{PORT}}', port);
}

// ---- upstream workflows: nodes-base/*/test, real host names and paths in the text ----

const JSON_HOST = 'dummyjson.com';
const BYTES_HOST = 'dummy.domain';
const FEEDS = ['lorem-rss.herokuapp.com', 'fake-rss-feed.com', 'custom-rss-feed.com'];
const HOSTS = [JSON_HOST, BYTES_HOST, ...FEEDS, 'test'];

const get = (path: string, answer: Answer): Endpoint => ({
  methods: ['GET'],
  path,
  query: null,
  answer: () => answer,
});

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** `text`: of the workflow, whose expected items say what feeds and pages hold. */
export async function upstreamEndpoints(folder: string, text: string): Promise<Endpoint[]> {
  const table = await tableAt(join(folder, 'n8n/nodes-base/HttpRequest/mock-server.json'));
  const workflow = JSON.parse(text) as Json;
  const pins = isRow(workflow) && isRow(workflow.pinData) ? workflow.pinData : {};
  const page =
    listOf(pins['HTTP Request (v4)']).map(({ json }) => (isRow(json) ? String(json.data ?? '') : ''))[0] ?? '';
  const feed: Answer = { status: 200, headers: { 'content-type': 'application/rss+xml' }, body: feedOf(pins) };
  return [
    ...atHost(JSON_HOST, [...listOf(table.static).map(staticEndpoint), users]),
    ...atHost(BYTES_HOST, [
      get('/path/to/image.png', { status: 200, headers: { 'content-type': 'image/png' }, body: bytes('test') }),
      get('/path/to/text.txt', { status: 200, headers: { 'content-type': 'text/plain' }, body: bytes('test') }),
      get('/redirect-to-image', { status: 302, headers: { location: `/${BYTES_HOST}/path/to/image.png` } }),
      get('/custom-content-disposition', {
        status: 200,
        headers: { 'content-disposition': 'attachment; filename="testing.jpg"' },
        body: bytes('testing'),
      }),
      get('/index.html', {
        status: 200,
        headers: { 'content-type': 'text/plain; charset=latin1' },
        body: Buffer.from(page, 'latin1'),
      }),
    ]),
    ...FEEDS.flatMap((host) => atHost(host, [get('/feed', feed)])),
    ...atHost('test', [graph, token]),
  ];
}

function staticEndpoint(row: Row): Endpoint {
  const url = new URL(String(row.path), 'http://server');
  const wanted = isRow(row.requireHeader) ? Object.entries(row.requireHeader) : [];
  return {
    methods: [String(row.method)],
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    answer({ headers, body }) {
      const refused: Answer = { status: 400, body: { message: 'not what this page wants' } };
      if (wanted.some(([name, value]) => headers[name.toLowerCase()] !== value)) return refused;
      if (row.requireBody !== undefined && !sameJson(body.toString('utf8'), row.requireBody)) return refused;
      const type = typeof row.body === 'string' ? 'text/html' : 'application/json';
      return { status: Number(row.status ?? 200), headers: { 'content-type': type }, body: row.body ?? null };
    },
  };
}

function sameJson(text: string, wanted: Json): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(wanted);
  } catch {
    return false;
  }
}

const MOST_USERS = 15;

/** A list in pages; behind its end an empty list with status 404. */
const users: Endpoint = {
  methods: ['GET', 'POST'],
  path: '/users',
  query: null,
  answer({ query, headers, body }, base) {
    const text = body.toString('utf8');
    const type = headers['content-type'] ?? 'application/json';
    const given = type.includes('json') && text !== '' ? (JSON.parse(text) as Record<string, string>) : {};
    const form = type.includes('urlencoded') ? new URLSearchParams(text) : new URLSearchParams();
    const part = (name: string): string | undefined => new RegExp(`name="${name}"\\r\\n\\r\\n(\\d+)`).exec(text)?.[1];
    const read = (name: string, otherwise: number): number =>
      Number(query.get(name) ?? given[name] ?? form.get(name) ?? part(name) ?? otherwise);
    const [skip, limit] = [read('skip', 0), read('limit', 10)];
    const list = Array.from({ length: Math.max(0, Math.min(limit, MOST_USERS - skip)) }, (_, n) => ({ id: skip + n }));
    return {
      status: list.length === 0 ? 404 : 200,
      headers: {
        'next-url': `${base}/${JSON_HOST}/users?skip=${skip + limit}&limit=${limit}`,
        'content-type': type.split(';')[0] ?? type,
      },
      body: list,
    };
  },
};

const graph: Endpoint = {
  methods: ['POST'],
  path: '/graphql',
  query: null,
  answer: ({ headers }) =>
    headers.authorization === 'Bearer fresh-token'
      ? { status: 200, headers: { 'content-type': 'application/json' }, body: { data: { foo: 'bar' } } }
      : { status: 401, body: { error: 'invalid_token' } },
};

const token: Endpoint = {
  methods: ['POST'],
  path: '/token',
  query: null,
  answer: () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: { access_token: 'fresh-token', token_type: 'bearer' },
  }),
};

/** A feed with the entries that are expected, element by element. */
function feedOf(pins: Row): string {
  const entries = listOf(Object.entries(pins).find(([name]) => name.startsWith('RSS'))?.[1]).map((pin) => pin.json);
  const custom = listOf(Object.entries(pins).find(([name]) => name.includes('Custom'))?.[1]).map((pin) => pin.json);
  const text = (value: Json | undefined): string =>
    String(value ?? '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;');
  const items = entries.filter(isRow).map((entry, at) => {
    const more = isRow(custom[at]) ? (custom[at] as Row).custom : undefined;
    const parts: [string, Json | undefined][] = [
      ['title', entry.title],
      ['description', entry.content],
      ['link', entry.link],
      ['guid', entry.guid],
      ['dc:creator', entry['dc:creator']],
      ['pubDate', entry.pubDate],
      ['custom', more],
    ];
    const written = parts.filter(([, value]) => value !== undefined);
    return `<item>${written.map(([name, value]) => `<${name}>${text(value)}</${name}>`).join('')}</item>`;
  });
  return `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Feed</title>${items.join('')}</channel></rss>`;
}

/** Parameters that name files on the disk of whoever wrote the workflow. */
const PATHS = new Set(['filePath', 'fileSelector', 'fileName']);

/** Such a path, below the folder of the workflow: its files lie there instead. */
function nearer(path: string): string {
  const plain = path.replaceAll('\\', '/');
  if (/^[A-Z]:\//.test(plain)) return plain.replace(/^[A-Z]:\/[^/]+\//, '');
  return plain.startsWith('/') ? (plain.split('/').pop() ?? plain) : path;
}

/** The text of an upstream workflow with the addresses of the server, and paths below its own folder. */
export function upstreamText(text: string, base: string): string {
  const read = JSON.parse(rehosted(text, base, HOSTS), (key, value: Json) =>
    PATHS.has(key) && typeof value === 'string' ? nearer(value) : value,
  ) as Json;
  return JSON.stringify(read);
}

/** Values of the credentials that upstream workflows name. */
export const upstreamSecrets = (base: string): Record<string, string> => ({
  'Dummy (local)': 'client-secret',
  'Dummy (local) clientId': 'client-id',
  'Dummy (local) tokenUrl': `${base}/test/token`,
  'Dummy (local) refreshToken': 'refresh-token',
});
