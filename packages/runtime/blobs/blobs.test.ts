import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFolderBlobs } from './blobs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-blobs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function* pieces(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

const idOf = (text: string): string => createHash('sha256').update(text).digest('hex');

it('stores bytes and streams under their digest, once', async () => {
  const blobs = createFolderBlobs(join(folder, 'blobs'));
  const whole = await blobs.put(Buffer.from('hello world'));
  expect(whole).toEqual({ blob: idOf('hello world'), size: 11 });
  expect(await blobs.put(pieces('hello ', 'world'))).toEqual(whole);
  expect(Buffer.from(await blobs.get(whole.blob)).toString()).toBe('hello world');
  const part = await blobs.slice(whole.blob, 6, 100);
  expect([Buffer.from(part.bytes).toString(), part.size]).toEqual(['world', 11]);
  expect((await blobs.slice(whole.blob, 50, 9)).bytes.byteLength).toBe(0);
  let read = '';
  for await (const chunk of blobs.read(whole.blob)) read += Buffer.from(chunk).toString();
  expect(read).toBe('hello world');
  const names = readdirSync(join(folder, 'blobs'), { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => name.endsWith(whole.blob))).toHaveLength(1);
  expect(names.some((name) => name.includes('draft'))).toBe(false);
});

it('keeps blobs to the owner', async () => {
  const { blob } = await createFolderBlobs(folder).put(Buffer.from('x'));
  expect(statSync(join(folder, blob.slice(0, 2), blob)).mode & 0o777).toBe(0o600);
});

it('notices changed bytes, and putting them again heals', async () => {
  const blobs = createFolderBlobs(folder);
  const { blob } = await blobs.put(Buffer.from('right'));
  writeFileSync(join(folder, blob.slice(0, 2), blob), 'wrong');
  await expect(blobs.get(blob)).rejects.toThrow('changed');
  await blobs.put(Buffer.from('right'));
  expect(Buffer.from(await blobs.get(blob)).toString()).toBe('right');
});

it('leaves nothing behind when the source fails', async () => {
  const failing = (async function* () {
    yield Buffer.from('part');
    throw new Error('source broke');
  })();
  await expect(createFolderBlobs(folder).put(failing)).rejects.toThrow('source broke');
  expect(readdirSync(folder)).toEqual([]);
});

it('takes no path for an id', async () => {
  const blobs = createFolderBlobs(folder);
  for (const id of ['../../etc/passwd', '', 'A'.repeat(64), `${'a'.repeat(63)}/`]) {
    await expect(blobs.get(id)).rejects.toThrow('not an id');
    await expect(blobs.slice(id, 0, 1)).rejects.toThrow('not an id');
  }
  expect(await blobs.has('0'.repeat(64))).toBe(false);
  await expect(blobs.get('0'.repeat(64))).rejects.toThrow('does not exist');
});
