import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { nodeContract } from '../kit/contract.ts';
import { failureOf, openWorld, type World } from '../kit/http/ports.testing.ts';
import { runNode, type NodeRun } from '../kit/run.ts';
import { node } from './node.ts';

let world: World;
beforeAll(() => {
  world = openWorld();
});
afterAll(() => world.close());

const save = (item: Item, params: Record<string, Json>): Promise<NodeRun> =>
  runNode(node, { params, items: [[item]], ports: world.ports });
const written = (path: string): string => readFileSync(join(world.folder, path), 'utf8');

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('a file for each item', () => {
  it('writes what the item carries, and hands the item on with the path', async () => {
    const file = { ...(await world.ports.blobs!.put(Buffer.from('abc'))), name: 'a.txt' };
    const { items } = await save(
      { json: { id: 1 }, files: { data: file } },
      { path: 'out/1.txt', pathField: 'at.path' },
    );
    expect(items[0]).toEqual([{ json: { id: 1, at: { path: 'out/1.txt' } }, files: { data: file } }]);
    expect(written('out/1.txt')).toBe('abc');
  });

  it('overwrites what is longer, and appends where that is asked for', async () => {
    writeFileSync(join(world.folder, 'b.txt'), 'a long text that was there');
    await save({ json: { t: 'one' } }, { from: 'text', field: 't', path: 'b.txt' });
    await save({ json: { t: ' two' } }, { from: 'text', field: 't', path: 'b.txt', mode: 'append' });
    await save({ json: { t: 'new' } }, { from: 'text', field: 't', path: 'c.txt', mode: 'append' });
    await save({ json: { t: '' } }, { from: 'text', field: 't', path: 'empty.txt' });
    expect([written('b.txt'), written('c.txt'), written('empty.txt')]).toEqual(['one two', 'new', '']);
  });

  it('stays inside the folder, and says what is missing', async () => {
    const outside = await failureOf(save({ json: { t: 'x' } }, { from: 'text', field: 't', path: '../x.txt' }));
    expect(outside.code).toBe('file-failed');
    expect((await failureOf(save({ json: {} }, { path: 'x.txt' }))).message).toContain('carries no file');
  });
});
