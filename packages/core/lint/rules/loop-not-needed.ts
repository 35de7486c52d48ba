/**
 * Owns the rule against a Loop Over Items that does what every node does by itself: once per item, in order. Silent
 * about real batches, waits, state, branches and whatever else needs the loop.
 */
import { drawnBody, LOOP, parameter, type LintNode } from '../graph.ts';
import { isPaged, runsOnce, sizeOf } from '../amount.ts';
import { readsList, textsOf } from '../texts.ts';
import type { Rule } from '../rule.ts';

/** The body is a chain of nodes that each work on one item. */
function isPlainChain(loop: LintNode, body: readonly LintNode[]): boolean {
  const entries = loop.after.filter((edge) => edge.fromPort === LOOP);
  if (entries.length !== 1 || body.length === 0) return false;
  return body.every((node) => {
    const { type, node: written } = node;
    if (node.before.length !== 1 || node.after.length !== 1) return false;
    // A call of a workflow, a wait or a decision per round is what such loops are for.
    if (runsOnce(node) || type.work === 'container' || isPaged(node) || type.type === 'wait') return false;
    if (
      ['if', 'switch', 'filter', 'code', 'python', 'split-out', 'assign', 'approval', 'respond', 'answer'].includes(
        type.type,
      )
    )
      return false;
    if (written.loop?.onError !== undefined && written.loop.onError !== 'stop') return false;
    if (written.alwaysOutput === true || written.loop?.pause !== undefined || written.loop?.rate !== undefined)
      return false;
    return textsOf(node).every((text) => !readsList(text) && !/\$runIndex|\.\s*context\b|\$loop\b/.test(text.code));
  });
}

export const loopNotNeeded: Rule = {
  code: 'loop-not-needed',
  find(graph) {
    return graph.nodes.flatMap((loop) => {
      const { type, node } = loop;
      if (type.type !== 'loop-over-items' || node.disabled === true || sizeOf(loop) !== 1) return [];
      const { reset } = { reset: parameter(loop, 'reset') };
      if ((reset !== null && reset !== false) || Object.keys(node.loop ?? {}).some((key) => key !== 'size')) return [];
      const body = drawnBody(loop);
      if (!isPlainChain(loop, body)) return [];
      const [first] = loop.after.filter((edge) => edge.fromPort === LOOP);
      const last = body.find((one) => one.after[0]?.to === loop.id);
      return [
        {
          node: loop,
          message:
            `${loop.id} only makes ${body.map((one) => one.id).join(', ')} run for each item, one after the other. ` +
            'Nodes do that by themselves, and what comes after waits until all items are through.',
          fix: {
            text: `Delete ${loop.id}: connect what leads to it with ${first?.to ?? 'the first node of its body'}, and ${last?.id ?? 'the last'} with what follows its output done.`,
          },
        },
      ];
    });
  },
};
