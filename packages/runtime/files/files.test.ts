import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import { createFiles } from './files.ts';

let top = '';
let root = '';
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'rondo-files-'));
  root = join(top, 'work');
  mkdirSync(join(root, '.rondo'), { recursive: true });
  writeFileSync(join(top, 'canary.txt'), 'canary');
  writeFileSync(join(root, 'a.txt'), 'hello world');
  writeFileSync(join(root, '.rondo', 'rondo.db'), 'own');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FailureError);
  return (error as FailureError).failure;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('reading', () => {
  it('gives the asked part, fewer at the end, and the size', async () => {
    const files = createFiles(root);
    const part = await files.read('a.txt', 6, 3);
    expect([Buffer.from(part.bytes).toString(), part.size]).toEqual(['wor', 11]);
    expect(Buffer.from((await files.read('./a.txt', 9, 100)).bytes).toString()).toBe('ld');
    expect((await files.read('a.txt', 50, 10)).bytes.byteLength).toBe(0);
  });

  it('has a stamp that changes with the file and not otherwise', async () => {
    const files = createFiles(root);
    const { stamp } = await files.read('a.txt', 0, 1);
    expect((await files.read('a.txt', 5, 1)).stamp).toBe(stamp);
    writeFileSync(join(root, 'a.txt'), 'hello there');
    expect((await files.read('a.txt', 0, 1)).stamp).not.toBe(stamp);
  });
});

describe('writing', () => {
  it('creates folders and file, cuts to the offset, appends', async () => {
    const files = createFiles(root);
    expect(await files.writeAt('out/x/b.txt', 0, bytes('one,two'))).toBe(7);
    expect(await files.writeAt('out/x/b.txt', 4, bytes('2'))).toBe(5);
    expect(await files.writeAt('out/x/b.txt', 4, bytes('2'))).toBe(5);
    expect(readFileSync(join(root, 'out/x/b.txt'), 'utf8')).toBe('one,2');
  });

  it('refuses to leave a gap', async () => {
    const failed = await failureOf(createFiles(root).writeAt('a.txt', 100, bytes('x')));
    expect(failed.code).toBe('file-failed');
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('hello world');
  });
});

describe('names', () => {
  it('lists files and folders in order, without links that lead out, folders behind links and the own folder', async () => {
    mkdirSync(join(root, 'sub'));
    writeFileSync(join(root, 'sub', 'b.csv'), 'x');
    symlinkSync(join(top, 'canary.txt'), join(root, 'out-link'));
    symlinkSync('a.txt', join(root, 'inner-link'));
    symlinkSync('sub', join(root, 'folder-link'));
    symlinkSync('none', join(root, 'dead-link'));
    const files = createFiles(root);
    const found = await files.list('.', 100);
    expect(found.map(({ name, kind, size }) => [name, kind, size])).toEqual([
      ['a.txt', 'file', 11],
      ['inner-link', 'file', 11],
      ['sub', 'folder', 0],
    ]);
    expect((await files.list('sub', 1)).map(({ name }) => name)).toEqual(['b.csv']);
    const failed = await failureOf(files.list('.', 2));
    expect([failed.code, failed.message]).toEqual(['limit-reached', expect.stringContaining('file.listed')]);
    for (const folder of ['..', '/', 'none', 'a.txt', '.rondo'])
      expect((await failureOf(files.list(folder, 9))).code).toBe('file-failed');
  });

  it('renames over a file, makes folders, and says what it cannot', async () => {
    const files = createFiles(root);
    writeFileSync(join(root, 'old.txt'), 'old');
    await files.rename('a.txt', 'old.txt');
    expect(readFileSync(join(root, 'old.txt'), 'utf8')).toBe('hello world');
    await files.rename('old.txt', 'x/y/new.txt');
    expect(readFileSync(join(root, 'x/y/new.txt'), 'utf8')).toBe('hello world');
    expect(await failureOf(files.rename('none', 'b'))).toMatchObject({ data: { errno: 'ENOENT' } });
    for (const [from, to] of [
      ['x/y/new.txt', '../new.txt'],
      ['../canary.txt', 'mine.txt'],
      ['x', 'z'],
      ['x/y/new.txt', '.rondo/rondo.db'],
    ] as const)
      expect((await failureOf(files.rename(from, to))).code).toBe('file-failed');
    expect(readFileSync(join(top, 'canary.txt'), 'utf8')).toBe('canary');
  });

  it('removes a file, or nothing; no folder, and nothing outside', async () => {
    const files = createFiles(root);
    await files.remove('a.txt');
    await files.remove('a.txt');
    expect(existsSync(join(root, 'a.txt'))).toBe(false);
    mkdirSync(join(root, 'sub'));
    for (const path of ['../canary.txt', 'sub', '.rondo/rondo.db'])
      expect((await failureOf(files.remove(path))).code).toBe('file-failed');
    expect(existsSync(join(top, 'canary.txt'))).toBe(true);
  });
});

describe('what is refused', () => {
  it.each([
    '../canary.txt',
    'x/../../canary.txt',
    './../canary.txt',
    '/etc/passwd',
    'a\0.txt',
    '',
    '.',
    '.rondo/rondo.db',
    'x/../.rondo/rondo.db',
    '/dev/zero',
    '/proc/self/environ',
    `${'a'.repeat(5000)}`,
  ])('%j', async (path) => {
    const files = createFiles(root);
    expect((await failureOf(files.read(path, 0, 10))).code).toBe('file-failed');
    expect((await failureOf(files.writeAt(path, 0, bytes('x')))).code).toBe('file-failed');
    expect(readFileSync(join(top, 'canary.txt'), 'utf8')).toBe('canary');
    expect(readFileSync(join(root, '.rondo', 'rondo.db'), 'utf8')).toBe('own');
  });

  it('links that lead out, to files, folders and the product itself; not those that stay', async () => {
    symlinkSync(join(top, 'canary.txt'), join(root, 'file-link'));
    symlinkSync(top, join(root, 'folder-link'));
    symlinkSync('.rondo', join(root, 'own-link'));
    symlinkSync('a.txt', join(root, 'inner-link'));
    const files = createFiles(root);
    for (const path of ['file-link', 'folder-link/canary.txt', 'folder-link/new.txt', 'own-link/rondo.db']) {
      expect((await failureOf(files.read(path, 0, 10))).code).toBe('file-failed');
      expect((await failureOf(files.writeAt(path, 0, bytes('x')))).code).toBe('file-failed');
    }
    expect(readFileSync(join(top, 'canary.txt'), 'utf8')).toBe('canary');
    expect((await files.read('inner-link', 0, 5)).size).toBe(11);
  });

  it.skipIf(process.platform === 'win32')('a named pipe, without hanging', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect((await failureOf(createFiles(root).read('pipe', 0, 1))).message).toContain('regular');
  });

  it('what is missing says so, with path and errno', async () => {
    const failed = await failureOf(createFiles(root).read('none.csv', 0, 1));
    expect(failed).toMatchObject({ code: 'file-failed', data: { path: 'none.csv', errno: 'ENOENT' } });
    expect(failed.message).toContain('none.csv');
  });
});

it('reaches further roots by absolute path, and a root that is itself a link', async () => {
  mkdirSync(join(top, 'extra'));
  writeFileSync(join(top, 'extra', 'e.txt'), 'extra');
  symlinkSync(root, join(top, 'work-link'));
  const files = createFiles(join(top, 'work-link'), { roots: [join(top, 'extra')] });
  expect((await files.read(join(top, 'extra', 'e.txt'), 0, 9)).size).toBe(5);
  expect((await files.read('a.txt', 0, 9)).size).toBe(11);
  expect((await failureOf(files.read(join(top, 'canary.txt'), 0, 9))).code).toBe('file-failed');
});
