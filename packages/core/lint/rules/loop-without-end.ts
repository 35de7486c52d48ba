/**
 * Owns the rule against loops that nothing ends: a list that is begun again after every round, or a circle of wires,
 * without a node that can leave it. Silent where something decides, counts or limits. Loops over state are the
 * compiler's (compile/loop-record.ts).
 */
import { decides, drawnBody, parameter, type LintNode } from '../graph.ts';
import { textsOf } from '../texts.ts';
import type { Finding, Rule } from '../rule.ts';

export const loopWithoutEnd: Rule = {
  code: 'loop-without-end',
  find(graph) {
    const found: Finding[] = [];
    for (const loop of graph.nodes) {
      if (loop.type.type !== 'loop-over-items' || loop.node.disabled === true) continue;
      if (
        parameter(loop, 'reset') !== true ||
        loop.node.loop?.limit !== undefined ||
        loop.node.loop?.stopWhen !== undefined
      )
        continue;
      const body = drawnBody(loop);
      if (body.length === 0 || body.some(mayLeave)) continue;
      found.push({
        node: loop,
        message: `${loop.id} begins again with what came back after every round (reset), and nothing in its body ever leaves: it does not end.`,
        fix: {
          text: `Let an If in the body end it, make reset an expression, or bound it with loop.limit.`,
          edits: [{ path: [...loop.path, 'loop', 'limit'], value: 1000 }],
        },
      });
    }
    if (graph.definition.settings?.order !== undefined) found.push(...endlessCircles([...graph.top.nodes.values()]));
    return found;
  },
};

/** A decision, code that may give nothing, or a stop. */
function mayLeave(node: LintNode): boolean {
  if (decides(node) || node.type.type === 'code' || node.type.type === 'python') return true;
  return textsOf(node).some(({ code }) => /\$runIndex\b/.test(code));
}

/** Circles of wires without a loop node in which nothing decides. */
function endlessCircles(nodes: readonly LintNode[]): Finding[] {
  const found: Finding[] = [];
  const told = new Set<LintNode>();
  for (const start of nodes) {
    if (told.has(start) || start.node.disabled === true) continue;
    const circle = undecidedCircle(start);
    if (circle === null || circle.some((node) => told.has(node))) continue;
    for (const node of circle) told.add(node);
    found.push({
      node: start,
      message: `${circle.map((node) => node.id).join(' -> ')} -> ${start.id} is a circle that nothing ever leaves.`,
      fix: { text: 'Put an If into the circle that leads out of it, or use a Loop with a condition and a limit.' },
    });
  }
  return found;
}

/** A way from the node back to itself on which no node decides. */
function undecidedCircle(start: LintNode): LintNode[] | null {
  const way: LintNode[] = [];
  const seen = new Set<LintNode>();
  const walk = (node: LintNode): boolean => {
    if (mayLeave(node) || node.type.type === 'loop-over-items') return false;
    seen.add(node);
    way.push(node);
    for (const edge of node.after) {
      const next = node.level.nodes.get(edge.to);
      if (next === start || (next !== undefined && !seen.has(next) && walk(next))) return true;
    }
    way.pop();
    return false;
  };
  return walk(start) ? way : null;
}
