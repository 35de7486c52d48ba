/**
 * Owns a registry that loads only the node types that a workflow names: all of them take a tenth of
 * a second, which is most of what a small run needs. A folder of this package is a node type when it
 * has a node.ts. Whoever lists or documents all types uses registry.ts.
 */
import { readdirSync } from 'node:fs';
import type { NodeRegistry, NodeType } from '@rondo/core/model/node-type.ts';

const FOLDERS: readonly string[] = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'kit' && entry.name !== 'node_modules')
  .map((entry) => entry.name);

/** What the engine uses without being told: for `flow: item`, and to read the file of --items. */
const ALWAYS: readonly string[] = ['for-each', 'read-file'];

/** Types that the text says somewhere, and whether it gives a node a type that there is not. */
function namedIn(text: string): { types: string[]; unknown: boolean } {
  const words = new Set(text.match(/[a-z][a-z0-9]*(?:-[a-z0-9]+)*/g) ?? []);
  const given = text.matchAll(/["']?\btype["']?\s*:\s*["']?([\w-]+)/g);
  const known = new Set(FOLDERS);
  return {
    types: FOLDERS.filter((name) => words.has(name) || ALWAYS.includes(name)),
    unknown: [...given].some(([, type = '']) => !known.has(type)),
  };
}

/** `get` answers for what the texts given so far name; `prepare` takes a further one. */
export async function namedRegistry(text: string): Promise<NodeRegistry> {
  const loaded = new Map<string, NodeType>();
  let all: NodeRegistry | null = null;
  const prepare = async (more: string): Promise<void> => {
    const { types, unknown } = namedIn(more);
    // To say which one may have been meant, all have to be known.
    if (unknown) all ??= (await import('./registry.ts')).registry;
    if (all !== null) return;
    await Promise.all(
      types
        .filter((type) => !loaded.has(type))
        .map(async (type) => {
          const { node } = (await import(`./${type}/node.ts`)) as { node: NodeType };
          loaded.set(type, node);
        }),
    );
  };
  await prepare(text);
  return {
    get: (type) => all?.get(type) ?? loaded.get(type),
    list: () => all?.list() ?? [...loaded.values()],
    prepare,
  };
}
