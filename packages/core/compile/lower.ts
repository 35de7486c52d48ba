/**
 * Owns the lowering of drawn feedback edges: a Loop Over Items node with a body that returns
 * to it becomes a container with that body. Nested ones fall out by recursion on the body.
 * Knows edges only. What cannot be lowered is a diagnostic.
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import { reach, type Edge } from './graph.ts';

/** Output ports of Loop Over Items. */
export const DONE = 0;
export const LOOP = 1;

export interface Lowered {
  /** By loop node: ids inside, edges inside, edges from the loop into the body, edges back. */
  loops: Map<string, { body: string[]; inside: Edge[]; entries: Edge[]; returns: Edge[] }>;
  /** Nodes that stay on this level. */
  ids: string[];
  edges: Edge[];
}

/** Lowers the outermost loops of one level; the caller lowers each body in turn. */
export function lower(
  ids: readonly string[],
  edges: readonly Edge[],
  isLoop: (id: string) => boolean,
  pathOf: (id: string) => (string | number)[],
  out: Diagnostic[],
): Lowered {
  const bodies = new Map<string, Set<string>>();
  for (const id of ids) if (isLoop(id)) bodies.set(id, bodyOf(id, edges));
  const outermost = [...bodies.keys()].filter(
    (id) => ![...bodies].some(([other, body]) => other !== id && body.has(id)),
  );
  for (const id of bodies.keys()) {
    const knot = [...bodies].find(([other, body]) => other !== id && body.has(id) && bodies.get(id)?.has(other));
    if (knot !== undefined) {
      out.push(
        diagnostic(
          'cycle',
          pathOf(id),
          `Loops ${id} and ${knot[0]} lead into each other. Let the inner loop return to itself and connect its done output to the outer loop.`,
          { node: id },
        ),
      );
    }
  }

  const loops: Lowered['loops'] = new Map();
  const taken = new Set<string>();
  let rest = [...edges];
  for (const id of outermost) {
    const body = bodies.get(id) ?? new Set<string>();
    if (body.size === 0) {
      out.push(
        diagnostic(
          'loop-output-miswired',
          pathOf(id),
          `Nothing is connected to the loop output of ${id}, so it has no body.`,
          {
            node: id,
            fix: {
              text: `Connect the first node of the body with "after: ${id}.loop", and name the last one in the "after" of ${id}.`,
            },
          },
        ),
      );
    }
    const inside: Edge[] = [];
    const entries: Edge[] = [];
    const returns: Edge[] = [];
    const outside: Edge[] = [];
    for (const edge of rest) {
      const fromBody = body.has(edge.from);
      const toBody = body.has(edge.to);
      if (fromBody && toBody) inside.push(edge);
      else if (edge.from === id && toBody) {
        if (edge.fromPort === DONE) crossing(id, edge, pathOf, out, `it also starts from ${id}.done`);
        else entries.push(edge);
      } else if (fromBody && edge.to === id) returns.push(edge);
      else if (edge.from === id && edge.to === id) {
        out.push(
          diagnostic('loop-output-miswired', pathOf(id), `An output of ${id} is connected to itself without a body.`, {
            node: id,
          }),
        );
      } else if (toBody)
        crossing(
          id,
          edge,
          pathOf,
          out,
          `it gets items from ${edge.from} outside the loop; read them with $('${edge.from}') instead`,
        );
      else if (fromBody)
        crossing(id, edge, pathOf, out, `${edge.to} is outside the loop; connect ${edge.to} to ${id}.done`);
      else outside.push(edge);
    }
    if (body.size > 0 && returns.length === 0) {
      const swapped = outside.some((edge) => edge.from === id && edge.fromPort === DONE);
      out.push(
        diagnostic(
          'loop-output-miswired',
          pathOf(id),
          `Nothing returns to ${id}: the nodes after its loop output never come back, so only the first batch would run.`,
          {
            node: id,
            fix: {
              text: swapped
                ? `If the nodes after ${id}.done are the body, swap done and loop. Otherwise add the last node of the body to the "after" of ${id}.`
                : `Add the last node of the body to the "after" of ${id}.`,
            },
          },
        ),
      );
    }
    for (const inner of body) taken.add(inner);
    loops.set(id, { body: ids.filter((other) => body.has(other)), inside, entries, returns });
    rest = outside;
  }
  return { loops, ids: ids.filter((id) => !taken.has(id)), edges: rest };
}

/**
 * What the loop output leads to: nodes that return to the loop, and side branches that nothing
 * after done shares. Never passes through the loop itself, so an enclosing loop stays outside.
 */
export function bodyOf(id: string, edges: readonly Edge[]): Set<string> {
  const followers = (port: number): string[] =>
    edges.filter((e) => e.from === id && e.fromPort === port).map((e) => e.to);
  const forward = reach(followers(LOOP), edges, id, true);
  const back = reach(
    edges.filter((e) => e.to === id).map((e) => e.from),
    edges,
    id,
    false,
  );
  const afterDone = reach(followers(DONE), edges, id, true);
  return new Set([...forward].filter((node) => back.has(node) || !afterDone.has(node)));
}

function crossing(
  id: string,
  edge: Edge,
  pathOf: (id: string) => (string | number)[],
  out: Diagnostic[],
  why: string,
): void {
  out.push(
    diagnostic(
      'cycle',
      [...pathOf(edge.to), 'after'],
      `The connection from ${edge.from} to ${edge.to} crosses the border of loop ${id}: ${why}.`,
      { node: edge.to },
    ),
  );
}
