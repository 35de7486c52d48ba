/**
 * Owns which steps of a plan come after given nodes: what has to be done again when their results
 * change. A pure walk over the plan; does not touch a run.
 */
import type { Plan, Region, Step } from '../model/plan.ts';

function bodyOf(step: Step): Region | null {
  return step.container !== undefined && 'body' in step.container ? step.container.body : null;
}

/**
 * Ids of the steps after `nodes`, and after the containers around them, by connection or by `$('node')`. Null: steps
 * run again and again, so that only the run itself tells what came later.
 */
export function downstream(plan: Plan, nodes: ReadonlySet<string>): string[] | null {
  if (plan.root.walk !== undefined) return null;
  const after = new Set<string>();
  walk(plan.root, nodes, after);
  return [...after];
}

/** Answers whether the region holds one of the nodes. */
function walk(region: Region, nodes: ReadonlySet<string>, after: Set<string>): boolean {
  const changed = new Set<number>();
  const names = new Set<string>();
  let holds = false;
  // Steps are in topological order, so one pass sees every connection after its source.
  for (const step of region.steps) {
    const body = bodyOf(step);
    const around = body !== null && walk(body, nodes, after);
    const own = nodes.has(step.id);
    if (own || around) holds = true;
    const reads = [...step.references, ...(body?.outer ?? [])];
    const fed = step.inputs.some((port) => port.some((source) => changed.has(source.step)));
    const later = fed || reads.some((reference) => names.has(reference.node));
    if (later) after.add(step.id);
    if (own || around || later) {
      changed.add(step.index);
      names.add(step.id);
    }
  }
  // What dealt with a failure does so again, or is not reached any more.
  if (holds && region.handler !== undefined) {
    for (const step of region.steps.slice(region.handler)) after.add(step.id);
  }
  return holds;
}
