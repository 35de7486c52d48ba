/**
 * Owns whether a run can go on by another version of its workflow: the version compiles, and the loops whose iterations
 * are done again are still there and go through the same list. Changes nothing.
 */
import { compile } from '@rondo/core/compile/compile.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';
import type { Plan, Step } from '@rondo/core/model/plan.ts';
import type { LoopRecord, RunRecord } from '@rondo/core/ports.ts';
import { Problem } from '../../http/problem.ts';
import type { ApiContext } from '../context.ts';
import { diagnosticView } from '../workflows/views.ts';
import { loopsIn } from './views.ts';

export interface Repair {
  version: number;
  text: string;
}

/**
 * What a run goes on by; null: by what it has. Without a version, the newest where it fits. `loop`: null for all loops
 * of the top. Throws Problem 404, 409, 422: the version that was asked for cannot be taken.
 */
export async function repairOf(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord | null,
  wanted: number | undefined,
): Promise<Repair | null> {
  const { workflowId } = context.facts.of(run);
  const workflow = context
    .library()
    .list()
    .find(({ key }) => key === workflowId);
  if (workflow === undefined || workflowId === null) {
    if (wanted === undefined) return null;
    throw new Problem(404, 'workflow-gone', `The workflow of run ${run.id} is not here any more.`);
  }
  const newest = context.versions.record(workflowId, workflow.text, null);
  if (wanted === undefined || wanted === newest.version) {
    if (workflow.text === run.definition) return null;
    const repair = { version: newest.version, text: workflow.text };
    const problem = await unfit(context, run, loop, repair);
    if (problem === null) return repair;
    if (wanted === undefined) return null;
    throw problem;
  }
  const had = context.versions.get(workflowId, wanted);
  if (had === undefined) throw new Problem(404, 'version-not-found', `${workflow.name} has no version ${wanted}.`);
  if (had.text === run.definition) return null;
  const problem = await unfit(context, run, loop, had);
  if (problem !== null) throw problem;
  return { version: wanted, text: had.text };
}

/** Why the run cannot go on by a version; null: it can. */
async function unfit(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord | null,
  { version, text }: Repair,
): Promise<Problem | null> {
  const read = parseDefinition(text, run.workflow);
  const compiled = read.definition === null ? null : compile(read.definition, context.registry);
  const { plan = null, diagnostics = read.diagnostics } = compiled ?? {};
  if (plan === null) {
    return new Problem(422, 'workflow-invalid', `Version ${version} has mistakes, so nothing can run again by it.`, {
      more: { diagnostics: diagnostics.map(diagnosticView) },
    });
  }
  const before = context.facts.plan(run);
  for (const one of loop === null ? await loopsIn(context, run.id, '') : [loop]) {
    const nodes = await nodesTo(context, run, one);
    const now = stepAt(plan, nodes);
    const then = before === null ? null : stepAt(before, nodes);
    if (now === null || (then !== null && kindOf(now) !== kindOf(then))) {
      return changed(`Version ${version} has no loop ${nodes.join(' / ')} any more.`);
    }
    if (then !== null && listOf(now) !== listOf(then)) {
      return changed(`In version ${version}, ${nodes.join(' / ')} goes through another list.`);
    }
  }
  return null;
}

const changed = (what: string): Problem =>
  new Problem(409, 'loop-changed', `${what} Its iterations would not be the same ones. Start a new run instead.`);

/** Nodes of the loops around a loop, and its own. */
async function nodesTo({ store }: ApiContext, run: RunRecord, loop: LoopRecord): Promise<string[]> {
  const around = [...loop.path.matchAll(/\[\d+\]\//g)].map(({ index }) =>
    store.loop(run.id, loop.path.slice(0, index)),
  );
  return [...(await Promise.all(around)).flatMap((one) => (one === null ? [] : [one.node])), loop.node];
}

function stepAt(plan: Plan, nodes: readonly string[]): Step | null {
  let region: Plan['root'] | null = plan.root;
  let found: Step | null = null;
  for (const node of nodes) {
    found = region?.steps.find((step) => step.id === node) ?? null;
    const container: Step['container'] = found?.container;
    region = container !== undefined && 'body' in container ? container.body : null;
  }
  return found;
}

const kindOf = ({ container, type }: Step): string => container?.kind ?? type;

/** What decides which element has which number. */
const listOf = ({ loop, loopTemplates }: Step): string =>
  JSON.stringify([loop.over, loop.size, loopTemplates.over ?? null]);
