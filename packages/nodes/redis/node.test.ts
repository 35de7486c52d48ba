import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { failureOf, testDoors, type TestDoors } from '../../../testing/services/ports.ts';
import { startRedis } from '../../../testing/services/redis.ts';
import { freePort, orSkip } from '../../../testing/services/server-process.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode, type RunNodeOptions } from '../kit/run.ts';
import { node } from './node.ts';

const service = orSkip(await startRedis());
let doors: TestDoors;
let keys = 0;

beforeEach(() => {
  doors = testDoors({ CACHE: service?.password ?? '' });
  keys += 1;
});
afterEach(() => doors.close());
afterAll(() => service?.stop());

const run = async (params: Record<string, Json>, more: RunNodeOptions = {}): Promise<Json[]> => {
  const all = { url: service?.url ?? '', secret: 'CACHE', key: `k${keys}`, ...params };
  return (await runNode(node, { ports: doors.ports, ...more, params: all })).output['main'] as Json[];
};
const op = (operation: string, params: Record<string, Json> = {}): Promise<Json[]> => run({ operation, ...params });
const key = (): string => `k${keys}`;

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe.skipIf(service === null)('redis', () => {
  it('sets and gets values of each item, all of Unicode', async () => {
    const values = ['plain', '\u{1f9d1}\u200d\u{1f680} e\u0301 \u0000\r\n$5\r\n', '', ' {{ x }} '];
    const input = values.map((value, i) => ({ i, value }));
    await run({ operation: 'set', key: `${key()}:{{ $json.i }}`, value: '{{ $json.value }}' }, { input });
    const names = input.map(({ i }) => `${key()}:${i}`);
    expect(await op('get', { key: [...names, 'nothing'] })).toEqual([
      ...names.map((name, i) => ({ key: name, value: values[i] })),
      { key: 'nothing', value: null },
    ]);
    expect(await op('delete', { key: names })).toEqual([{ deleted: 4 }]);
  });

  it('answers with the item that came, or with the value alone; the address may be secret', async () => {
    const item = { input: [{ id: 7 }] };
    expect(await run({ operation: 'set', value: 'v', answer: 'item' }, item)).toEqual([{ id: 7 }]);
    expect(await op('get', { answer: 'value', into: 'found.it' })).toEqual([{ found: { it: 'v' } }]);
    expect(await run({ operation: 'delete', answer: 'item' }, item)).toEqual([{ id: 7 }]);
    expect(await op('increment', { answer: 'value', into: 'n' })).toEqual([{ n: 1 }]);
    const { hostname, port } = new URL(service?.url ?? '');
    const secret = testDoors({ CACHE: service?.password ?? '', HOST: hostname, PORT: port });
    const params = { url: '', secrets: { host: 'HOST', port: 'PORT' }, operation: 'get' };
    expect(await run(params, { ports: secret.ports })).toEqual([{ key: key(), value: '1' }]);
    await secret.close();
  });

  it('keeps JSON and bytes', async () => {
    const value = { a: [1, null, { __proto__x: 'y' }], n: 1.5 };
    await op('set', { value, format: 'json' });
    expect(await op('get', { format: 'json' })).toEqual([{ key: key(), value }]);
    expect(await op('get')).toEqual([{ key: key(), value: JSON.stringify(value) }]);
    await op('set', { value: 'AP/+', format: 'base64' });
    expect(await op('get', { format: 'base64' })).toEqual([{ key: key(), value: 'AP/+' }]);
    const failure = await failureOf(op('get'));
    expect(failure.message).toMatch(/not text/);
    expect(failure.fix).toMatch(/base64/);
    await op('set', { value: '{broken' });
    expect((await failureOf(op('get', { format: 'json' }))).message).toMatch(/not JSON/);
  });

  it('sets only if absent or present, for a time', async () => {
    expect(await op('set', { value: '1', onlyIf: 'present' })).toEqual([{ key: key(), stored: false }]);
    expect(await op('set', { value: '1', onlyIf: 'absent', ttl: '1h' })).toEqual([{ key: key(), stored: true }]);
    expect(await op('set', { value: '2', onlyIf: 'absent' })).toEqual([{ key: key(), stored: false }]);
    expect(await op('expire', { ttl: '1ms' })).toEqual([{ key: key(), found: true }]);
    await expect.poll(() => op('get')).toEqual([{ key: key(), value: null }]);
    expect(await op('expire', { ttl: '1s' })).toEqual([{ key: key(), found: false }]);
  });

  it('counts', async () => {
    expect(await op('increment')).toEqual([{ key: key(), value: 1 }]);
    expect(await op('increment', { by: -5 })).toEqual([{ key: key(), value: -4 }]);
    expect(await op('increment', { by: 0.5 })).toEqual([{ key: key(), value: -3.5 }]);
  });

  it('hashes', async () => {
    const value = { name: 'Ada', born: 1815, ...(JSON.parse('{"__proto__":"kept"}') as object) };
    expect(await op('hashSet', { value })).toEqual([{ key: key(), added: 3 }]);
    const [all] = (await op('hashGet')) as { value: Record<string, Json> }[];
    expect(Object.entries(all?.value ?? {})).toEqual([
      ['name', 'Ada'],
      ['born', '1815'],
      ['__proto__', 'kept'],
    ]);
    expect(await op('hashGet', { fields: ['born', 'gone'], format: 'json' })).toEqual([
      { key: key(), value: { born: 1815, gone: null } },
    ]);
    expect(await op('hashDelete', { fields: ['born'] })).toEqual([{ key: key(), deleted: 1 }]);
  });

  it('lists and sets', async () => {
    expect(await op('listPush', { value: ['a', 'b', 'c'] })).toEqual([{ key: key(), length: 3 }]);
    expect(await op('listPush', { value: 'first', side: 'left' })).toEqual([{ key: key(), length: 4 }]);
    expect(await op('listRange', { start: 1, stop: -2 })).toEqual([
      { key: key(), value: 'a' },
      { key: key(), value: 'b' },
    ]);
    expect(await op('listPop', { count: 2 })).toEqual([
      { key: key(), value: 'c' },
      { key: key(), value: 'b' },
    ]);
    expect(await op('listPop', { key: 'nothing' })).toEqual([]);
    expect(await op('setAdd', { key: `${key()}s`, value: ['a', 'b', 'a'] })).toEqual([{ key: `${key()}s`, added: 2 }]);
    expect(await op('setRemove', { key: `${key()}s`, value: 'a' })).toEqual([{ key: `${key()}s`, removed: 1 }]);
    expect(await op('setMembers', { key: `${key()}s` })).toEqual([{ key: `${key()}s`, value: 'b' }]);
  });

  it('sorted sets', async () => {
    await op('sortedSetAdd', { value: { Ada: 12, Bo: 9.5, Cy: -1 } });
    expect(await op('sortedSetRange', { reverse: true, stop: 1 })).toEqual([
      { member: 'Ada', score: 12 },
      { member: 'Bo', score: 9.5 },
    ]);
    expect(await op('sortedSetRange', { minScore: 0 })).toEqual([
      { member: 'Bo', score: 9.5 },
      { member: 'Ada', score: 12 },
    ]);
    expect(await op('sortedSetRange', { maxScore: 0, reverse: true })).toEqual([{ member: 'Cy', score: -1 }]);
    expect((await failureOf(op('sortedSetAdd', { value: { x: 'high' } }))).message).toMatch(/value\.x must be a score/);
  });

  it('finds keys page by page', async () => {
    const names = Array.from({ length: 1200 }, (_, i) => `${key()}:page:${i}`);
    await Promise.all(names.map((name) => op('set', { key: name, value: 'x' })));
    const found = await op('keys', { pattern: `${key()}:page:*`, pageSize: 100 });
    expect(new Set(found.map((item) => (item as { key: string }).key))).toEqual(new Set(names));
  });

  it('streams, and messages', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const [added] = (await op('streamAdd', { value: { n, kind: 'x' }, maxLength: 1000 })) as { id: string }[];
      ids.push(added?.id ?? '');
    }
    const all = await op('streamRead', { pageSize: 2 });
    expect(all).toEqual(ids.map((id, n) => ({ id, fields: { n: String(n), kind: 'x' } })));
    expect(
      await op('streamRead', { after: ids[3] ?? '', format: 'json' }).catch((error: Error) => error.message),
    ).toMatch(/not JSON/);
    expect(await op('streamRead', { after: ids[4] ?? '' })).toEqual([]);
    expect(await op('publish', { value: 'hi' })).toEqual([{ receivers: 0 }]);
  });

  it('says what is wrong', async () => {
    await op('set', { value: 'x' });
    const failure = await failureOf(op('listPush', { value: 'y' }));
    expect(failure).toMatchObject({ code: 'node-failed', retry: 'no' });
    expect(failure.message).toMatch(/^redis 127\.0\.0\.1:\d+\/0: WRONGTYPE/);
    expect((await failureOf(op('set'))).message).toMatch(/value must be a value/);
    expect((await failureOf(op('get', { key: '' }))).message).toMatch(/key must be/);
    expect((await failureOf(op('get', { key: [] }))).message).toMatch(/key must be/);
    expect((await failureOf(op('hashSet', { value: 5 }))).message).toMatch(/value must be an object/);
    expect((await failureOf(op('get', { database: 'zero' }))).message).toMatch(/database/);
    expect((await failureOf(op('expire'))).message).toMatch(/ttl/);
  });

  it('stops at the limit of bytes', async () => {
    await op('set', { value: 'x'.repeat(5000) });
    const own = testDoors({ CACHE: service?.password ?? '' }, { limits: { 'step.bytes': 1000 } });
    expect((await failureOf(run({ operation: 'get' }, { ports: own.ports }))).message).toMatch(/step\.bytes/);
    await own.close();
  });

  it('a wrong password is not shown', async () => {
    await doors.close();
    doors = testDoors({ CACHE: 'very-wrong-password' });
    const failure = await failureOf(op('get'));
    expect(failure).toMatchObject({ retry: 'no' });
    expect(failure.fix).toMatch(/secret/);
    expect(JSON.stringify(failure)).not.toContain('very-wrong');
    expect([...doors.kept.keys()].join()).not.toContain('very-wrong');
    expect((await failureOf(op('get', { secret: 'NONE' }))).code).toBe('secret-missing');
  });

  it('a server that is ended in the middle is a failure, and a new one is found', async () => {
    const other = await startRedis();
    if ('missing' in other) throw new Error(other.missing);
    const at = { url: other.url, value: 'x' };
    doors = testDoors({ CACHE: other.password });
    await op('set', at);
    await other.stop();
    await expect.poll(async () => (await failureOf(op('set', at))).message).toMatch(/nothing listens there/);
    expect(await failureOf(op('set', at))).toMatchObject({ code: 'http-failed', retry: 'yes' });
  });
});

describe('other servers', () => {
  const silent = createServer((socket) => socket.resume());
  const anyServer = async (): Promise<string> => {
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    return `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  };
  afterAll(() => silent.close());

  it('one that refuses, one that says nothing, one that speaks no TLS', async () => {
    const refused = await failureOf(run({ url: `redis://127.0.0.1:${await freePort()}`, secret: '' }));
    expect(refused).toMatchObject({ code: 'http-failed', retry: 'yes' });
    expect(refused.message).toMatch(/nothing listens there/);
    const url = await anyServer();
    expect(await failureOf(run({ url, secret: '', connectTimeout: '100ms' }))).toMatchObject({ retry: 'yes' });
    const stop = new AbortController();
    const waiting = run({ url, secret: '' }, { signal: stop.signal });
    stop.abort(new Error('run cancelled'));
    await expect(waiting).rejects.toThrow('run cancelled');
    if (service !== null) {
      const tls = await failureOf(run({ url: service.url.replace('redis:', 'rediss:'), connectTimeout: '500ms' }));
      expect(tls.code).toBe('http-failed');
    }
  });
});
