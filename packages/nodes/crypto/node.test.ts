/** Crypto: against values that are known, what a changed byte does, and keys that never show. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { createFolderBlobs } from '@rondo/runtime/blobs/blobs.ts';
import { testLimits } from '../kit/limits.testing.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = (key: typeof ec.privateKey): string => String(key.export({ type: 'pkcs8', format: 'pem' }));
const publicPem = (key: typeof ec.publicKey): string => String(key.export({ type: 'spki', format: 'pem' }));

const SECRETS: Record<string, string> = {
  WEBHOOK_KEY: 'key',
  HEX: '00'.repeat(32),
  OTHER: `${'00'.repeat(31)}01`,
  PHRASE: 'correct horse battery staple',
  EC: pem(ec.privateKey),
  ED: pem(ed.privateKey),
  EC_PUBLIC: publicPem(ec.publicKey),
};
const asked: string[] = [];

async function crypto(params: Record<string, Json>, json: Json = {}): Promise<Json | undefined> {
  const secret = (name: string, host: string): string => {
    asked.push(host);
    const value = SECRETS[name];
    if (value === undefined) throw new FailureError(failure('secret-missing', `Secret "${name}" is not defined.`));
    return value;
  };
  const { output } = await runNode(node, { params, input: [json], ports: { secret, limit: testLimits() } });
  return output.main?.[0];
}

const data = async (params: Record<string, Json>): Promise<Json> =>
  ((await crypto({ ...params, keep: 'none', field: 'data' })) as Record<string, Json>)['data'] ?? null;

describe('crypto', () => {
  it.each(node.examples.map((example) => [example.title, example] as const))('example: %s', async (_, example) => {
    expect([await crypto(example.with, (example.input as Json[])[0])]).toEqual(example.output);
  });

  it('gives the digests that are known', async () => {
    const value = 'The quick brown fox jumps over the lazy dog';
    expect(await data({ operation: 'hash', value, algorithm: 'md5' })).toBe('9e107d9d372bb6826bd81d3542a419d6');
    expect(await data({ operation: 'hmac', value, secret: 'WEBHOOK_KEY' })).toBe(
      'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8',
    );
    const hexed = Buffer.from(value).toString('hex');
    expect(
      await data({ operation: 'hash', value: hexed, inputEncoding: 'hex', algorithm: 'SHA1', encoding: 'base64' }),
    ).toBe('L9ThxnotKPzthJ7hu3bnORuT6xI=');
    expect(await data({ operation: 'hash', value: { a: 1 } })).toBe(
      await data({ operation: 'hash', value: '{"a":1}' }),
    );
  });

  it('checks keyed digests, and takes nonsense for a wrong one', async () => {
    const params = { operation: 'hmac', value: 'x', secret: 'HEX', secretEncoding: 'hex' };
    const signature = String(await data(params));
    expect(await data({ ...params, signature })).toBe(true);
    expect(await data({ ...params, signature: signature.replace(/^./, (c) => (c === '0' ? '1' : '0')) })).toBe(false);
    for (const other of ['', 'zz', signature.slice(2)]) expect(await data({ ...params, signature: other })).toBe(false);
  });

  it('signs and verifies with keys of several types', async () => {
    for (const [secret, publicKey] of [
      ['EC', publicPem(ec.publicKey)],
      ['ED', publicPem(ed.publicKey)],
    ] as const) {
      const signature = await data({ operation: 'sign', value: 'text', secret, encoding: 'base64' });
      const verify = { operation: 'verify', signature, encoding: 'base64' };
      expect(await data({ ...verify, value: 'text', publicKey })).toBe(true);
      expect(await data({ ...verify, value: 'Text', publicKey })).toBe(false);
      if (secret === 'EC') expect(await data({ ...verify, value: 'text', secret: 'EC_PUBLIC' })).toBe(true);
    }
  });

  it.each(['HEX', 'PHRASE'])('decrypts what it encrypted with %s, and nothing that was changed', async (secret) => {
    const value = 'héllo 🌍';
    const seal = { operation: 'encrypt', value, secret, context: 'id 1', encoding: 'base64url' };
    const sealed = String(await data(seal));
    expect(await data(seal)).not.toBe(sealed);
    const open = { operation: 'decrypt', value: sealed, secret, context: 'id 1', encoding: 'base64url' };
    expect(await data(open)).toBe(value);
    const bytes = Buffer.from(sealed, 'base64url');
    for (const at of [0, 5, 20, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(data({ ...open, value: changed.toString('base64url') })).rejects.toThrow(
        'value cannot be decrypted',
      );
    }
    for (const more of [{ context: 'id 2' }, { secret: 'OTHER' }, { value: 'AAAA' }, { value: '' }]) {
      await expect(data({ ...open, ...more })).rejects.toThrow('value cannot be decrypted');
    }
  });

  it('makes random values of the kind and length asked for', async () => {
    const random = (params: Record<string, Json>): Promise<Json> => data({ operation: 'random', ...params });
    expect(await random({})).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await random({ kind: 'bytes', length: 4 })).toMatch(/^[0-9a-f]{8}$/);
    expect(await random({ kind: 'text', length: 50, alphabet: 'ä🌍' })).toMatch(/^(?:ä|🌍){50}$/);
    expect(await random({ kind: 'integer', length: 1 })).toBe(0);
    expect(await random({ kind: 'text' })).not.toBe(await random({ kind: 'text' }));
  });

  it('writes and reads Base64 and hex', async () => {
    for (const encoding of ['hex', 'base64', 'base64url']) {
      const value = await data({ operation: 'encode', value: 'ü?>', encoding });
      expect(await data({ operation: 'decode', value, encoding })).toBe('ü?>');
    }
    await expect(data({ operation: 'decode', value: 'ff' })).rejects.toThrow('value is no text in UTF-8');
    await expect(data({ operation: 'decode', value: 'xyz' })).rejects.toThrow('value must be bytes written in hex');
  });

  it('works on a file of the item', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rondo-crypto-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const blobs = createFolderBlobs(folder);
    const doc = await blobs.put(Buffer.from('hello'));
    const items = [[{ json: {}, files: { doc } }]];
    const params = { operation: 'hash', file: 'doc' };
    const { output } = await runNode(node, { params, items, ports: { blobs, limit: testLimits() } });
    expect(output.main).toEqual([{ data: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' }]);
    await expect(crypto({ operation: 'hash', file: 'none' })).rejects.toThrow('The item has no file "none"');
  });

  it('asks for secrets as what stays here, and shows them in no message', async () => {
    SECRETS['BROKEN'] = '-----BEGIN PRIVATE KEY-----\nVERYSECRET\n-----END PRIVATE KEY-----';
    const failed = await data({ operation: 'sign', value: 'x', secret: 'BROKEN' }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(FailureError);
    expect(JSON.stringify((failed as FailureError).failure)).not.toContain('VERYSECRET');
    expect(new Set(asked)).toEqual(new Set(['crypto.invalid']));
  });

  it.each<[Record<string, Json>, string]>([
    [{ operation: 'hash' }, 'value must be the text to work on'],
    [{ operation: 'hash', value: 'x', algorithm: 'rot13' }, 'algorithm: there is no digest "rot13"'],
    [{ operation: 'hmac', value: 'x' }, 'secret must be the name of a secret'],
    [{ operation: 'hmac', value: 'x', secret: 'NONE' }, 'Secret "NONE" is not defined'],
    [{ operation: 'hmac', value: 'x', secret: 'PHRASE', secretEncoding: 'hex' }, 'The secret is not written in hex'],
    [{ operation: 'sign', value: 'x', secret: 'PHRASE' }, 'secret: this is no key that can be read'],
    [{ operation: 'verify', value: 'x', signature: 'ff', publicKey: 'x' }, 'publicKey: this is no key'],
    [{ operation: 'random', kind: 'text', alphabet: 'a' }, 'alphabet must be at least two characters'],
    [{ operation: 'random', kind: 'bytes', length: 1e9 }, 'length must be a number from 1 to 1000000'],
    [{ operation: 'melt', value: 'x' }, 'operation must be one of hash'],
  ])('refuses %j', async (params, message) => {
    await expect(data(params)).rejects.toThrow(message);
  });
});

describe('one-time codes', () => {
  const totp = async (at: number, params: Record<string, Json> = {}): Promise<Json | undefined> => {
    // The secret of RFC 6238: "12345678901234567890".
    const secret = (): string => 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ';
    const clock = { now: () => at * 1000, sleep: async () => {} };
    const all = { operation: 'totp', secret: 'S', algorithm: 'sha1', digits: 8, field: '', keep: 'none', ...params };
    const { output } = await runNode(node, { params: all, ports: { secret, clock, limit: testLimits() } });
    return output.main?.[0];
  };

  it('are those of RFC 6238', async () => {
    expect(await totp(59)).toEqual({ token: '94287082', secondsRemaining: 1 });
    expect(await totp(1111111109)).toEqual({ token: '07081804', secondsRemaining: 1 });
    expect(await totp(20_000_000_000, { digits: 6 })).toEqual({ token: '353130', secondsRemaining: 10 });
  });
});

it('takes a key that stands in the workflow', async () => {
  const written = await crypto({ operation: 'hmac', value: 'x', key: 'key' });
  expect(written).toEqual(await crypto({ operation: 'hmac', value: 'x', secret: 'WEBHOOK_KEY' }));
});
