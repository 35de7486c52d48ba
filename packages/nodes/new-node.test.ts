/** A node made by `npm run new:node` keeps the contract at once, and the registry finds it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { newNode, withNode } from '../../scripts/new-node.ts';
import { nodeContract } from './kit/contract.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'rondo-new-node-'));
  mkdirSync(join(root, 'packages/nodes'), { recursive: true });
  cpSync(join(HERE, 'registry.ts'), join(root, 'packages/nodes/registry.ts'));
  symlinkSync(join(HERE, 'kit'), join(root, 'packages/nodes/kit'));
  symlinkSync(join(HERE, '../../node_modules'), join(root, 'node_modules'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const registryText = (): string => readFileSync(join(root, 'packages/nodes/registry.ts'), 'utf8');

describe('new-node', () => {
  it.each([
    ['send-mail', 'kernel'],
    ['ask-server', 'effect'],
  ] as const)('makes %s, a working %s', async (name, work) => {
    const files = newNode(root, name, work);
    expect(files).toContain(join('packages/nodes', name, 'node.test.ts'));
    const { node } = (await import(pathToFileURL(join(root, 'packages/nodes', name, 'node.ts')).href)) as {
      node: NodeType;
    };
    expect(node).toMatchObject({ type: name, work });
    for (const { check } of nodeContract(node)) await check();
    expect(registryText()).toContain(`from './${name}/node.ts';`);
  });

  it('keeps the registry in order', () => {
    const lines = withNode(readFileSync(join(HERE, 'registry.ts'), 'utf8'), 'return').split('\n');
    const at = lines.indexOf("import { node as return_ } from './return/node.ts';");
    expect(lines.slice(at - 1, at + 2).map((line) => /'(.*)'/.exec(line)?.[1])).toEqual([
      './respond/node.ts',
      './return/node.ts',
      './rss/node.ts',
    ]);
    const entry = lines.indexOf('  return_,');
    expect([lines[entry - 1], lines[entry + 1]]).toEqual(['  respond,', '  rss,']);
  });

  it('overwrites nothing and takes no name that a folder could not have', () => {
    const before = registryText();
    expect(() => newNode(root, 'send-mail', 'kernel')).toThrow('exists already');
    expect(() => newNode(root, '../evil', 'kernel')).toThrow('is no node name');
    expect(() => newNode(root, 'SendMail', 'kernel')).toThrow('is no node name');
    expect(registryText()).toBe(before);
  });
});
