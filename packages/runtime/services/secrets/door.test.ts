import { describe, expect, it } from 'vitest';
import { StoreError } from '@rondo/core/ports.ts';
import { createSecretDoor, type Secret } from './door.ts';
import { hostPattern, isHostAllowed } from './hosts.ts';
import { createRedactor } from './redactor.ts';

const secrets: Record<string, Secret> = {
  OPEN: { value: 'open-value', hosts: [] },
  TIED: { value: 'tied-value', hosts: ['api.example.com', '*.example.org'] },
};
const lookup = (name: string): Secret | null => (Object.hasOwn(secrets, name) ? (secrets[name] as Secret) : null);

describe('the door to secrets', () => {
  it('gives the value, and the redactor knows it from then on', () => {
    const redactor = createRedactor();
    const secret = createSecretDoor(lookup, redactor);
    expect(redactor.text('open-value tied-value')).toBe('open-value tied-value');
    expect(secret('OPEN', 'anything.test')).toBe('open-value');
    expect(secret('TIED', 'api.example.com')).toBe('tied-value');
    expect(redactor.text('open-value tied-value')).toBe('[secret OPEN] [secret TIED]');
  });

  it('says that a secret is not defined, and how to define it', () => {
    const secret = createSecretDoor(lookup, createRedactor());
    for (const name of ['NONE', '__proto__', 'toString']) {
      expect(() => secret(name, 'a.test')).toThrow(
        expect.objectContaining({
          failure: expect.objectContaining({
            code: 'secret-missing',
            retry: 'no',
            fix: expect.stringContaining(`--secret ${name}=VALUE`) as string,
          }) as object,
        }),
      );
    }
  });

  it('gives a secret to its hosts only, and nobody remembers one that was refused', () => {
    const redactor = createRedactor();
    const secret = createSecretDoor(lookup, redactor);
    expect(() => secret('TIED', 'evil.test')).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({
          code: 'egress-denied',
          retry: 'no',
          message: expect.stringMatching(
            /"TIED" may not be sent to "evil.test".*api.example.com, \*.example.org/,
          ) as string,
        }) as object,
      }),
    );
    expect(() => secret('TIED', 'evil.test')).not.toThrow('tied-value');
    expect(redactor.text('tied-value')).toBe('tied-value');
  });

  it('tells in the run that the key does not fit', () => {
    const broken = createSecretDoor(() => {
      throw new StoreError('store-unavailable', 'The secrets need another encryption key.');
    }, createRedactor());
    expect(() => broken('A', 'a.test')).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({
          code: 'secret-missing',
          message: 'Secret "A" cannot be read. The secrets need another encryption key.',
        }) as object,
      }),
    );
  });
});

describe('the hosts of a secret', () => {
  const allowed = (host: string, ...patterns: string[]): boolean =>
    isHostAllowed(
      patterns.map((pattern) => hostPattern(pattern) ?? 'no pattern'),
      host,
    );

  it.each([
    ['api.example.com', 'api.example.com'],
    ['API.example.COM.', 'api.example.com'],
    ['api.example.com:8443', 'api.example.com'],
    ['a.example.org', '*.example.org'],
    ['a.b.EXAMPLE.org', '*.Example.org'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'BÜCHER.example'],
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1:5432', '127.1'],
    ['[::1]:443', '::1'],
    ['::1', '[0:0::1]'],
    ['my_db', 'my_db'],
  ])('%s fits %s', (host, pattern) => {
    expect(allowed(host, pattern)).toBe(true);
    expect(allowed(host, 'other.test', pattern)).toBe(true);
  });

  it.each([
    ['example.org', '*.example.org'],
    ['evilexample.org', '*.example.org'],
    ['example.org.evil.test', '*.example.org'],
    ['api.example.com.evil.test', 'api.example.com'],
    ['evil.test/api.example.com', 'api.example.com'],
    ['evil.test#api.example.com', 'api.example.com'],
    ['api.example.com@evil.test', 'api.example.com'],
    ['evil.test\\.example.org', '*.example.org'],
    ['evil.test\0.example.org', '*.example.org'],
    ['evil.test .example.org', '*.example.org'],
    ['', 'api.example.com'],
    ['.example.org', 'example.org'],
    ['*.example.org', '*.example.org'],
    ['::1', '127.0.0.1'],
  ])('%j does not fit %s', (host, pattern) => {
    expect(allowed(host, pattern)).toBe(false);
  });
});
