/**
 * Owns the rule against more iterations than anybody wants: every item of one list with every item of another, and
 * lists whose written length passes the limit of iterations.
 */
import { resolveLimits } from '../../model/limits.ts';
import type { LintNode } from '../graph.ts';
import { parameter } from '../graph.ts';
import type { Finding, Rule } from '../rule.ts';

/** Written products of list lengths from here on are worth a word. */
const LARGE = 1_000_000;

export const fanOutTooLarge: Rule = {
  code: 'fan-out-too-large',
  find(graph, amounts) {
    const most = resolveLimits(graph.definition.settings?.limits)['loop.iterations'];
    const found: Finding[] = [];
    for (const node of graph.nodes) {
      const { type, node: written } = node;
      if (written.disabled === true) continue;
      const product = iterationsOf(node);
      if (product !== null && product > Math.min(most, LARGE) && written.loop?.limit === undefined) {
        found.push({
          node,
          message: `${node.id} and the loops around it make ${product.toLocaleString('en')} iterations.`,
          fix: { text: 'Bound it with loop.limit, or make the lists shorter.' },
        });
      } else if (type.type === 'merge' && parameter(node, 'mode') === 'all' && parameter(node, 'maxItems') === null) {
        const sides = node.before.map((edge) => {
          const from = node.level.nodes.get(edge.from);
          return from === undefined ? 'some' : amounts.gives(from, edge.fromPort);
        });
        if (sides.length >= 2 && sides.every((side) => side === 'many')) {
          found.push({
            node,
            severity: 'hint',
            message: `${node.id} pairs every item of one list with every item of the other; two lists of 10,000 make 100,000,000 items.`,
            fix: { text: 'Merge by keys if the items belong together, or bound it with maxItems.' },
          });
        }
      }
    }
    return found;
  },
};

/** Written lengths of a loop and of those around it, multiplied; null when one is not written. */
function iterationsOf(node: LintNode): number | null {
  let product = 1;
  for (let at: LintNode | null = node; at !== null; at = at.level.container) {
    const length = lengthOf(at);
    if (length === null) return at === node ? null : product > 1 ? product : null;
    product *= length;
  }
  return product;
}

function lengthOf({ node, type }: LintNode): number | null {
  const { over, times } = node.loop ?? {};
  if (type.type === 'loop') return typeof times === 'number' ? times : null;
  if (type.type !== 'for-each') return null;
  if (Array.isArray(over)) return over.length;
  const range =
    typeof over === 'string' ? /^\{\{\s*(?:range|numberList)\(\s*(?:(\d+)\s*,\s*)?(\d+)\s*\)\s*\}\}$/.exec(over) : null;
  return range === null ? null : Number(range[2]) - Number(range[1] ?? 0);
}
