/** Owns what expressions of the node can name, for every editor in the panel: names of the server, nodes, data. */
import { useMemo } from 'react';
import { useApi } from '../app/api.ts';
import type { DataRoot, Scope } from './code/scope.ts';
import { useDocumentAccess } from './document-access.ts';
import { placedNode } from '../editor/document/tree.ts';
import { type NodePlace, titleOf } from './place.ts';

export function useScope(place: NodePlace, roots: readonly DataRoot[]): Scope {
  const { definition } = useDocumentAccess();
  const { data } = useApi('GET /expressions/names', {}, { staleTime: Number.POSITIVE_INFINITY });
  const { id, visible, around, node } = place;
  const dialect = definition.settings?.dialect ?? 'native';
  const ids = visible.join('\u0000');
  const nodes = useMemo(
    () => visible.map((one) => ({ id: one, title: titleOf(one, placedNode(definition, one)?.node) })),
    [ids],
  );
  return useMemo(
    () => ({
      dialect,
      node: id,
      names: data?.names ?? [],
      functions: data?.functions ?? [],
      roots,
      nodes,
      inLoop: around.length > 0 || place.type?.work === 'container',
      loopVars: [...around, id].flatMap((one) => {
        const loop = one === id ? node.loop : placedNode(definition, one)?.node.loop;
        return Object.keys(loop?.state ?? {});
      }),
    }),
    [dialect, id, data, roots, nodes, around, node, definition, place.type],
  );
}
