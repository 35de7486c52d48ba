/**
 * Owns the rule against sending the same message once per item. Silent where the text speaks of the item: one
 * message for each is then what was meant.
 */
import type { Rule } from '../rule.ts';
import { runsOnce, sends } from '../amount.ts';
import { readsItem, readsList, textsOf } from '../texts.ts';
import { drawnAround, type LintNode } from '../graph.ts';

export const notifyPerItem: Rule = {
  code: 'notify-per-item',
  find(graph, amounts) {
    return graph.nodes.flatMap((node) => {
      const { node: written } = node;
      if (!sends(node) || written.disabled === true || written.pin !== undefined || runsOnce(node)) return [];
      const texts = textsOf(node);
      if (texts.some(readsItem)) return [];
      const amount = amounts.arrives(node);
      const whole = texts.some(readsList);
      // A fixed text after something that may give one item only is not worth a warning.
      if (!(amount === 'many' || (amount === 'some' && whole) || (repeats(node) && !texts.some(ofOther)))) return [];
      return [
        {
          node,
          message: `${node.id} sends the same message once for each item${repeats(node) ? ' of the loop' : ''}: nothing in it depends on the item.`,
          fix: {
            text: 'Set executeOnce: true, so that it is sent once; build a summary before it if the message is to say more.',
            edits: [{ path: [...node.path, 'executeOnce'], value: true }],
          },
        },
      ];
    });
  },
};

/** In the body of a loop over items it is sent once per round, whatever arrives. */
function repeats(node: LintNode): boolean {
  return drawnAround(node).length > 0 || node.level.container?.type.type === 'for-each';
}

/** Another node of the body may make it different each round. */
function ofOther({ code }: { code: string }): boolean {
  return /\$\(|\$items\b|\$vars\b/.test(code);
}
