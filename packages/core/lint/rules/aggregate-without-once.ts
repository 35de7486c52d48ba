/**
 * Owns the rule against computing one value of the whole list again for each item of it. Silent where the current item
 * or another node's `.item` takes part: that is a look-up, real work per item.
 */
import type { Rule } from '../rule.ts';
import { runsOnce, sends } from '../amount.ts';
import { readsItem, readsList, textsOf } from '../texts.ts';

export const aggregateWithoutOnce: Rule = {
  code: 'aggregate-without-once',
  find(graph, amounts) {
    // Steps of Dify and Windmill run once; what they get is one value, a list or not.
    const { dialect } = graph.definition.settings ?? {};
    if (dialect === 'dify' || dialect === 'openflow') return [];
    return graph.nodes.flatMap((node) => {
      const { type, node: written } = node;
      if (written.disabled === true || written.pin !== undefined || runsOnce(node)) return [];
      if (type.work === 'container' || type.group === 'trigger' || sends(node)) return [];
      // A decision about each item, with the list as its measure, is work per item.
      if (['if', 'switch', 'filter', 'respond', 'wait', 'no-op'].includes(type.type)) return [];
      if (amounts.arrives(node) === 'one') return [];
      const texts = textsOf(node);
      if (!texts.some(readsList) || texts.some(readsItem)) return [];
      // Set keeps the item's own fields beside the total: a share of the whole, wanted per item.
      if (type.type === 'set' && keepsFields(written.with)) return [];
      return [
        {
          node,
          message: `${node.id} makes one value of all items, but runs once for each of them: the same is computed, and given on, again and again.`,
          fix: {
            text: 'Set executeOnce: true.',
            edits: [{ path: [...node.path, 'executeOnce'], value: true }],
          },
        },
      ];
    });
  },
};

function keepsFields(parameters: Record<string, unknown> | undefined): boolean {
  const keep = parameters?.['keep'];
  return keep === undefined || keep === 'all' || keep === 'selected' || keep === 'except';
}
