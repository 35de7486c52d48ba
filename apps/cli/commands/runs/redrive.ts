/** Owns `rondo runs redrive`: puts iterations of a finished run back and goes on with it. */
import type { IterationStatus, Redrive, RunRecord, RunStore } from '@rondo/core/ports.ts';
import { findLoop, isDriven, loopsOf } from '../../database.ts';
import { UsageError } from '../../exit.ts';
import { plural } from '../../render/format.ts';
import type { Terminal } from '../../terminal.ts';
import { resumeStored, type RunOptions } from '../run.ts';

export async function redrive(
  name: string,
  path: string | undefined,
  options: RunOptions & { status: IterationStatus; cause?: string },
  terminal: Terminal,
): Promise<number> {
  return resumeStored(name, options, { terminal }, async ({ store }, run) => {
    const runId = run.id;
    if (isDriven(run, terminal.now())) {
      throw new UsageError(`Run ${runId} is still running; redrive works on a run that has ended.`, 'run-not-finished');
    }
    const loop = path === undefined ? null : await findLoop(store, run, path);
    const nodes = loop === null ? null : new Set([loop.node]);
    const what: Redrive = {
      loop: loop?.key ?? null,
      status: options.status,
      after: await stepsAfter(store, run, nodes),
    };
    if (options.cause !== undefined) what.cause = options.cause;
    const redriven = await store.redrive(runId, what);
    const where = loop === null ? '' : ` of ${loop.path}`;
    if (redriven === 0) {
      if (options.json === true) terminal.out.write(`${JSON.stringify({ runId, redriven, status: run.status })}\n`);
      else terminal.err.write(`No ${options.status} iterations${where} in run ${runId}; nothing was put back.\n`);
      return null;
    }
    if (options.quiet !== true) {
      terminal.err.write(`Put back ${plural(redriven, `${options.status} iteration`)}${where}.\n`);
    }
    return { redriven };
  });
}

/** What comes after the loops, from the plan of the run; null (the store's guess) when it cannot be compiled now. */
async function stepsAfter(
  store: RunStore,
  run: RunRecord,
  nodes: ReadonlySet<string> | null,
): Promise<string[] | null> {
  const [{ parseDefinition }, { compile }, { registry }, { downstream }] = await Promise.all([
    import('@rondo/core/model/format.ts'),
    import('@rondo/core/compile/compile.ts'),
    import('@rondo/nodes/registry.ts'),
    import('@rondo/core/engine/downstream.ts'),
  ]);
  const { definition } = parseDefinition(run.definition, run.workflow);
  const plan = definition === null ? null : compile(definition, registry).plan;
  if (plan === null) return null;
  return downstream(plan, nodes ?? new Set((await loopsOf(store, run.id)).map((loop) => loop.node)));
}
