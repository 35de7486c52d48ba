/** The S3 node against a server that verifies every signature. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '@rondo/core/errors.ts';
import type { FileRef, Json } from '@rondo/core/model/item.ts';
import { REGION, startS3, type S3Service } from '../../../testing/services/s3.ts';
import { nodeContract } from '../kit/contract.ts';
import { failureOf, openServer, openWorld, type World } from '../kit/http/ports.testing.ts';
import type { JsonObject } from '../kit/paths.ts';
import { runNode, type NodeRun } from '../kit/run.ts';
import { node } from './node.ts';

let s3: S3Service;
let world: World;

beforeAll(async () => {
  s3 = await startS3();
  world = openWorld(['localhost', '*.localhost', '127.0.0.1']);
  world.secrets = { KEY: s3.password, WRONG: 'another' };
  mkdirSync(join(world.folder, 'in'));
  await run('createBucket');
});
beforeEach(() => {
  s3.log.length = 0;
});
afterAll(async () => {
  await s3.stop();
  await world.close();
});

const whole = (operation: string, params: JsonObject = {}, files?: Record<string, FileRef>): Promise<NodeRun> =>
  runNode(node, {
    params: {
      operation,
      endpoint: s3.url,
      region: REGION,
      accessKeyId: s3.user,
      secret: 'KEY',
      bucket: 'things',
      ...params,
    },
    items: [[{ json: {}, ...(files === undefined ? {} : { files }) }]],
    ports: world.ports,
  });
const run = async (operation: string, params: JsonObject = {}): Promise<Json[]> =>
  (await whole(operation, params)).output['main'] ?? [];
const failing = (operation: string, params: JsonObject = {}): Promise<Failure> => failureOf(run(operation, params));

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('objects', () => {
  it('go in and out as files of items, with their type and metadata', async () => {
    const stored = await world.ports.blobs?.put(Buffer.from([0, 1, 255]));
    const data = { blob: stored?.blob ?? '', size: 3, name: 'a.png', mime: 'image/png' };
    const params = { key: 'in/a.png', file: { itemFile: 'data' }, metadata: { Owner: 'ada' } };
    const { output } = await whole('put', params, { data });
    const etag = expect.stringMatching(/^\w{32}$/);
    expect(output['main']).toMatchObject([{ bucket: 'things', key: 'in/a.png', size: 3, etag }]);
    const got = await whole('get', { key: 'in/a.png' });
    expect(got.output['main']).toMatchObject([
      { mime: 'image/png', name: 'a.png', size: 3, metadata: { owner: 'ada' }, modified: '2026-01-02T03:04:05.000Z' },
    ]);
    const blob = got.items[0]?.[0]?.files?.['data']?.blob ?? '';
    expect(await world.ports.blobs?.get(blob)).toEqual(Buffer.from([0, 1, 255]));
  });

  it('stand beside the item, which may be all that is said; the keys may be secret', async () => {
    const stored = await world.ports.blobs?.put(Buffer.from('abc'));
    const data = { blob: stored?.blob ?? '', size: 3, name: 'a.txt', mime: 'text/plain' };
    const put = { key: 'in/beside.txt', file: { itemFile: 'data' }, result: { success: true } };
    expect((await whole('put', put, { data })).output['main']).toEqual([{ success: true }]);
    const place = { endpoint: '', accessKeyId: '', secrets: { endpoint: 'ENDPOINT', accessKeyId: 'ID' } };
    world.secrets = { ...world.secrets, ENDPOINT: s3.url, ID: s3.user };
    const got = await whole('get', { key: 'in/beside.txt', as: 'copy', beside: 'item', ...place }, { data });
    expect(got.items[0]).toMatchObject([{ json: {}, files: { data, copy: { name: 'beside.txt', size: 3 } } }]);
    expect(await run('delete', { key: 'in/beside.txt', result: { gone: true } })).toEqual([{ gone: true }]);
  });

  it.each<[Json, string, string]>([
    ['text', 'text', 'text/plain'],
    [{ a: 'ü' }, '{"a":"ü"}', 'application/json'],
    [null, 'null', 'application/json'],
  ])('are made of the value %j, and written to a path', async (body, text, mime) => {
    await run('put', { key: 'v', body });
    expect(await run('get', { key: 'v', saveTo: 'out/v' })).toMatchObject([{ path: 'out/v', mime }]);
    expect(readFileSync(join(world.folder, 'out/v'), 'utf8')).toBe(text);
  });

  it.each(['a b+c', 'ü/€/日本', "!'()*~", 'a%2Fb', 'a?b#c', '//x//', '__proto__', 'q&a=1'])(
    'may be named %s',
    async (key) => {
      await run('put', { key, body: key });
      expect(await run('get', { key })).toMatchObject([{ key, size: Buffer.byteLength(key) }]);
      expect(JSON.stringify(await run('list', { prefix: key }))).toContain(JSON.stringify(key));
      await run('delete', { key });
      expect((await failing('get', { key })).message).toContain('NoSuchKey');
    },
  );

  it('are never reached through .. into another bucket', async () => {
    for (const key of ['../other/x', 'a/../b', './x', '..', ''])
      expect((await failing('get', { key })).message).toContain('key');
    for (const bucket of ['../x', 'a/b', 'a@b', ''])
      expect((await failing('get', { bucket, key: 'x' })).message).toContain('bucket');
    expect(s3.log).toEqual([]);
  });

  it('are copied, and a copy that fails after it began is a failure', async () => {
    await run('put', { key: 'a ü', body: 'copied' });
    expect(await run('copy', { key: 'b', source: { key: 'a ü' } })).toMatchObject([
      { key: 'b', source: { key: 'a ü' } },
    ]);
    expect(await run('get', { key: 'b' })).toMatchObject([{ size: 6 }]);
    expect(await failing('copy', { key: 'b', source: { key: 'none' } })).toMatchObject({
      retry: 'yes',
      message: /lost it/,
    });
  });

  it('of a file on disk', async () => {
    writeFileSync(join(world.folder, 'in/f.txt'), 'from disk');
    await run('put', { key: 'f', file: { file: 'in/f.txt', type: 'text/css' } });
    expect(await run('get', { key: 'f' })).toMatchObject([{ size: 9, mime: 'text/css' }]);
  });
});

describe('list', () => {
  beforeAll(async () => {
    for (let n = 0; n < 7; n += 1) await run('put', { key: `l/${n % 2}/${n} &+`, body: 'x' });
  });

  it('goes through all pages', async () => {
    const found = (await run('list', { prefix: 'l/', pageSize: 3 })) as JsonObject[];
    expect(found.map((one) => one['key'])).toEqual(
      ['0/0', '0/2', '0/4', '0/6', '1/1', '1/3', '1/5'].map((name) => `l/${name} &+`),
    );
    expect(found[0]).toMatchObject({ size: 1, modified: '2026-01-02T03:04:05.000Z' });
    expect(s3.log).toHaveLength(3);
  });

  it('cuts names at a delimiter', async () => {
    expect(await run('list', { prefix: 'l/', delimiter: '/' })).toEqual([{ prefix: 'l/0/' }, { prefix: 'l/1/' }]);
  });

  it('of nothing is nothing', async () => expect(await run('list', { prefix: 'none' })).toEqual([]));
});

describe('buckets and addresses', () => {
  it('are created once, and then they are there', async () => {
    expect(await run('createBucket', { bucket: 'new' })).toEqual([{ bucket: 'new', created: true }]);
    expect(await run('createBucket', { bucket: 'new' })).toEqual([{ bucket: 'new', created: false }]);
    expect((await failing('createBucket', { bucket: 'taken' })).message).toContain('BucketAlreadyExists');
  });

  it('presigned addresses work without credentials, to read and to write, until they end', async () => {
    const key = 'p q+ü';
    const [put] = (await run('presign', { key, method: 'PUT' })) as JsonObject[];
    expect((await fetch(String(put?.['url']), { method: 'PUT', body: 'by hand' })).status).toBe(200);
    const [get] = (await run('presign', { key, expires: '1m' })) as JsonObject[];
    expect(await (await fetch(String(get?.['url']))).text()).toBe('by hand');
    expect((await fetch(String(get?.['url']).replace('Expires=60', 'Expires=61'))).status).toBe(403);
    world.time = Date.now() - 120_000;
    const [old] = (await run('presign', { key, expires: '1m' })) as JsonObject[];
    world.time = null;
    expect((await fetch(String(old?.['url']))).status).toBe(403);
    expect(String(get?.['url'])).not.toContain(s3.password);
    expect((await failing('presign', { key, expires: '8d' })).message).toContain('expires');
  });

  it('the bucket may be in the host name', async () => {
    await run('put', { key: 'host', body: 'virtual' });
    s3.log.length = 0;
    expect(await run('get', { key: 'host', pathStyle: false })).toMatchObject([{ size: 7 }]);
    expect(await run('list', { prefix: 'host', pathStyle: false })).toHaveLength(1);
    expect(s3.log).toEqual(['GET things.localhost/host', 'GET things.localhost/']);
  });
});

describe('what goes wrong', () => {
  it.each<[string, string, JsonObject, string]>([
    ['a wrong secret', 'get', { key: 'x', secret: 'WRONG' }, 'SignatureDoesNotMatch'],
    ['no such secret', 'get', { key: 'x', secret: 'NONE' }, 'NONE'],
    ['no such bucket', 'list', { bucket: 'none' }, 'NoSuchBucket'],
    ['a bad endpoint', 'list', { endpoint: 'localhost' }, 'endpoint'],
    ['nobody there', 'list', { endpoint: 'http://127.0.0.1:9' }, 'connection refused'],
    ['nothing to store', 'put', { key: 'x' }, '"file" or "body"'],
    ['metadata with a line end', 'put', { key: 'x', body: '', metadata: { a: 'b\r\nc' } }, 'metadata'],
    ['no key', 'get', {}, 'key'],
    ['no source', 'copy', { key: 'x' }, 'source'],
  ])('%s', async (_name, operation, params, words) => {
    const failed = await failing(operation, params);
    expect(failed.message).toContain(words);
    expect(JSON.stringify(failed)).not.toContain(s3.password);
  });

  it('an endpoint that hangs, one that is busy, and one that is no storage', async () => {
    const other = await openServer();
    other.answer = () => {};
    expect((await failing('list', { endpoint: other.base, timeout: '100ms' })).code).toBe('timeout');
    other.answer = (_request, response) =>
      void response.writeHead(503, { 'retry-after': '3' }).end('<Error><Code>SlowDown</Code></Error>');
    expect(await failing('list', { endpoint: other.base })).toMatchObject({
      retry: 'yes',
      retryAfterMs: 3000,
      message: /SlowDown/,
    });
    other.answer = (_request, response) => void response.end('<html></html>');
    expect((await failing('list', { endpoint: other.base })).message).toContain('not a list');
    await other.close();
  });
});
