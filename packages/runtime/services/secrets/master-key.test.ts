import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openServices } from '../services.ts';
import { readMasterKey, replaceMasterKey } from './master-key.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-key-'));
  file = join(folder, 'state', 'encryption.key');
});
afterEach(() => rmSync(folder, { recursive: true }));

const KEY = Buffer.alloc(32, 0xfb);

describe('the master key', () => {
  it.each([
    ['base64', KEY.toString('base64')],
    ['base64 without padding', KEY.toString('base64').replace('=', '')],
    ['base64url', KEY.toString('base64url')],
    ['hexadecimal', KEY.toString('hex')],
    ['hexadecimal in capitals', KEY.toString('hex').toUpperCase()],
    ['base64 with a line end', `${KEY.toString('base64')}\n`],
  ])('comes from the environment as %s', (_form, environment) => {
    expect(readMasterKey({ environment, file })).toEqual(KEY);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    'short',
    'g'.repeat(64),
    KEY.subarray(1).toString('base64'),
    KEY.toString('hex').slice(2),
    `${'!'.repeat(43)}=`,
  ])('is not %j, and the message does not repeat it', (environment) => {
    const read = () => readMasterKey({ environment, file });
    expect(read).toThrow(/RONDO_ENCRYPTION_KEY is not an encryption key.*32 bytes.*openssl rand -base64 32/);
    expect(read).toThrow(expect.objectContaining({ code: 'store-unavailable' }));
    expect(read).not.toThrow(environment);
  });

  it('is made at first use and kept in a file for its owner only', () => {
    const key = readMasterKey({ environment: undefined, file });
    expect(key.byteLength).toBe(32);
    expect(readMasterKey({ environment: '', file })).toEqual(key);
    expect(readdirSync(join(file, '..'))).toEqual(['encryption.key']);
    if (process.platform === 'win32') return;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.platform === 'win32')('is not taken from a file that others may read', () => {
    readMasterKey({ environment: undefined, file });
    chmodSync(file, 0o644);
    expect(() => readMasterKey({ environment: undefined, file })).toThrow(/mode 644.*chmod 600/);
  });

  it('is not replaced by another when the file is damaged or cannot be used', () => {
    readMasterKey({ environment: undefined, file });
    writeFileSync(file, 'something else');
    expect(() => readMasterKey({ environment: undefined, file })).toThrow(
      /content of the key file .* is not an encryption key/,
    );
    expect(readFileSync(file, 'utf8')).toBe('something else');
    expect(() => readMasterKey({ environment: undefined, file: join(file, 'below') })).toThrow(
      expect.objectContaining({ code: 'store-unavailable' }),
    );
  });
});

describe('replacing the key in the file', () => {
  it('goes on with the new key', async () => {
    const path = join(folder, 'services.db');
    const key = readMasterKey({ environment: undefined, file });
    const before = await openServices({ path, key });
    await before.secrets.put('A', 'value');
    await replaceMasterKey(file, (next) => before.secrets.rotate(next));
    await before.close();
    const changed = readMasterKey({ environment: undefined, file });
    expect(changed).not.toEqual(key);
    const after = await openServices({ path, key: changed });
    expect(after.secrets.value('A')?.value).toBe('value');
    await after.close();
    expect(readdirSync(join(file, '..'))).toEqual(['encryption.key']);
  });

  it('has the new key on disk before anything needs it, and ends a change that did not end', async () => {
    const path = join(folder, 'services.db');
    const key = readMasterKey({ environment: undefined, file });
    const services = await openServices({ path, key });
    await services.secrets.put('A', 'value');
    const interrupted = async (next: Buffer): Promise<void> => {
      expect(readFileSync(`${file}.next`, 'utf8').trim()).toBe(next.toString('base64'));
      await services.secrets.rotate(next);
      throw new Error('killed before the file was renamed');
    };
    await expect(replaceMasterKey(file, interrupted)).rejects.toThrow('killed');
    await services.close();
    // The next process has the key of the file, which reads nothing any more, and does it again.
    const again = await openServices({ path, key: readMasterKey({ environment: undefined, file }) });
    expect(() => again.secrets.value('A')).toThrow('is done again');
    await replaceMasterKey(file, (next) => again.secrets.rotate(next));
    expect(again.secrets.value('A')?.value).toBe('value');
    await again.close();
    const after = await openServices({ path, key: readMasterKey({ environment: undefined, file }) });
    expect(after.secrets.value('A')?.value).toBe('value');
    await after.close();
    expect(readdirSync(join(file, '..'))).toEqual(['encryption.key']);
  });

  it('leaves everything as it was when the secrets cannot be encrypted anew', async () => {
    const key = readMasterKey({ environment: undefined, file });
    await expect(replaceMasterKey(file, () => Promise.reject(new Error('the disk is full')))).rejects.toThrow('full');
    expect(readMasterKey({ environment: undefined, file })).toEqual(key);
  });
});
