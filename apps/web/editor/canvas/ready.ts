/**
 * Owns putting a ready group of nodes into the workflow: a template without what starts it, behind what the menu was
 * opened at, else behind the only end. Its sample data stays pinned, so it runs at once.
 */
import type { NodeDefinition } from '@rondo/core/model/definition.ts';
import { toast } from '../../ui/toast.tsx';
import { type Fragment, fragmentOf } from '../document/fragment.ts';
import { change, documentOf } from '../document/store.ts';
import { placedNode } from '../document/tree.ts';
import { wiresOf } from '../document/wires.ts';
import type { AddMenu } from './view.ts';

export async function insertReady(workflow: string, text: string, menu: AddMenu): Promise<void> {
  const { readPasted } = await import('./pasted.ts');
  const template = readPasted(text)?.definition ?? null;
  if (template === null) {
    toast('This group cannot be read.');
    return;
  }
  const { definition } = documentOf(workflow);
  const isEmpty = Object.keys(definition.nodes).length === 0;
  const ids = Object.entries(template.nodes).flatMap(([id, { type }]) => (isEmpty || type !== 'manual' ? [id] : []));
  const fragment = fragmentOf(template, ids);
  const behind = behindOf(workflow, menu);
  const container = behind === null ? menu.container : (placedNode(definition, behind.node)?.container ?? null);
  change(workflow, {
    do: 'paste',
    fragment: isEmpty || behind === null ? fragment : joined(fragment, behind.after),
    container,
  });
}

function behindOf(workflow: string, menu: AddMenu): { node: string; after: string } | null {
  const { definition, selection } = documentOf(workflow);
  if (menu.after !== null) {
    const { from, fromPort } = menu.after;
    return { node: from, after: fromPort === null ? from : `${from}.${fromPort}` };
  }
  if (menu.into !== null || menu.container !== null) return null;
  const followed = new Set(wiresOf(definition.nodes).map((wire) => wire.from));
  const ends = Object.keys(definition.nodes).filter((id) => !followed.has(id));
  const [only] = selection.length === 1 ? selection : ends.length === 1 ? ends : [];
  return only === undefined ? null : { node: only, after: only };
}

/** Its first nodes come after `after`. */
function joined({ nodes, layout }: Fragment, after: string): Fragment {
  const entries = Object.entries(nodes).map(([id, node]): [string, NodeDefinition] => [
    id,
    node.after === undefined ? { ...node, after } : node,
  ]);
  return { nodes: Object.fromEntries(entries), layout };
}
