/**
 * Owns starting runs from the panel: up to this node, or this node on the data of the iteration that is shown. Saves
 * first, so that what runs is what is seen.
 */
import { useState } from 'react';
import type { Definition, NodeId } from '@rondo/core/model/definition.ts';
import { call, messageOf, queryClient } from '../app/api.ts';
import { toast } from '../ui/toast.tsx';
import { save } from '../editor/document/store.ts';
import { levelOf } from '../editor/document/tree.ts';
import { wiresInto } from '../editor/document/wires.ts';
import { type HeldPlace, loopPath, setQuery } from './data/run-place.ts';
import type { NodePlace } from './place.ts';

export interface RunNode {
  busy: boolean;
  upToHere(): void;
  onThisIteration(): void;
}

export function useRunNode(workflow: string, definition: Definition, place: NodePlace, at: HeldPlace): RunNode {
  const [busy, setBusy] = useState(false);
  const start = async (pins: () => Promise<Record<string, unknown>>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      if (!(await save(workflow))) {
        toast('The last changes are not saved yet, so they would not run.');
        return;
      }
      const { id } = await call('POST /workflows/{id}/runs', {
        params: { id: workflow },
        body: { upTo: place.id, pins: await pins() },
      });
      await queryClient.invalidateQueries({ queryKey: ['GET /runs'] });
      setQuery({ run: id, it: null });
    } catch (error) {
      toast(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    upToHere: () => void start(async () => ({})),
    onThisIteration: () => void start(() => pinsOfIteration(definition, at)),
  };
}

/** Why one iteration cannot be run alone; empty: it can. */
export function whyNotAlone(definition: Definition, at: HeldPlace): string {
  if (at.run === null || at.path === null) return 'It has not run yet. Run up to here first.';
  for (const [level, id] of at.chain.entries()) {
    const nodes = levelOf(definition, level === 0 ? null : (at.chain[level - 1] ?? null)) ?? {};
    if (nodes[id]?.loop?.over !== undefined)
      return 'Its list comes from an expression, so one element cannot be given to it alone.';
    if (wiresInto(nodes, id).length === 0 && level === 0) return 'Nothing leads to it that could give it the item.';
  }
  return '';
}

/** What leads to each loop gives exactly the items of its iteration; nothing else is run. */
async function pinsOfIteration(definition: Definition, at: HeldPlace): Promise<Record<NodeId, unknown>> {
  const pins: Record<NodeId, unknown> = {};
  const { run, chain, indices } = at;
  for (const [level, id] of chain.entries()) {
    const path = loopPath(chain.slice(0, level + 1), indices);
    const { input } = await call('GET /runs/{id}/loops/{path}/iterations/{index}', {
      params: { id: run?.id ?? '', path, index: indices[level] ?? 0 },
      query: {},
    });
    const nodes = levelOf(definition, level === 0 ? null : (chain[level - 1] ?? null)) ?? {};
    for (const [order, { from }] of wiresInto(nodes, id).entries()) pins[from] = order === 0 ? input : [];
  }
  return pins;
}
