/** Owns what every SecretStore must do: one test per sentence of secrets/secret-store.ts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretStore } from './secrets/secret-store.ts';
import type { Services } from './services.ts';
import type { OpenServices } from './testing/open-services.ts';

const KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);

export function describeSecrets(name: string, open: OpenServices): void {
  describe(`secrets in ${name}`, () => {
    let services: Services;
    let secrets: SecretStore;
    let now = 0;

    beforeEach(async () => {
      now = 1_000;
      services = await open({ now: () => now, key: KEY });
      secrets = services.secrets;
    });
    afterEach(() => services.close());

    it('keeps values, and lists names, hosts and times without them', async () => {
      await secrets.put('b', 'value of b', { hosts: ['API.Example.com', '*.example.org', 'api.example.com'] });
      now = 2_000;
      await secrets.put('a', 'ü\u0000人"');
      await secrets.put('b', 'another value');
      const list = await secrets.list();
      expect(list).toEqual([
        { name: 'a', hosts: [], createdAt: 2_000, updatedAt: 2_000 },
        { name: 'b', hosts: ['*.example.org', 'api.example.com'], createdAt: 1_000, updatedAt: 2_000 },
      ]);
      expect(JSON.stringify(list)).not.toContain('value');
      expect(secrets.value('a')).toEqual({ value: 'ü\u0000人"', hosts: [] });
      expect(secrets.value('b')).toEqual({ value: 'another value', hosts: ['*.example.org', 'api.example.com'] });
      expect(secrets.value('c')).toBeNull();
    });

    it('changes the hosts only when it is told to', async () => {
      await secrets.put('a', 'one', { hosts: ['a.test'] });
      await secrets.put('a', 'two');
      expect(secrets.value('a')).toEqual({ value: 'two', hosts: ['a.test'] });
      await secrets.put('a', 'two', { hosts: ['b.test'] });
      expect(secrets.value('a')?.hosts).toEqual(['b.test']);
      await secrets.put('a', 'two', { hosts: [] });
      expect(secrets.value('a')?.hosts).toEqual([]);
    });

    it('removes', async () => {
      await secrets.put('a', 'one');
      expect(await secrets.remove('a')).toBe(true);
      expect(await secrets.remove('a')).toBe(false);
      expect(secrets.value('a')).toBeNull();
      expect(await secrets.list()).toEqual([]);
    });

    it('keeps what is the server’s own apart: no list, no run and no name reaches it, a new key takes it along', async () => {
      await secrets.own.put('person', 'of the server');
      await secrets.put('person', 'of workflows');
      expect((await secrets.list()).map(({ name }) => name)).toEqual(['person']);
      for (const name of ['\u0001person', '\u0001']) {
        expect(secrets.value(name)).toBeNull();
        expect(services.secret(name)).toBeNull();
        expect(await secrets.remove(name)).toBe(false);
      }
      await secrets.rotate(OTHER_KEY);
      expect(secrets.own.value('person')).toBe('of the server');
      expect(await secrets.own.remove('person')).toBe(true);
      expect(secrets.own.value('person')).toBeNull();
      expect(secrets.value('person')?.value).toBe('of workflows');
    });

    it.each(['', ' a', 'a ', 'a=b', 'a\nb', '[a]', '\ud800', 'n'.repeat(129)])('refuses the name %j', async (bad) => {
      await expect(secrets.put(bad, 'value')).rejects.toMatchObject({
        failure: { code: 'input-invalid', fix: expect.stringContaining('128') as string },
      });
    });

    it.each(['__proto__', "a'; drop table secrets; --", 'Key of the API', 'ключ', 'a.b-c_d', 'x'.repeat(128)])(
      'takes the name %j',
      async (good) => {
        await secrets.put(good, 'value');
        expect(secrets.value(good)?.value).toBe('value');
        expect((await secrets.list()).map((one) => one.name)).toEqual([good]);
      },
    );

    it('refuses values that are empty, no text, or too large, without repeating them', async () => {
      await expect(secrets.put('a', '')).rejects.toMatchObject({ failure: { code: 'input-invalid' } });
      await expect(secrets.put('a', 'x\ud800')).rejects.toMatchObject({ failure: { code: 'input-invalid' } });
      const large = 'x'.repeat(64 * 1024 + 1);
      const failed = await secrets.put('a', large).catch((error: unknown) => error);
      expect(failed).toMatchObject({ failure: { code: 'limit-reached' } });
      expect(String(failed)).toContain('secret.bytes');
      expect(String(failed)).not.toContain('xxx');
      await secrets.put('a', large.slice(1));
      expect(secrets.value('a')?.value).toHaveLength(64 * 1024);
    });

    it.each(['https://a.test', 'a.test/x', 'a.test:443', '', '*', '*.', '*.1.2.3.4', 'a b', 'u@a.test'])(
      'refuses the host %j',
      async (host) => {
        await expect(secrets.put('a', 'value', { hosts: [host] })).rejects.toMatchObject({
          failure: { code: 'input-invalid', message: expect.stringContaining('is not a host') as string },
        });
      },
    );

    it('encrypts everything with another key, and goes on with that', async () => {
      await secrets.put('a', 'one', { hosts: ['a.test'] });
      await secrets.put('b', 'two');
      expect(await secrets.rotate(OTHER_KEY)).toBe(2);
      expect(secrets.value('a')).toEqual({ value: 'one', hosts: ['a.test'] });
      await secrets.put('c', 'three');
      expect(secrets.value('c')?.value).toBe('three');
      expect((await secrets.list()).map((one) => one.updatedAt)).toEqual([1_000, 1_000, 1_000]);
    });
  });
}
