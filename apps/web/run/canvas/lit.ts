/**
 * Owns which nodes and lines of the canvas an iteration went through, and what went along them in few words. Pure, but
 * for the one store that the pictures of nodes and lines listen to.
 */
import type { Iteration } from '@rondo/api/schemas/run.ts';
import { create } from 'zustand';
import type { Scene, SceneEdge } from '../../editor/scene/scene.ts';
import { contentOf } from '../differences.ts';

export type StepStatus = Iteration['steps'][number]['status'];

export interface Lit {
  /** Nodes that it went through, with what became of them there; null: it is a loop around it. */
  nodes: ReadonlyMap<string, StepStatus | null>;
  /** Lines by id, with what went along them. */
  edges: ReadonlyMap<string, string>;
}

/** Null: no iteration is chosen, nothing is lit or dimmed. */
export const useLit = create<{ lit: Lit | null }>(() => ({ lit: null }));

const MOST_CHARACTERS = 60;

/** The first 60 characters of what went along a line. */
export function valueWords(items: readonly unknown[]): string {
  if (items.length === 0) return '';
  const value = contentOf(items[0]);
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const all = (items.length > 1 ? `${items.length} × ${text}` : text).replaceAll(/\s+/g, ' ');
  if (all.length <= MOST_CHARACTERS) return all;
  // A pair of surrogates is not cut in two.
  return `${all.slice(0, MOST_CHARACTERS - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

export interface Asked {
  scene: Pick<Scene, 'nodes' | 'edges'>;
  /** Node of the loop, and those of the loops around it. */
  loop: string;
  around: readonly string[];
  iteration: Pick<Iteration, 'steps' | 'input' | 'output' | 'status'>;
  /** Number of an output of a node; the first one has no name. */
  portOf(node: string, name: string): number;
}

const RAN: ReadonlySet<StepStatus> = new Set(['completed', 'failed', 'running', 'waiting']);

export function litOf({ scene, loop, around, iteration, portOf }: Asked): Lit {
  const steps = new Map(iteration.steps.map((step) => [step.id, step]));
  const nodes = new Map<string, StepStatus | null>(around.map((id) => [id, null]));
  nodes.set(loop, iteration.status === 'cancelled' ? 'skipped' : iteration.status);
  const body = new Set(scene.nodes.filter((one) => one.parent === loop).map((one) => one.id));
  for (const [id, step] of steps) if (body.has(id) && RAN.has(step.status)) nodes.set(id, step.status);
  /** Items that a node gave on an output; null: they were not kept. */
  const given = (edge: SceneEdge): readonly unknown[] | null => {
    if (edge.source === loop) return body.size === 0 ? iteration.output : null;
    const output = steps.get(edge.source)?.output ?? null;
    const name = edge.sourceHandle.startsWith('out:') ? edge.sourceHandle.slice('out:'.length) : '';
    return output === null ? null : (output[name === '' ? 0 : portOf(edge.source, name)] ?? []);
  };
  const edges = new Map<string, string>();
  for (const edge of scene.edges) {
    const isEntry = edge.kind === 'entry' && edge.source === loop;
    const isInside = body.has(edge.source) && (body.has(edge.target) || (edge.kind === 'exit' && edge.target === loop));
    if (isEntry) {
      if (nodes.has(edge.target)) edges.set(edge.id, valueWords(iteration.input));
    } else if (isInside) {
      const items = given(edge);
      const went = items === null ? nodes.get(edge.source) === 'completed' : items.length > 0;
      if (went && nodes.has(edge.source) && nodes.has(edge.target)) edges.set(edge.id, valueWords(items ?? []));
    } else if (body.size === 0 && edge.kind === 'wire') {
      // A node that is a loop by itself: its own item comes in, its own result goes out.
      if (edge.target === loop) edges.set(edge.id, valueWords(iteration.input));
      else if (edge.source === loop && iteration.output.length > 0) edges.set(edge.id, valueWords(iteration.output));
    }
  }
  return { nodes, edges };
}
