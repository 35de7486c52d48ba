/**
 * Owns the rule against a Loop Over Items whose outputs are swapped, whose body does not come back, or comes back only
 * sometimes. Of native files the compiler speaks (compile/lower.ts); this is about drawings that run as their product
 * would run them.
 */
import { behind, drawnBody, DONE, LOOP, parameter, type LintNode } from '../graph.ts';
import type { Finding, Rule } from '../rule.ts';

export const loopOutputMiswired: Rule = {
  code: 'loop-output-miswired',
  find(graph) {
    return graph.nodes.flatMap((loop) =>
      loop.type.type === 'loop-over-items' && loop.node.disabled !== true ? findings(loop) : [],
    );
  },
};

function findings(loop: LintNode): Finding[] {
  const has = (port: number): boolean => loop.after.some((edge) => edge.fromPort === port);
  if (loop.after.some((edge) => edge.fromPort === DONE && edge.to === loop.id)) {
    return [
      finding(
        loop,
        `The output done of ${loop.id} leads back to ${loop.id} itself: it never ends.`,
        `Connect done with what comes after the loop.`,
      ),
    ];
  }
  const doneReturns = leadsBack(loop, DONE);
  const loopReturns = leadsBack(loop, LOOP);
  // An outer loop comes back to the inner one by way of done; that is nesting, not a swap.
  const nested = [...loop.level.nodes.values()].some((other) => other !== loop && drawnBody(other).includes(loop));
  if (doneReturns && !loopReturns && !nested) {
    return [
      finding(
        loop,
        `The outputs of ${loop.id} are swapped: what follows done comes back to the loop, what follows loop does not.`,
        'Swap done and loop.',
      ),
    ];
  }
  if (has(LOOP) && !loopReturns && !polls(loop)) {
    return [
      finding(
        loop,
        `Nothing comes back to ${loop.id} from its output loop, so only the first batch is ever handled.`,
        `Connect the last node of the body with ${loop.id}.`,
      ),
    ];
  }
  return [];
}

/** Some way from the output ends at the loop node again. */
function leadsBack(loop: LintNode, port: number): boolean {
  const way = behind(loop, port);
  return loop.before.some(
    (edge) => (edge.from === loop.id && edge.fromPort === port) || [...way].some((node) => node.id === edge.from),
  );
}

const polls = (loop: LintNode): boolean => {
  const reset = parameter(loop, 'reset');
  return reset !== null && reset !== false;
};

const finding = (node: LintNode, message: string, text: string): Finding => ({ node, message, fix: { text } });
