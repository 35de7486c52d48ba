/**
 * Owns the rule against turning pages by hand: a request inside a loop whose address counts pages or follows a
 * cursor, where the request node can do that itself.
 */
import { drawnBody, parameter, type LintNode } from '../graph.ts';
import { textsOf } from '../texts.ts';
import type { Finding, Rule } from '../rule.ts';

const PAGE =
  /\b(?:page|page_?(?:no|num|number|token|index)|offset|cursor|next|next_?(?:page|url|token|cursor|link)|skip|start_?(?:at|index)|after)\b/i;
const COUNTER = /\$runIndex\b|\$pageCount\b|currentRunIndex|\$loop\s*\.\s*(?:index|vars)|\.\s*context\b/;

export const manualPagination: Rule = {
  code: 'manual-pagination',
  find(graph) {
    const found: Finding[] = [];
    for (const loop of graph.nodes) {
      const { type } = loop;
      const turning = type.type === 'loop' || (type.type === 'loop-over-items' && resets(loop));
      if (!turning || loop.node.disabled === true) continue;
      const inside =
        type.type === 'loop' ? graph.nodes.filter((node) => node.level.container === loop) : drawnBody(loop);
      for (const node of inside) if (turnsPages(node)) found.push(finding(node, loop.id));
    }
    // A circle of wires that some node in it can leave, around a request that counts.
    if (graph.definition.settings?.order !== undefined) {
      for (const node of graph.top.nodes.values()) {
        if (inCircle(node) && turnsPages(node) && !found.some((one) => one.node === node))
          found.push(finding(node, null));
      }
    }
    return found;
  },
};

function finding(node: LintNode, loop: string | null): Finding {
  return {
    node,
    message: `${node.id} turns the pages of an API by hand${loop === null ? '' : ` in the loop ${loop}`}. The request node does that itself, with an end that holds and every page recorded.`,
    fix: {
      text: 'Use the parameter pagination of the request (next page by address, by number or by cursor) and take the loop away.',
    },
  };
}

const resets = (loop: LintNode): boolean => {
  const reset = parameter(loop, 'reset');
  return reset !== null && reset !== false;
};

/** A page parameter of the request is counted, or follows what the request gave the last time. */
function turnsPages(node: LintNode): boolean {
  if (node.type.type !== 'http-request' || parameter(node, 'pagination') !== null) return false;
  return textsOf(node).some(({ code, path }) => {
    const keyed = path.some((key) => typeof key === 'string' && PAGE.test(key));
    const where = `${path.join('.')} ${String(parameter(node, 'url') ?? '')}`;
    if (COUNTER.test(code)) return keyed || PAGE.test(where) || PAGE.test(code);
    return keyed ? /\$json|\$\(|\$node|\$vars/.test(code) : path.at(-1) === 'url' && PAGE.test(code);
  });
}

function inCircle(node: LintNode): boolean {
  const seen = new Set<string>();
  const open = node.after.map((edge) => edge.to);
  while (open.length > 0) {
    const id = open.pop() as string;
    if (id === node.id) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    const next = node.level.nodes.get(id);
    // Round a loop node is its business.
    if (next !== undefined && next.type.type !== 'loop-over-items') open.push(...next.after.map((edge) => edge.to));
  }
  return false;
}
