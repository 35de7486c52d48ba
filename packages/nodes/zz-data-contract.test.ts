/** temporary */
import { existsSync } from 'node:fs';
import { describe, it } from 'vitest';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { nodeContract } from './kit/contract.ts';
const names = (process.env.NODES ?? '').split(',');
for (const name of names) {
  const url = new URL(`./${name}/node.ts`, import.meta.url);
  if (!existsSync(url)) continue;
  const { node } = (await import(/* @vite-ignore */ url.href)) as { node: NodeType };
  describe(name, () => { for (const { name: n, check } of nodeContract(node)) it(n, check); });
}
