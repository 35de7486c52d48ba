/** Owns the same picture of what a file becomes here. Pure. */
import type { Definition } from '@rondo/core/model/definition.ts';
import { cornerOf, sceneOf } from '../editor/scene/scene.ts';
import { containerKind } from '../editor/scene/words.ts';
import type { Box, Picture } from './before.ts';

export function pictureOf(definition: Definition): Picture {
  const scene = sceneOf(definition, null);
  const nodes = new Map(scene.nodes.map((one) => [one.id, one]));
  const boxes = scene.nodes
    .filter((one) => one.kind !== 'note')
    .map(({ id, node, width, height, kind }): Box => {
      const name = node.title ?? id;
      return {
        id,
        name,
        label: kind === 'loop' ? `${containerKind(node)} · ${name}` : name,
        type: node.type,
        ...cornerOf(nodes, id),
        width,
        height,
        loop: kind === 'loop',
      };
    });
  const lines = scene.edges
    .filter((edge) => edge.kind === 'wire' || edge.kind === 'return')
    .map((edge) => ({ from: edge.source, to: edge.target }));
  return { boxes, lines };
}
