/** The network guard against the catalogue of ways around one. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { refusedAddress } from './address.ts';
import { createAllowList } from './allow.ts';
import { createEgress, type EgressOptions } from './egress.ts';

let canary: Server;
let port = 0;
let reached = 0;

beforeAll(async () => {
  canary = createServer((_request, response) => {
    reached += 1;
    response.end('canary');
  });
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  port = (canary.address() as AddressInfo).port;
});
afterAll(() => {
  canary.closeAllConnections();
  canary.close();
});

/** The failure of one call, or null when it went through. */
async function call(url: string, options: Partial<EgressOptions> = {}): Promise<Failure | null> {
  const egress = createEgress({
    allow: [],
    limits: resolveLimits(),
    clock: { monotonic: () => performance.now() },
    ...options,
  });
  try {
    await egress.fetch(url, { timeoutMs: 2000 });
    return null;
  } catch (error) {
    if (error instanceof FailureError) return error.failure;
    throw error;
  } finally {
    await egress.close();
  }
}

const LITERALS: [string, string][] = [
  ['127.0.0.1', 'loopback'],
  ['127.1', 'loopback'],
  ['127.0.1', 'loopback'],
  ['2130706433', 'loopback'],
  ['0x7f000001', 'loopback'],
  ['0x7f.0.0.1', 'loopback'],
  ['0177.0.0.1', 'loopback'],
  ['017700000001', 'loopback'],
  ['00000000177.0.0.1', 'loopback'],
  ['127.127.127.127', 'loopback'],
  ['%31%32%37.0.0.1', 'loopback'],
  ['127。0。0。1', 'loopback'],
  ['①②⑦.0.0.1', 'loopback'],
  ['a@127.0.0.1', 'loopback'],
  ['0', 'unspecified'],
  ['0.0.0.0', 'unspecified'],
  ['[::]', 'unspecified'],
  ['[::1]', 'loopback'],
  ['[0:0:0:0:0:0:0:1]', 'loopback'],
  ['[::ffff:127.0.0.1]', 'loopback'],
  ['[::ffff:7f00:1]', 'loopback'],
  ['[::127.0.0.1]', 'ipv4-compatible'],
  ['[::808:808]', 'ipv4-compatible'],
  ['[64:ff9b::7f00:1]', 'nat64'],
  ['[64:ff9b:1::a9fe:a9fe]', 'nat64'],
  ['[2002:7f00:1::]', '6to4'],
  ['[2001:0:7f00:1::]', 'teredo'],
  ['[::ffff:0:7f00:1]', 'nat64'],
  ['10.0.0.1', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'carrier-grade-nat'],
  ['169.254.1.1', 'link-local'],
  ['192.0.0.1', 'reserved'],
  ['192.0.2.1', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['203.0.113.1', 'reserved'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['[fc00::1]', 'private'],
  ['[fe80::1]', 'link-local'],
  ['[ff02::1]', 'multicast'],
  ['[fec0::1]', 'private'],
  ['[4000::1]', 'reserved'],
  ['[2001:db8::1]', 'reserved'],
  ['169.254.169.254', 'metadata'],
  ['0xa9fea9fe', 'metadata'],
  ['2852039166', 'metadata'],
  ['[::ffff:169.254.169.254]', 'metadata'],
  ['169.254.170.2', 'metadata'],
  ['[fd00:ec2::254]', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['192.0.0.192', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['metadata.google.internal', 'metadata'],
  ['metadata.google.internal.', 'metadata'],
];

describe('what the guard refuses', () => {
  it.each(LITERALS)('%s by rule %s', async (host, rule) => {
    reached = 0;
    const failed = await call(`http://${host}:${port}/`, {
      resolve: () => Promise.reject(new Error('a literal is not resolved')),
    });
    expect(failed).toMatchObject({ code: 'egress-denied', retry: 'no', data: { rule } });
    expect(failed?.message).toContain('--allow');
    expect(failed?.message).toContain('RONDO_EGRESS_ALLOW');
    expect(reached).toBe(0);
  });

  it.each([
    'http:127.0.0.1',
    'http:///127.0.0.1',
    'http:\\\\127.0.0.1',
    'http://x@127.0.0.1',
    'http://127.0.0.1\\@a.b/',
  ])('parser confusion %s', async (url) => {
    expect((await call(url))?.code).toBe('egress-denied');
  });

  it.each(['file:///etc/passwd', 'ftp://a.b/', 'gopher://a.b/', 'data:,x', 'unix:/x', 'blob:x', 'javascript:1'])(
    'scheme of %s',
    async (url) => {
      expect(await call(url)).toMatchObject({ code: 'egress-denied', data: { rule: 'scheme' } });
    },
  );

  it.each(['http://[fe80::1%25eth0]/', 'http://a.b:1:2/', 'http:// /'])('what is no URL: %s', async (url) => {
    expect((await call(url))?.code).toBe('http-failed');
  });

  it.each([22, 25, 5432, 6379])('port %i of a public address', async (p) => {
    expect(await call(`http://8.8.8.8:${p}/`)).toMatchObject({ code: 'egress-denied', data: { rule: 'port' } });
    const named = await call(`http://a.test:${p}/`, { resolve: () => Promise.resolve(['8.8.8.8']) });
    expect(named).toMatchObject({ code: 'egress-denied', data: { rule: 'port' } });
  });

  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['8.8.8.8', '10.0.0.1']],
    [['2606:4700::1111', '::ffff:127.0.0.1']],
    [['fe80::1%eth0']],
    [['not an address']],
  ])('names that resolve to %j', async (answers) => {
    for (const host of ['name.test', 'LOCALHOST', 'localhost.', 'foo.localhost', 'ⓛocalhost']) {
      reached = 0;
      const failed = await call(`http://${host}:${port}/`, { resolve: () => Promise.resolve(answers) });
      expect(failed?.code).toBe('egress-denied');
      expect(reached).toBe(0);
    }
  });

  it('the system resolver has no way around', async () => {
    reached = 0;
    expect((await call(`http://localhost:${port}/`))?.data?.['rule']).toBe('loopback');
    expect(reached).toBe(0);
  });

  it('dials the address it checked, whatever the name says next', async () => {
    let asked = 0;
    const resolve = (): Promise<string[]> => {
      asked += 1;
      return Promise.resolve(asked === 1 ? ['192.0.2.1'] : ['127.0.0.1']);
    };
    reached = 0;
    // The first answer is on the list but nobody is there; the second would be the canary.
    const failed = await call(`http://rebind.test:${port}/`, { allow: ['192.0.2.0/24'], resolve });
    expect(failed?.code === 'http-failed' || failed?.code === 'timeout').toBe(true);
    expect(asked).toBe(1);
    expect(reached).toBe(0);
  });
});

describe('what the operator allows', () => {
  it.each(['127.0.0.1', '127.0.0.0/8', '127.0.0.1:PORT', '::ffff:127.0.0.1'])('%s for the address', async (entry) => {
    expect(await call(`http://127.0.0.1:${port}/`, { allow: [entry.replace('PORT', String(port))] })).toBeNull();
  });

  it.each(['name.test', 'NAME.test.', 'name.test:PORT', '*.test', '127.0.0.0/8'])('%s for the name', async (entry) => {
    const allow = [entry.replace('PORT', String(port))];
    expect(
      await call(`http://name.test:${port}/`, { allow, resolve: () => Promise.resolve(['127.0.0.1']) }),
    ).toBeNull();
  });

  it('tries the next address of an allowed name when one does not answer', async () => {
    const resolve = (): Promise<string[]> => Promise.resolve(['127.0.0.9', '127.0.0.1']);
    expect(await call(`http://two.test:${port}/`, { allow: ['two.test'], resolve })).toBeNull();
  });

  it.each(['127.0.0.1:1', 'other.test', '10.0.0.0/8', '*.name.test'])('not with %s', async (entry) => {
    const resolve = (): Promise<string[]> => Promise.resolve(['127.0.0.1']);
    expect((await call(`http://name.test:${port}/`, { allow: [entry], resolve }))?.code).toBe('egress-denied');
    expect((await call(`http://127.0.0.1:${port}/`, { allow: [entry] }))?.code).toBe('egress-denied');
  });

  it('names an entry that cannot be understood', () => {
    for (const entry of ['10.0.0.0/99', 'a b', 'http://x', 'a:b', '*']) {
      expect(() => createAllowList([entry])).toThrow(entry);
    }
  });
});

it('lets public addresses through', () => {
  for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '::ffff:8.8.8.8']) {
    expect(refusedAddress(address)).toBeNull();
  }
});
