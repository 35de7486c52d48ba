/**
 * Owns the hint about a Set that makes the same constants once per item, where nothing of the item is kept.
 */
import type { Rule } from '../rule.ts';
import { parameter } from '../graph.ts';
import { readsItem, readsList, textsOf } from '../texts.ts';

export const constantAfterFanOut: Rule = {
  code: 'constant-after-fan-out',
  find(graph, amounts) {
    return graph.nodes.flatMap((node) => {
      const { type, node: written } = node;
      if (type.type !== 'set' || written.disabled === true || written.executeOnce === true || written.pin !== undefined)
        return [];
      if (parameter(node, 'keep') !== 'none' || amounts.arrives(node) !== 'many') return [];
      const texts = textsOf(node);
      if (texts.some((text) => readsItem(text) || readsList(text))) return [];
      return [
        {
          node,
          severity: 'hint' as const,
          message: `${node.id} makes the same values once for each item and keeps nothing of the item.`,
          fix: {
            text: 'Set executeOnce: true, or move it before the items are many.',
            edits: [{ path: [...node.path, 'executeOnce'], value: true }],
          },
        },
      ];
    });
  },
};
