/**
 * Owns which Loop Over Items nodes of a walk become containers: those whose body is closed, returns, and is read by
 * nobody in a way that only the single runs of n8n can answer. The others stay steps of the walk, with the
 * behaviour of n8n. In strict workflows all of them do. Does not lower (lower.ts).
 */
import { diagnostic } from '../errors.ts';
import type { NodeDefinition } from '../model/definition.ts';
import type { NodeType } from '../model/node-type.ts';
import type { Reference } from '../model/plan.ts';
import { isObject } from '../model/shape.ts';
import { order, type Edge } from './graph.ts';
import { bodyOf, LOOP, lower, type Lowered } from './lower.ts';
import { compileParameters } from './parameters.ts';
import type { Compilation, Wiring } from './region.ts';

/** Names that count or name the runs of a node. */
const RUN_NAMES: ReadonlySet<string> = new Set(['$runIndex', '$thisRunIndex', '$prevNode', '$items', '$item', '$node']);

export function lowerWalk(
  c: Compilation,
  wiring: Wiring,
  ids: readonly string[],
  edges: readonly Edge[],
  strict: boolean,
): { lowered: Lowered; wiring: Wiring } {
  const loops = ids.filter(wiring.isFeedback);
  const none: Lowered = { loops: new Map(), ids: [...ids], edges: [...edges] };
  if (strict || loops.length === 0) return { lowered: none, wiring };
  const judge = new Judge(c, wiring, ids, edges);
  const chosen = new Set<string>();
  for (const id of loops) if (judge.fits(id)) chosen.add(id);
  warnOfNesting(c, wiring, loops, edges);
  const nodes = { ...wiring.nodes };
  for (const id of chosen) nodes[id] = withoutRearming(id, nodes[id] as NodeDefinition);
  return { lowered: lower(ids, edges, (id) => chosen.has(id), wiring.pathOf, c.out), wiring: { ...wiring, nodes } };
}

class Judge {
  readonly #wiring: Wiring;
  readonly #ids: readonly string[];
  readonly #edges: readonly Edge[];
  readonly #known = new Map<string, boolean>();
  /** Containers inside one another, itself included. */
  readonly #levels = new Map<string, number>();
  readonly #most: number;
  readonly #reads: Map<string, { references: Reference[]; names: ReadonlySet<string> }>;

  constructor(c: Compilation, wiring: Wiring, ids: readonly string[], edges: readonly Edge[]) {
    this.#wiring = wiring;
    this.#ids = ids;
    this.#edges = edges;
    this.#most = c.limits['loop.nesting'];
    this.#reads = new Map(
      ids.map((id) => {
        const type = wiring.types.get(id) as NodeType;
        const place = { path: [], node: id, visible: wiring.visible, dialect: c.dialect };
        // Mistakes are told when the step is built.
        const { references, names } = compileParameters(wiring.nodes[id] as NodeDefinition, type, place, []);
        return [id, { references, names: new Set(names) }];
      }),
    );
  }

  /** Whether the loop can be a container. */
  fits(id: string): boolean {
    let fits = this.#known.get(id);
    if (fits === undefined) {
      // A loop that is met again on the way would be inside itself.
      this.#known.set(id, false);
      fits = this.#judge(id);
      this.#known.set(id, fits);
    }
    return fits;
  }

  #judge(id: string): boolean {
    const edges = this.#edges;
    const body = bodyOf(id, edges);
    if (!isClosed(id, body, edges) || !this.#isPlain(id) || !this.#readable(id, body)) return false;
    const own = this.#ids.filter((other) => body.has(other));
    const inner = own.filter(this.#wiring.isFeedback);
    // Two that lead into each other: none is the inner one.
    if (inner.some((other) => bodyOf(other, edges).has(id)) || !inner.every((other) => this.fits(other))) return false;
    const levels = 1 + Math.max(0, ...inner.map((other) => this.#levels.get(other) ?? 0));
    if (levels > this.#most) return false;
    this.#levels.set(id, levels);
    const inside = edges.filter((edge) => body.has(edge.from) && body.has(edge.to));
    const level = lower(own, inside, this.#wiring.isFeedback, this.#wiring.pathOf, []);
    return order(level.ids, level.edges).circle.length === 0;
  }

  /** Nothing about the loop node itself asks for more than batches. */
  #isPlain(id: string): boolean {
    const node = withoutRearming(id, this.#wiring.nodes[id] as NodeDefinition);
    const reset = node.with?.reset;
    return (
      node.disabled !== true &&
      node.executeOnce !== true &&
      node.pin === undefined &&
      (reset === undefined || reset === false)
    );
  }

  #readable(loop: string, body: ReadonlySet<string>): boolean {
    for (const [id, { references, names }] of this.#reads) {
      if (body.has(id)) {
        const node = this.#wiring.nodes[id] as NodeDefinition;
        if ([...names].some((name) => RUN_NAMES.has(name))) return false;
        // There n8n fills the first output, whatever the others gave.
        if (node.alwaysOutput === true && (this.#wiring.ports.get(id)?.outputs.length ?? 1) > 1) return false;
      }
      for (const { node, uses } of references) {
        const counts = uses.some((use) => use === 'runs' || use === 'state' || use === 'other');
        if (node === loop && id !== loop && counts) return false;
        if (body.has(node) && (!body.has(id) || counts)) return false;
      }
    }
    return true;
  }
}

/** Every way into the body comes from the loop, every way out of it goes back there, and there is one. */
function isClosed(id: string, body: ReadonlySet<string>, edges: readonly Edge[]): boolean {
  let returns = false;
  for (const edge of edges) {
    const fromBody = body.has(edge.from);
    const toBody = body.has(edge.to);
    if (edge.from === id && edge.to === id) return false;
    if (edge.from === id && toBody && edge.fromPort !== LOOP) return false;
    if (fromBody && !toBody && edge.to !== id) return false;
    if (toBody && !fromBody && edge.from !== id) return false;
    if (fromBody && edge.to === id) returns = true;
  }
  return returns;
}

/** People reset inner loops when they are done; a container starts anew by itself. */
function withoutRearming(id: string, node: NodeDefinition): NodeDefinition {
  if (!rearms(id, node) || !isObject(node.with)) return node;
  const { reset: _, ...rest } = node.with;
  return { ...node, with: rest };
}

function rearms(id: string, node: NodeDefinition): boolean {
  const reset = node.with?.reset;
  if (typeof reset !== 'string') return false;
  const read =
    /^\s*\{\{\s*\$(?:\(\s*|node\s*\[\s*)(["'`])(.*?)\1\s*[)\]]\s*\.\s*context\s*(?:\.\s*done|\[\s*(["'`])done\3\s*\])\s*;?\s*\}\}\s*$/s.exec(
      reset,
    );
  return read?.[2] === id;
}

function warnOfNesting(c: Compilation, wiring: Wiring, loops: readonly string[], edges: readonly Edge[]): void {
  for (const id of loops) {
    const outer = loops.find((other) => other !== id && bodyOf(other, edges).has(id));
    if (outer === undefined || wiring.nodes[id]?.with?.reset !== undefined) continue;
    const message = `n8n would run the loop ${id} only in the first iteration of ${outer}, and pass later items by. Here it runs in each; --strict-compat keeps the behaviour of n8n.`;
    c.out.push(diagnostic('differs', wiring.pathOf(id), message, { severity: 'warning', node: id }));
  }
}
