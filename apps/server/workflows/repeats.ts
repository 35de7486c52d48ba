/**
 * Owns how a workflow repeats, in a few words for lists: its deepest loop, and how many lie inside one another. Pure.
 * How often a node runs and why is told by core/lint/explain.ts.
 */
import type { Definition, LoopSettings, NodeDefinition } from '@rondo/core/model/definition.ts';

export interface Repeats {
  /** For Each, Batches of 50, Until, Pages, Each call, Recursion. */
  words: string;
  /** Loops inside one another, this one included. */
  depth: number;
}

/** Null: every node runs as often as items reach it, and nothing else repeats. */
export function repeatsOf(definition: Definition): Repeats | null {
  const own = new Set([definition.id, definition.name].filter((name) => name !== undefined));
  return deepest(definition.nodes, own);
}

/** Of loops that are equally deep, the first. */
function deepest(nodes: Record<string, NodeDefinition>, own: ReadonlySet<string>): Repeats | null {
  let found: Repeats | null = null;
  for (const node of Object.values(nodes)) {
    if (node.disabled === true) continue;
    const words = wordsOf(node, own);
    const inside = node.body === undefined ? null : deepest(node.body, own);
    const here = words === null ? inside : { words, depth: 1 + (inside?.depth ?? 0) };
    if (here !== null && here.depth > (found?.depth ?? 0)) found = here;
  }
  return found;
}

function wordsOf(node: NodeDefinition, own: ReadonlySet<string>): string | null {
  const { type, loop = {}, with: given = {} } = node;
  switch (type) {
    case 'for-each':
      return batches(loop.size) ?? 'For Each';
    case 'loop-over-items':
      return batches(given['size'] ?? loop.size) ?? 'Batches';
    case 'loop':
      return roundsOf(loop);
    case 'sub-workflow': {
      const name = given['workflow'];
      if (typeof name === 'string' && own.has(name)) return 'Recursion';
      return given['mode'] === 'each' ? 'Each call' : null;
    }
    case 'branches':
      return loop.over === undefined ? null : 'Branches';
    default:
      return given['pagination'] === undefined ? null : 'Pages';
  }
}

function batches(size: unknown): string | null {
  return typeof size === 'number' && size > 1 ? `Batches of ${size}` : null;
}

function roundsOf({ times, until, while: goOn }: LoopSettings): string {
  if (times !== undefined) return typeof times === 'number' ? `${times} rounds` : 'Rounds';
  return until === undefined && goOn !== undefined ? 'While' : 'Until';
}
