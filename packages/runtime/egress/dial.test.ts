import { describe, expect, it } from 'vitest';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { createAllowList } from './allow.ts';
import type { Resolve } from './connector.ts';
import { createDial } from './dial.ts';
import { createEgress, type EgressOptions } from './egress.ts';
import { canonicalHost } from './host-name.ts';

type Dialled = { address: string; family: 4 | 6 } | Failure;

const unasked: Resolve = () => Promise.reject(new Error('a literal is not resolved'));
const answering =
  (...answers: string[]): Resolve =>
  () =>
    Promise.resolve(answers);

/** What one call answers: an address, or the failure. */
async function dial(host: string, port = 5432, options: Partial<EgressOptions> = {}): Promise<Dialled> {
  const egress = createEgress({
    allow: [],
    limits: resolveLimits(),
    clock: { monotonic: () => performance.now() },
    ...options,
  });
  try {
    return await egress.dial(host, port);
  } catch (error) {
    if (error instanceof FailureError) return error.failure;
    throw error;
  } finally {
    await egress.close();
  }
}

describe('dial', () => {
  it.each([
    ['8.8.8.8', '8.8.8.8', 4],
    ['::ffff:8.8.8.8', '8.8.8.8', 4],
    ['2606:4700:4700::1111', '2606:4700:4700::1111', 6],
    ['[2606:4700:4700:0::1111]', '2606:4700:4700::1111', 6],
    ['134744072', '8.8.8.8', 4],
  ])('answers the literal %s as it is checked', async (host, address, family) => {
    expect(await dial(host, 25, { resolve: unasked })).toEqual({ address, family });
  });

  it('reaches the ports that HTTP may not', async () => {
    for (const port of [22, 25, 587, 993, 3306, 5432, 6379]) {
      expect(await dial('db.test', port, { resolve: answering('8.8.4.4') })).toEqual({ address: '8.8.4.4', family: 4 });
    }
  });

  it('answers the first of the checked addresses', async () => {
    const resolve = answering('2606:4700::1111', '8.8.8.8');
    expect(await dial('two.test', 5432, { resolve })).toEqual({ address: '2606:4700::1111', family: 6 });
    expect(await dial('m.test', 5432, { resolve: answering('::ffff:1.1.1.1') })).toEqual({
      address: '1.1.1.1',
      family: 4,
    });
  });

  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.1', 'loopback'],
    ['2130706433', 'loopback'],
    ['0x7f000001', 'loopback'],
    ['0177.0.0.1', 'loopback'],
    ['%31%32%37.0.0.1', 'loopback'],
    ['127。0。0。1', 'loopback'],
    ['①②⑦.0.0.1', 'loopback'],
    ['0', 'unspecified'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['[::1]', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::127.0.0.1', 'ipv4-compatible'],
    ['64:ff9b::7f00:1', 'nat64'],
    ['2002:7f00:1::', '6to4'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'carrier-grade-nat'],
    ['169.254.169.254', 'metadata'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['fc00::1', 'private'],
    ['fe80::1', 'link-local'],
    ['metadata.google.internal', 'metadata'],
    ['METADATA。google。internal.', 'metadata'],
  ])('refuses %s by rule %s without asking the resolver', async (host, rule) => {
    expect(await dial(host, 5432, { resolve: unasked })).toMatchObject({
      code: 'egress-denied',
      retry: 'no',
      data: { rule },
    });
  });

  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['8.8.8.8', '10.0.0.1']],
    [['2606:4700::1111', '::ffff:127.0.0.1']],
    [['fe80::1%eth0']],
    [['not an address']],
  ])('refuses a name of which any answer is %j', async (answers) => {
    const failed = await dial('db.test', 5432, { resolve: () => Promise.resolve(answers) });
    expect(failed).toMatchObject({ code: 'egress-denied' });
    expect((failed as Failure).fix).toContain('--allow db.test:5432');
  });

  it('does not give what the name resolves to a second time', async () => {
    let asked = 0;
    const resolve: Resolve = () => {
      asked += 1;
      return Promise.resolve(asked === 1 ? ['8.8.8.8'] : ['127.0.0.1']);
    };
    expect(await dial('rebind.test', 5432, { resolve })).toEqual({ address: '8.8.8.8', family: 4 });
    expect(asked).toBe(1);
    // And the other way around: a name that turned bad is refused when it is asked again.
    expect(await dial('rebind.test', 5432, { resolve })).toMatchObject({ code: 'egress-denied' });
  });

  it.each([[['127.0.0.1:5432']], [['127.0.0.0/8']], [['db.test']], [['DB.test:5432']], [['*.test']]])(
    'goes where the operator allows: %j',
    async (allow) => {
      const resolve = answering('127.0.0.1');
      expect(await dial('db.test', 5432, { allow, resolve })).toEqual({ address: '127.0.0.1', family: 4 });
    },
  );

  it.each([[['127.0.0.1:1']], [['other.test']], [['10.0.0.0/8']], [['db.test:5433']]])(
    'and not with %j',
    async (allow) => {
      const resolve = answering('127.0.0.1');
      expect(await dial('db.test', 5432, { allow, resolve })).toMatchObject({ code: 'egress-denied' });
    },
  );

  it.each(['', ' ', 'a b', 'http://a.b', 'a.b:25', 'a.b/', 'u@a.b', 'a.b\0', '[a.b]', 'fe80::1%eth0', 'a.b?x', 'a\\b'])(
    'says that %j is no host',
    async (host) => {
      const failed = await dial(host, 5432, { resolve: unasked });
      expect(failed).toMatchObject({ code: 'http-failed', retry: 'no' });
      expect((failed as Failure).message).toContain('not a host name');
    },
  );

  it('says what is wrong with a port, an unknown name, an empty answer, a slow resolver', async () => {
    for (const port of [0, -1, 65_536, 1.5, Number.NaN]) {
      expect(await dial('8.8.8.8', port)).toMatchObject({ code: 'http-failed', retry: 'no' });
    }
    const missing = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await dial('x.test', 1, { resolve: missing })).toMatchObject({ code: 'http-failed', retry: 'no' });
    expect(await dial('x.test', 1, { resolve: answering() })).toMatchObject({ code: 'http-failed', retry: 'no' });
    const slow = createDial(createAllowList([]), () => new Promise(() => {}), 5);
    await expect(slow('x.test', 1)).rejects.toMatchObject({ failure: { code: 'timeout', retry: 'yes' } });
  });

  it('goes nowhere when the guard is closed', async () => {
    const egress = createEgress({ allow: [], limits: resolveLimits(), clock: { monotonic: () => 0 } });
    await egress.close();
    await expect(egress.dial('8.8.8.8', 1)).rejects.toMatchObject({ failure: { code: 'http-failed' } });
  });
});

it('spells a host in one way', () => {
  expect(canonicalHost('API.Example.COM.')).toBe('api.example.com');
  expect(canonicalHost('bücher.example')).toBe('xn--bcher-kva.example');
  expect(canonicalHost('my_db')).toBe('my_db');
  expect(canonicalHost('[::FFFF:1.2.3.4]')).toBe('::ffff:102:304');
  expect(canonicalHost('a:1')).toBeNull();
});
