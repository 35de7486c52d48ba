/** Respond and Output: the body, or the item; what Respond hands to whoever waits, and what it refuses. */
import { describe, expect, it } from 'vitest';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode } from '../kit/run.ts';
import { node as output } from '../output/node.ts';
import { node as respond } from './node.ts';
import type { RunResponse } from './response.ts';

async function answer(
  params: Record<string, Json>,
  item: Item = { json: { id: 7 } },
): Promise<{ response: RunResponse; items: Item[] }> {
  const given: RunResponse[] = [];
  const ports = { respond: (response: RunResponse) => given.push(response) } as unknown as Partial<EffectPorts>;
  const { items } = await runNode(respond, { params, items: [[item]], ports });
  expect(given).toHaveLength(1);
  return { response: given[0] as RunResponse, items: items[0] ?? [] };
}

const text = (response: RunResponse): string => (response.content.kind === 'text' ? response.content.text : '');

describe('contract', () => {
  for (const { name, check } of nodeContract(respond)) it(name, check);
});

it.each([
  ['respond', respond],
  ['output', output],
])('%s does not show the item where the body came to nothing', async (_, node) => {
  const ports = { respond: () => {} } as unknown as Partial<EffectPorts>;
  const run = await runNode(node, { params: { body: '{{ $json.missing }}' }, input: [{ secret: 1 }], ports });
  expect(run.output).toEqual({ main: [null] });
});

it('gives exactly the output of its examples', async () => {
  for (const example of respond.examples) {
    const [json = {}] = (example.input ?? [{}]) as Json[];
    const item: Item = { json, files: { report: { blob: 'b', size: 1 } } };
    const { items } = await answer(example.with, item);
    expect(items.map((one) => one.json)).toEqual(example.output);
  }
});

it('answers JSON with status and headers that expressions give', async () => {
  const { response } = await answer({
    body: { n: '{{ $json.id }}' },
    status: '{{ $json.id === 7 ? 201 : 200 }}',
    headers: { 'X-Id': '{{ $json.id }}' },
  });
  expect(response).toEqual({
    status: 201,
    headers: { 'x-id': '7' },
    content: { kind: 'text', text: '{"n":7}', type: 'application/json; charset=utf-8' },
  });
});

it('answers text, HTML and nothing', async () => {
  expect((await answer({ body: 'hi', as: 'text' })).response.content).toEqual({
    kind: 'text',
    text: 'hi',
    type: 'text/plain; charset=utf-8',
  });
  expect(text((await answer({ body: '<p>', as: 'html' })).response)).toBe('<p>');
  expect((await answer({ as: 'none' })).response).toEqual({ status: 204, headers: {}, content: { kind: 'none' } });
  expect((await answer({ body: 1, status: 204 })).response.content).toEqual({ kind: 'none' });
});

it('answers a text that is JSON already, and hands the items on when asked', async () => {
  const { response, items } = await answer({ body: '{"n": {{ $json.id }}}', as: 'json-text', pass: true });
  expect(response.content).toEqual({ kind: 'text', text: '{"n": 7}', type: 'application/json; charset=utf-8' });
  expect(items).toEqual([{ json: { id: 7 } }]);
});

it('answers a file of the item, and says which there are', async () => {
  const item: Item = { json: {}, files: { a: { blob: 'x', size: 3, name: 'a.txt', mime: 'text/plain' } } };
  const { response } = await answer({ as: 'binary' }, item);
  expect(response.content).toEqual({ kind: 'file', file: item.files?.a, download: true });
  await expect(answer({ as: 'binary', file: '__proto__' }, item)).rejects.toThrow('no file "__proto__"');
});

it('leads to paths of this server, and elsewhere only where the author said so', async () => {
  const to = async (location: string, redirectHosts: string[] = []): Promise<string | undefined> =>
    (await answer({ as: 'redirect', location, redirectHosts })).response.headers.location;
  expect(await to('/thanks?a=1#b')).toBe('/thanks?a=1#b');
  expect(await to('https://example.org/x', ['example.org'])).toBe('https://example.org/x');
  const away = [
    'https://example.org/',
    '//example.org',
    '/\\example.org',
    '/..//example.org',
    '/\t/example.org',
    'https://example.org.evil.example/',
    'https://example.org@evil.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    ' /x',
    'x',
  ];
  for (const location of away) {
    const hosts = location === 'https://example.org/' ? [] : ['example.org'];
    await expect(to(location, hosts), location).rejects.toThrow(/location|redirect/);
  }
});

it('refuses headers that belong to the server or would split the message', async () => {
  const headers: Record<string, Json>[] = [
    { 'Content-Length': '1' },
    { 'set-cookie': 'session=x' },
    { 'content-security-policy': 'default-src *' },
    { 'refresh': '0; url=https://example.org' },
    { 'access-control-allow-origin': '*' },
    { 'x-a': 'b\r\nset-cookie: c' },
    { 'x-a\r\n': 'b' },
    { 'x-a': { deep: 1 } },
  ];
  for (const one of headers) await expect(answer({ headers: one }), JSON.stringify(one)).rejects.toThrow(/header/);
});
