/**
 * Owns the rule against answering one request twice: two ways through the workflow that both happen and both end in
 * an answer. Silent about ways that exclude each other, such as the two outputs of an If.
 */
import { ahead, behind, type LintNode } from '../graph.ts';
import type { Finding, Rule } from '../rule.ts';

/** Of these, only one output is taken per item. */
const EXCLUSIVE = new Set(['if', 'switch', 'question-classifier', 'filter']);

export const twoResponders: Rule = {
  code: 'two-responders',
  find(graph) {
    const responders = graph.nodes.filter(
      (node) => node.type.type === 'respond' && node.node.disabled !== true && node.level === graph.top,
    );
    const found: Finding[] = [];
    for (const responder of responders) {
      const second = responders.find((other) => other !== responder && bothHappen(responder, other));
      if (second !== undefined && responders.indexOf(second) < responders.indexOf(responder)) {
        found.push({
          node: responder,
          message: `${second.id} and ${responder.id} are both reached in one run, but a request is answered once: the second answer is lost.`,
          fix: { text: `Merge the branches before one responder, or let an If decide which of the two is reached.` },
        });
      } else if (graph.definition.settings?.order !== undefined && meetsUnmerged(responder)) {
        found.push({
          node: responder,
          message: `${responder.id} is reached by two branches that both happen, so it answers twice: the second answer is lost.`,
          fix: { text: `Put a Merge before ${responder.id}.` },
        });
      }
    }
    return found;
  },
};

/** One lies behind the other, or a node before both leads to both without deciding between them. */
function bothHappen(a: LintNode, b: LintNode): boolean {
  if (behind(a).has(b) || behind(b).has(a)) return true;
  const common = [...ahead(a)].filter((node) => ahead(b).has(node));
  // The last fork before them says whether both happen.
  const forks = common.filter((node) => !common.some((other) => other !== node && behind(node).has(other)));
  return forks.some((fork) => !separates(fork, a, b));
}

/** Different outputs of a node that takes one of them per item, or its error output beside the regular one. */
function separates(fork: LintNode, a: LintNode, b: LintNode): boolean {
  const portsTo = (target: LintNode): Set<number> =>
    new Set(
      fork.after.filter((edge) => edge.to === target.id || reaches(fork, edge.to, target)).map((edge) => edge.fromPort),
    );
  const [left, right] = [portsTo(a), portsTo(b)];
  const apart = [...left].every((port) => !right.has(port));
  const mayError = fork.outputs.includes('error');
  return apart && (EXCLUSIVE.has(fork.type.type) || mayError || fork.type.type === 'loop-over-items');
}

function reaches(fork: LintNode, id: string, target: LintNode): boolean {
  const node = fork.level.nodes.get(id);
  return node !== undefined && (node === target || behind(node).has(target));
}

/** Two wires into it from branches that both happen. */
function meetsUnmerged(responder: LintNode): boolean {
  const sources = responder.before.flatMap((edge) => responder.level.nodes.get(edge.from) ?? []);
  return sources.some((a, i) => sources.slice(i + 1).some((b) => a !== b && forkedApart(a, b)));
}

function forkedApart(a: LintNode, b: LintNode): boolean {
  if (behind(a).has(b) || behind(b).has(a)) return false;
  const common = [...ahead(a)].filter((node) => ahead(b).has(node));
  const forks = common.filter((node) => !common.some((other) => other !== node && behind(node).has(other)));
  return forks.length > 0 && forks.every((fork) => !separates(fork, a, b));
}
