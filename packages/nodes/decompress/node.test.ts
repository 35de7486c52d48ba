/** Owns the tests of Compress and Decompress: there and back, hostile and damaged archives. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { pack as tarPack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import type { LimitName } from '@rondo/core/model/limits.ts';
import { createFolderBlobs, type BlobStore } from '@rondo/runtime/blobs/blobs.ts';
import { nodeContract } from '../kit/contract.ts';
import { node as compress } from '../compress/node.ts';
import { node as decompress } from './node.ts';
import { run as runCompress } from '../compress/run.ts';
import { run as runDecompress } from './run.ts';
import { allPages, failureOf, type PageOptions } from '../kit/formats/reading.testing.ts';

let folder = '';
let blobs: BlobStore;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-archives-'));
  blobs = createFolderBlobs(join(folder, 'blobs'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function fileItem(files: Record<string, Uint8Array>, json: Json = {}): Promise<Item> {
  const refs: Record<string, FileRef> = {};
  for (const [name, bytes] of Object.entries(files)) refs[name] = { ...(await blobs.put(bytes)), name };
  return { json, files: refs };
}

const packed = (items: Item[], params: Record<string, Json>, more: PageOptions = {}): Promise<Item[]> =>
  allPages(runCompress, { items, params, ports: { blobs }, ...more });
const unpacked = (item: Item, params: Record<string, Json> = {}, more: PageOptions = {}): Promise<Item[]> =>
  allPages(runDecompress, { items: [item], params, ports: { blobs }, ...more });
const unpackedBytes = async (
  bytes: Uint8Array,
  name: string,
  params: Record<string, Json> = {},
  more: PageOptions = {},
): Promise<[string, string][]> => {
  const items = await unpacked(await fileItem({ [name]: bytes }), params, more);
  return Promise.all(
    items.map(async (item): Promise<[string, string]> => {
      const ref = item.files?.['data'] as FileRef;
      return [String((item.json as { name: Json }).name), Buffer.from(await blobs.get(ref.blob)).toString()];
    }),
  );
};

interface TarEntry {
  name: string;
  type?: 'file' | 'symlink' | 'directory' | 'link' | 'character-device';
  content?: string;
  linkname?: string;
}

async function tar(entries: TarEntry[]): Promise<Buffer> {
  const pack = tarPack();
  for (const { name, type = 'file', content = '', linkname } of entries) {
    if (type === 'file') pack.entry({ name, type }, content);
    else pack.entry({ name, type, ...(linkname === undefined ? {} : { linkname }) });
  }
  pack.finalize();
  const parts: Buffer[] = [];
  for await (const part of pack) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

for (const node of [compress, decompress]) {
  describe(`contract of ${node.type}`, () => {
    for (const { name, check } of nodeContract(node)) it(name, check);
  });
}

describe('there and back', () => {
  it.each(['zip', 'tar', 'tar.gz'])('%s: several files of several items, names kept apart', async (format) => {
    const first = await fileItem({ 'a.txt': Buffer.from('one'), 'ü/b.bin': Buffer.from([0, 255]) });
    const second = await fileItem({ 'a.txt': Buffer.from('two'), 'empty': new Uint8Array(0) });
    const [archive] = await packed([first, second], { format });
    expect(archive?.json).toMatchObject({ name: `archive.${format}`, files: 4 });
    const items = await unpacked(archive as Item);
    const found = await Promise.all(
      items.map(async (item) => [
        (item.json as { name: Json }).name,
        Buffer.from(await blobs.get(item.files?.['data']?.blob ?? '')).toString('latin1'),
      ]),
    );
    expect(found).toEqual([
      ['a.txt', 'one'],
      ['ü/b.bin', '\u0000ÿ'],
      ['a-2.txt', 'two'],
      ['empty', ''],
    ]);
  });

  it.each([
    ['gzip', 'gz'],
    ['deflate', 'zz'],
    ['brotli', 'br'],
    ['zstd', 'zst'],
  ])('%s: each file by itself, of any content', async (format, extension) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        const [item] = await packed([await fileItem({ 'a.dat': bytes })], { format });
        expect(item?.json).toMatchObject({ name: `a.dat.${extension}` });
        const [back] = await unpacked(item as Item, format === 'deflate' ? { format } : {});
        expect((back as Item).json).toMatchObject({ name: 'a.dat', size: bytes.byteLength });
        expect(Buffer.from(await blobs.get(back?.files?.['data']?.blob ?? '')).equals(bytes)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('other programs read it, and equal files give equal archives', async () => {
    const item = await fileItem({ 'a.txt': Buffer.from('hello '.repeat(1000)) });
    const bytesOf = async (format: string): Promise<Uint8Array> =>
      blobs.get((await packed([item], { format }))[0]?.files?.['data']?.blob ?? '');
    expect(Buffer.from(unzipSync(await bytesOf('zip'))['a.txt'] as Uint8Array).toString()).toBe('hello '.repeat(1000));
    expect(gunzipSync(await bytesOf('gzip')).toString()).toBe('hello '.repeat(1000));
    expect(await bytesOf('zip')).toEqual(await bytesOf('zip'));
    expect(await bytesOf('tar.gz')).toEqual(await bytesOf('tar.gz'));
  });

  it('text and base64 fields in and out', async () => {
    const input: Item = { json: { deep: { text: 'grüße' } } };
    const [item] = await packed([input], {
      format: 'zstd',
      from: 'text',
      field: 'deep.text',
      name: 'g.txt',
      to: 'base64',
      as: 'p.q',
    });
    expect(item?.files).toBeUndefined();
    const [back] = await unpacked(item as Item, { from: 'base64', field: 'p.q', name: 'g.txt.zst', to: 'text' });
    expect(back?.json).toMatchObject({ name: 'g.txt', data: 'grüße' });
    const failed = await failureOf(unpacked({ json: { data: 'not base64!' } }, { from: 'base64' }));
    expect(failed.message).toContain('not base64');
    const binary = gzipSync(Buffer.from([0xff, 0xfe, 0xff])).toString('base64');
    expect((await failureOf(unpacked({ json: { data: binary } }, { from: 'base64', to: 'text' }))).message).toContain(
      'not UTF-8',
    );
  });

  it('auto finds tar archives inside any stream, by their bytes and not by their name', async () => {
    const archive = await tar([
      { name: 'in/a.txt', content: 'x' },
      { name: 'in', type: 'directory' },
    ]);
    for (const bytes of [archive, gzipSync(archive), zstdCompressSync(archive), deflateSync(archive)])
      expect(await unpackedBytes(bytes, 'data')).toEqual([['in/a.txt', 'x']]);
    expect(await unpackedBytes(brotliCompressSync(archive), 'data.tar.br')).toEqual([['in/a.txt', 'x']]);
    expect((await unpackedBytes(gzipSync(archive), 'x.tar.gz', { format: 'gzip' }))[0]?.[0]).toBe('x.tar');
    expect((await failureOf(unpackedBytes(Buffer.from('plain text'), 'a.txt'))).message).toContain('how it is packed');
  });

  it('archives inside stay packed', async () => {
    const inner = zipSync({ 'x.txt': Buffer.from('x') });
    const found = await unpackedBytes(zipSync({ 'inner.zip': inner }), 'outer.zip');
    expect(found.map(([name]) => name)).toEqual(['inner.zip']);
  });
});

describe('hostile archives', () => {
  const names = [
    '../evil.txt',
    'a/../../evil.txt',
    '/etc/passwd',
    'C:\\windows\\x',
    '..\\evil.txt',
    'a\\..\\..\\b',
    'x'.repeat(1100),
  ];
  it.each(names)('zip: %s is refused', async (name) => {
    const failed = await failureOf(
      unpackedBytes(zipSync({ 'ok.txt': Buffer.from('1'), [name]: Buffer.from('2') }), 'a.zip'),
    );
    expect([failed.code, failed.message]).toEqual(['file-failed', expect.stringContaining('not unpacked')]);
  });

  it.each(names)('tar: %s is refused', async (name) => {
    const failed = await failureOf(unpackedBytes(await tar([{ name, content: '2' }]), 'a.tar'));
    expect([failed.code, failed.message]).toEqual(['file-failed', expect.stringContaining('not unpacked')]);
  });

  it('links and devices are left out, and logged', async () => {
    const logs: string[] = [];
    const archive = await tar([
      { name: 'link', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'hard', type: 'link', linkname: '../../x' },
      { name: 'device', type: 'character-device' },
      { name: 'ok', content: 'ok' },
    ]);
    expect(await unpackedBytes(archive, 'a.tar', {}, { logs })).toEqual([['ok', 'ok']]);
    expect(logs).toHaveLength(3);
    const zip = zipSync({
      link: [Buffer.from('/etc/passwd'), { os: 3, attrs: 0o120777 << 16 }],
      ok: Buffer.from('ok'),
    });
    expect(await unpackedBytes(zip, 'a.zip', {}, { logs })).toEqual([['ok', 'ok']]);
    expect(logs[3]).toContain('link');
  });

  it('hostile keys as names are names', async () => {
    const found = await unpackedBytes(
      await tar([
        { name: '__proto__', content: 'p' },
        { name: 'constructor', content: 'c' },
      ]),
      'a.tar',
    );
    expect(found).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
  });

  const zeros = Buffer.alloc(40_000_000);
  it.each<[string, () => Uint8Array, string]>([
    ['a.gz', () => gzipSync(zeros), 'archive.ratio'],
    ['a.br', () => brotliCompressSync(zeros, { params: { 1: 1 } }), 'archive.ratio'],
    ['a.zst', () => zstdCompressSync(zeros), 'archive.ratio'],
    ['a.zip', () => zipSync({ zeros }, { level: 1 }), 'archive.ratio'],
  ])('%s that unpacks to a thousand times its size is stopped early', async (name, make, limit) => {
    const failed = await failureOf(unpackedBytes(make(), name));
    expect([failed.code, failed.retry, failed.message]).toEqual([
      'limit-reached',
      'no',
      expect.stringContaining(limit),
    ]);
  });

  it.each<[LimitName, number]>([
    ['archive.bytes', 1000],
    ['archive.entries', 2],
  ])('%s', async (limit, value) => {
    const files = { a: Buffer.alloc(500), b: Buffer.alloc(500), c: Buffer.alloc(500) };
    const archive = await tar(
      Object.entries(files).map(([name, bytes]) => ({ name, content: bytes.toString('latin1') })),
    );
    for (const [name, bytes] of [
      ['a.zip', zipSync(files)],
      ['a.tgz', gzipSync(archive)],
    ] as const) {
      const failed = await failureOf(unpackedBytes(bytes, name, {}, { limits: { [limit]: value } }));
      expect([failed.code, failed.message]).toEqual(['limit-reached', expect.stringContaining(limit)]);
    }
  });

  it('entries that overlap, that lie about their size, or that are encrypted are refused', async () => {
    const zip = Buffer.from(
      zipSync({ a: [Buffer.from('A'.repeat(50)), { level: 0 }], b: [Buffer.from('B'.repeat(50)), { level: 0 }] }),
    );
    const directory = zip.indexOf(Buffer.from('504b0102', 'hex'));
    const second = zip.indexOf(Buffer.from('504b0102', 'hex'), directory + 4);
    const changed = (change: (copy: Buffer) => void): Buffer => {
      const copy = Buffer.from(zip);
      change(copy);
      return copy;
    };
    const overlapping = changed((copy) => copy.writeUInt32LE(0, second + 42));
    const longer = changed((copy) => copy.writeUInt32LE(10, directory + 24));
    const encrypted = changed((copy) => copy.writeUInt16LE(1, directory + 8));
    const damaged = changed((copy) => copy.write('X', 40));
    for (const [bytes, words] of [
      [overlapping, 'overlaps'],
      [longer, 'longer than the directory says'],
      [encrypted, 'encrypted'],
      [damaged, 'checksum'],
    ] as const)
      expect((await failureOf(unpackedBytes(bytes, 'a.zip'))).message).toContain(words);
  });
});

describe('damage', () => {
  it('cut off anywhere is a failure that says so', async () => {
    const content = Buffer.from(Array.from({ length: 3000 }, (_, n) => n * 7919).join(' '));
    const archive = await tar([{ name: 'a', content: content.toString() }]);
    const all: [string, Uint8Array][] = [
      ['a.gz', gzipSync(content)],
      ['a.br', brotliCompressSync(content)],
      ['a.zst', zstdCompressSync(content)],
      ['a.zip', zipSync({ a: content })],
      ['a.tar.gz', gzipSync(archive)],
      ['a.tar', archive.subarray(0, 512 + content.byteLength)],
    ];
    for (const [name, bytes] of all) {
      for (const part of [0.3, 0.6, 0.99]) {
        const failed = await failureOf(unpackedBytes(bytes.subarray(0, Math.floor(bytes.byteLength * part)), name));
        expect([failed.code, failed.message], `${name} ${part}`).toEqual([
          'file-failed',
          expect.stringContaining(name),
        ]);
        expect(failed.message).toContain('cut off');
      }
    }
  });

  it('random bytes behind any mark fail, never crash', async () => {
    const marks = ['504b0304', '1f8b08', '28b52ffd', '789c'].map((hex) => Buffer.from(hex, 'hex'));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...marks),
        fc.uint8Array({ minLength: 5, maxLength: 400 }),
        async (mark, rest) => {
          const work = unpackedBytes(Buffer.concat([mark, rest]), 'x');
          const result = await work.catch(async (error: unknown) => (await failureOf(Promise.reject(error))).code);
          expect(Array.isArray(result) || ['file-failed', 'limit-reached'].includes(result)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a missing file, no file, and a wrong level are named', async () => {
    const item = await fileItem({ 'a.txt': Buffer.from('x') });
    expect((await failureOf(packed([item], { files: ['b'] }))).message).toContain('a.txt');
    expect((await failureOf(packed([{ json: {} }], {}))).message).toContain('no file');
    expect((await failureOf(packed([item], { format: 'zstd', level: 0 }))).message).toContain('level');
    expect((await failureOf(unpacked({ json: {} }))).message).toContain('carries no file');
    const gone: Item = { json: {}, files: { a: { blob: '0'.repeat(64), size: 5, name: 'a' } } };
    for (const format of ['zip', 'tar', 'gzip', 'tar.gz'])
      expect((await failureOf(packed([gone], { format }))).message).toContain('does not exist');
  });

  it('a cancelled call ends', async () => {
    const item = await fileItem({ a: Buffer.alloc(3_000_000, 'x') });
    const [archive] = await packed([item], { format: 'tar.gz' });
    const signal = AbortSignal.abort();
    await expect(packed([item], {}, { signal })).rejects.toThrow('aborted');
    await expect(unpacked(archive as Item, {}, { signal })).rejects.toThrow('aborted');
  });
});

it('examples in the documentation are true', async () => {
  for (const [node, run] of [
    [compress, runCompress],
    [decompress, runDecompress],
  ] as const) {
    const example = node.examples.find((one) => one.input !== undefined);
    const items = ((example?.input ?? []) as Json[]).map((json) => ({ json }));
    const found = await allPages(run, { items, params: example?.with ?? {}, ports: { blobs } });
    expect(found.map((item) => item.json)).toEqual(example?.output);
  }
});
