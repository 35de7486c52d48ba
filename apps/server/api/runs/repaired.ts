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

/** The text to go on by; null: the run has it already. `loop`: null for all loops of the top. */
export async function repairedBy(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord | null,
  version: number,
): Promise<string | null> {
  const { workflowId } = context.facts.of(run);
  const found = workflowId === null ? undefined : context.versions.get(workflowId, version);
  if (found === undefined) throw new Problem(404, 'version-not-found', `There is no version ${version} of ${run.workflow}.`);
  if (found.text === run.definition) return null;
  const read = parseDefinition(found.text, run.workflow);
  const compiled = read.definition === null ? null : compile(read.definition, context.registry);
  const { plan = null, diagnostics = read.diagnostics } = compiled ?? {};
  if (plan === null) {
    throw new Problem(422, 'workflow-invalid', `Version ${version} has mistakes, so nothing can be run again by it.`, {
      more: { diagnostics: diagnostics.map(diagnosticView) },
    });
  }
  const before = context.facts.plan(run);
  for (const one of loop === null ? await loopsIn(context, run.id, '') : [loop]) {
    const nodes = await nodesTo(context, run, one);
    const now = stepAt(plan, nodes);
    const then = before === null ? null : stepAt(before, nodes);
    if (now === null || (then !== null && kindOf(now) !== kindOf(then))) {
      throw changed(`Version ${version} has no loop ${nodes.join(' / ')} any more.`);
    }
    if (then !== null && listOf(now) !== listOf(then)) {
      throw changed(`In version ${version}, ${nodes.join(' / ')} goes through another list.`);
    }
  }
  return found.text;
}

const changed = (what: string): Problem =>
  new Problem(409, 'loop-changed', `${what} Its iterations would not be the same ones. Start a new run instead.`);

/** Nodes of the loops around a loop, and its own. */
async function nodesTo({ store }: ApiContext, run: RunRecord, loop: LoopRecord): Promise<string[]> {
  const around = [...loop.path.matchAll(/\[\d+\]\//g)].map(({ index }) => store.loop(run.id, loop.path.slice(0, index)));
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
const listOf = ({ loop, templates }: Step): string => JSON.stringify([loop.over, loop.size, templates?.over ?? null]);
