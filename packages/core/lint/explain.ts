/**
 * Owns the answer to "how often will this node run, and why": the decision tree of loops, read from the definition.
 * Does not run or warn.
 */
import type { Definition } from '../model/definition.ts';
import type { NodeRegistry } from '../model/node-type.ts';
import { Amounts, isPaged, runsOnce, sizeOf, type Amount } from './amount.ts';
import { drawnAround, lintGraph, parameter, type LintNode } from './graph.ts';

export interface Explanation {
  node: string;
  /** How often, each time the node is reached. */
  runs: 'never' | 'once' | 'per item' | 'per batch' | 'per page' | 'per round';
  /** A sentence of why, and what would change it. */
  why: string;
  /** Loops around the node, outermost first: all of the above once per iteration of each. */
  inside: string[];
}

export function explain(definition: Definition, registry: NodeRegistry): Explanation[] {
  const graph = lintGraph(definition, registry);
  const amounts = new Amounts(graph);
  return graph.nodes.map((node) => ({ node: node.id, ...how(node, amounts.arrives(node)), inside: around(node) }));
}

function around(node: LintNode): string[] {
  const loops: string[] = [];
  for (let at: LintNode | null = node; at !== null; at = at.level.container) {
    const own = drawnAround(at).map((loop) => loop.id);
    loops.unshift(...(at === node ? own : [...own, at.id]));
  }
  return loops;
}

type How = Pick<Explanation, 'runs' | 'why'>;

function how(node: LintNode, arriving: Amount): How {
  const { node: written, type } = node;
  if (written.pin !== undefined) return { runs: 'never', why: 'Its output is pinned.' };
  if (written.disabled === true) return { runs: 'never', why: 'It is disabled; items pass through.' };
  if (type.group === 'trigger') return { runs: 'once', why: 'It starts the run.' };
  if (type.work === 'container') return containers(node, arriving);
  if (isPaged(node)) return paged(node, arriving);
  if (written.executeOnce === true)
    return { runs: 'once', why: 'executeOnce: the current item is the first, $input.all() has all of them.' };
  if (type.work === 'fold') return { runs: 'once', why: `${type.title} takes all items together.` };
  if (runsOnce(node)) {
    const why = written.loop?.size === 'all' ? 'loop.size is all.' : `${type.title} works on all items in one call.`;
    return { runs: 'once', why };
  }
  const size = written.loop?.size;
  if (typeof size === 'number' && size > 1)
    return { runs: 'per batch', why: `loop.size is ${size}: one call for every ${size} items${together(node)}.` };
  if (arriving === 'one') return { runs: 'once', why: 'One item arrives; it would run once for each.' };
  return {
    runs: 'per item',
    why: `Nodes run once for each item that arrives${together(node)}; no loop is needed for that. executeOnce makes it one run.`,
  };
}

function paged(node: LintNode, arriving: Amount): How {
  const what =
    node.type.type === 'http-request' || node.type.type === 'graphql'
      ? 'pagination asks for page after page'
      : `${node.type.title} goes on in parts`;
  return { runs: 'per page', why: `${arriving === 'one' ? '' : 'For each item, '}${what} until there is no more.` };
}

function containers(node: LintNode, arriving: Amount): How {
  const { node: written, type } = node;
  const section = written.loop ?? {};
  if (type.type === 'sub-workflow') {
    return parameter(node, 'mode') === 'each'
      ? { runs: 'per item', why: `mode is each: one call of the workflow for each item${together(node)}.` }
      : { runs: 'once', why: 'mode is once: one call of the workflow with all items. each would call it per item.' };
  }
  if (type.type === 'loop') {
    const ends = ['times', 'while', 'until', 'stopWhen'].filter((name) => Object.hasOwn(section, name));
    const by = ends.length === 0 ? 'loop.limit' : ends.map((name) => `loop.${name}`).join(' and ');
    return {
      runs: 'per round',
      why: `Its body runs again and again, each time with what the last left, until ${by} ends it.`,
    };
  }
  const size = sizeOf(node);
  const list =
    section.over === undefined
      ? arriving === 'one'
        ? 'the one item that arrives'
        : 'the items that arrive'
      : 'the list in loop.over';
  const parts = size === 1 ? 'each element' : size === null ? 'each batch' : `each batch of ${size}`;
  const every = section.over === undefined && size === 1 ? 'each' : parts;
  return {
    runs: size === 1 ? 'per item' : 'per batch',
    why: `Its body runs once for ${every} of ${list}${together(node)}${type.type === 'loop-over-items' ? '; done follows after the last' : ''}.`,
  };
}

function together({ node }: LintNode): string {
  const { parallel = 1 } = node.loop ?? {};
  return parallel > 1 ? `, ${parallel} at once` : '';
}
