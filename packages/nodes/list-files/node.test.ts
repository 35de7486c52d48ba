/** Owns the tests of the List Files node on real folders. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { createFiles } from '@rondo/runtime/files/files.ts';
import { nodeContract } from '../kit/contract.ts';
import { allPages, failureOf, type PageOptions } from '../kit/formats/reading.testing.ts';
import { node } from './node.ts';
import { run } from './run.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-list-'));
  for (const path of [
    'a.csv',
    'data/b.csv',
    'data/a.csv',
    'data/x.json',
    'data/deep/er/c.csv',
    'data/.hidden.csv',
    '.rondo/x.csv',
    'data/{b}.csv',
  ]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
  utimesSync(join(folder, 'data/a.csv'), 0, 1_700_000_000);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const list = async (path: string, params: Record<string, Json> = {}, options: PageOptions = {}): Promise<Json[]> =>
  (await allPages(run, { ...options, params: { path, ...params }, ports: { files: createFiles(folder) } })).map(
    (item) => item.json,
  );
const paths = async (path: string, params: Record<string, Json> = {}): Promise<string[]> =>
  (await list(path, params)).map((json) => (json as { path: string }).path);

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

it.each<[string, string[]]>([
  ['data', ['data/a.csv', 'data/b.csv', 'data/x.json', 'data/{b}.csv']],
  ['./data/', ['data/a.csv', 'data/b.csv', 'data/x.json', 'data/{b}.csv']],
  ['data/*.csv', ['data/a.csv', 'data/b.csv', 'data/{b}.csv']],
  ['data/?.{csv,json}', ['data/a.csv', 'data/b.csv', 'data/x.json']],
  ['**/*.csv', ['a.csv', 'data/a.csv', 'data/b.csv', 'data/deep/er/c.csv', 'data/{b}.csv']],
  ['*/*/*/c.csv', ['data/deep/er/c.csv']],
  ['data/**', ['data/a.csv', 'data/b.csv', 'data/deep/er/c.csv', 'data/x.json', 'data/{b}.csv']],
  ['*.json', []],
])('%s', async (pattern, expected) => {
  expect(await paths(pattern)).toEqual(expected);
});

it('says what it knows of each file; hidden ones on request, never the own folder', async () => {
  expect((await list('data/a*'))[0]).toEqual({
    path: 'data/a.csv',
    name: 'a.csv',
    size: 10,
    modified: '2023-11-14T22:13:20.000Z',
  });
  const all = await paths('**', { hidden: true });
  expect(all).toContain('data/.hidden.csv');
  expect(all.some((path) => path.includes('.rondo'))).toBe(false);
});

it('does not follow links to folders, nor leave the allowed folders', async () => {
  symlinkSync('..', join(folder, 'data', 'up'));
  symlinkSync('/etc', join(folder, 'data', 'etc'));
  expect(await paths('**/*.csv')).toHaveLength(5);
  for (const path of ['..', '../*', '/etc/*', 'data/etc/*', 'data/../../*', 'none/*'])
    expect((await failureOf(list(path))).code).toBe('file-failed');
});

it('names its limit, and refuses patterns that take for ever', async () => {
  const failed = await failureOf(list('**', {}, { limits: { 'file.listed': 3 } }));
  expect([failed.code, failed.message]).toEqual(['limit-reached', expect.stringContaining('file.listed')]);
  for (const path of ['*a'.repeat(20), '{1..100000000}', 'x'.repeat(2000), '{a,{b,{c,d}}}'])
    expect((await failureOf(list(path))).message).toContain('path');
  await expect(list('**', {}, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
});
