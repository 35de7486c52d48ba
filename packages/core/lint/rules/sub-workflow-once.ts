/**
 * Owns the rule against a sub-workflow that gets the whole list while its input is made of one item: the others are
 * silently left out.
 */
import type { Rule } from '../rule.ts';
import { parameter } from '../graph.ts';
import { readsItem, readsList, textsOf } from '../texts.ts';

export const subWorkflowOnce: Rule = {
  code: 'sub-workflow-once',
  find(graph, amounts) {
    return graph.nodes.flatMap((node) => {
      const { type, node: written } = node;
      if (type.type !== 'sub-workflow' || written.disabled === true || written.executeOnce === true) return [];
      if ((parameter(node, 'mode') ?? 'once') !== 'once' || amounts.arrives(node) === 'one') return [];
      const texts = textsOf(node).filter(({ path }) => path.includes('input') || path.includes('workflow'));
      if (!texts.some(readsItem) || texts.some(readsList)) return [];
      // n8n fills the declared inputs for every item of the one call.
      if (graph.definition.settings?.dialect === 'n8n' && !texts.some(({ path }) => path.includes('workflow')))
        return [];
      return [
        {
          node,
          message: `${node.id} is called once with all items, but its input is made of one item: only the first one counts.`,
          fix: {
            text: 'Set mode: each, so that it is called for every item.',
            edits: [{ path: [...node.path, 'with', 'mode'], value: 'each' }],
          },
        },
      ];
    });
  },
};
