/** Runs the contract over every node, and checks that the registry stays complete and light. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeContract } from './kit/contract.ts';
import { registry } from './registry.ts';

describe.each(registry.list().map((node) => [node.type, node] as const))('%s', (_, node) => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('registry', () => {
  it('holds every folder that has a node.ts, under the name of the folder', () => {
    const here = new URL('.', import.meta.url);
    const folders = readdirSync(here, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && readdirSync(new URL(`${entry.name}/`, here)).includes('node.ts'))
      .map((entry) => entry.name);
    expect(
      registry
        .list()
        .map((node) => node.type)
        .sort(),
    ).toEqual(folders.sort());
  });

  it('answers undefined for a name that no node has', () => {
    expect(registry.get('set')?.title).toBe('Set fields');
    expect(registry.get('constructor')).toBeUndefined();
  });

  it('gives Loop Over Items the outputs that the compiler knows by position', () => {
    expect(registry.get('loop-over-items')?.outputs).toMatchObject([{ name: 'done' }, { name: 'loop' }]);
  });
});
