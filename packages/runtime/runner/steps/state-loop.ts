/**
 * Owns while, until and counted loops whose body has effects or holds loops: one frame after
 * the other, loop variables in between. Pure ones are pushed down (block-loop.ts).
 */
import type { Dataset } from '@rondo/core/events.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Region, Step, Template } from '@rondo/core/model/plan.ts';
import { isObject } from '@rondo/core/model/shape.ts';
import type { ProgramContext } from '@rondo/core/ports.ts';
import { checkStop, type RunContext } from '../context.ts';
import { evaluate, isLiteral } from '../evaluate.ts';
import { pathIn, type Frame, type LoopView } from '../frame.ts';
import { rememberedOf, type Remembered } from '../recall.ts';
import { jsonOf, templateProgram } from '../programs.ts';
import { firstItem } from './concurrent.ts';
import { fallbackOf } from './fallback.ts';
import { bodyFrame, iterate } from './iteration.ts';
import { sequentialIteration } from './sequence.ts';
import { endLoop, leaveLoop } from './settle.ts';

type Vars = Record<string, Json>;

export async function stateLoop(
  context: RunContext,
  frame: Frame,
  step: Step,
  body: Region,
  initial: string,
  scope: ProgramContext,
): Promise<{ dataset: Dataset; carry: string | null }> {
  const path = pathIn(frame, step);
  const { loopTemplates: templates, loop } = step;
  const { dialect } = frame.owner;
  const { run, finished } = await context.loops.open(context, path, step.id, loop, 1);
  run.record.carry ??= initial;
  if (finished)
    return {
      dataset: await endLoop(context, step, run, { do: 'finish', reason: 'exhausted' }),
      carry: run.record.carry,
    };
  const ask = (name: string, template: Template | undefined) => question(context, frame, step, name, template, scope);
  const fallback = fallbackOf(context, frame, step);
  const goOn = ask('while', templates.while);
  const enough = ask('until', templates.until);
  const broken = ask('stopWhen', templates.stopWhen);
  const update =
    (templates.update ?? []).length === 0
      ? null
      : templateProgram(context, frame, `update:${step.id}`, templates.update ?? []);
  // Of steps that read what they gave before.
  let last: Remembered | null = null;
  for (;;) {
    const kept = context.loopVariables.get(`${path}[${run.record.cursor}]`);
    const vars = { ...(jsonOf(run.record.carry ?? initial, dialect) as Vars), ...kept };
    const view: LoopView = { item: vars, index: run.record.cursor, count: null, previous: null, vars, node: step.id };
    if (
      !run.progress.ended &&
      run.progress.started < loop.limit &&
      goOn !== null &&
      !(await goOn(JSON.stringify(vars), view))
    )
      run.progress.ended = true;
    run.progress.available = 1;
    run.progress.cancelled = context.stop.reason !== null;
    const decision = run.decide();
    if (decision.do === 'cancel') {
      await leaveLoop(context, run);
      checkStop(context.stop);
    }
    if (decision.do !== 'start')
      return { dataset: await endLoop(context, step, run, decision), carry: run.record.carry };
    const input = JSON.stringify(vars);
    await sequentialIteration(
      context,
      step,
      run,
      input,
      frame.doors,
      async (index, doors) => {
        // What an attempt that failed set is not there any more.
        Object.assign(vars, jsonOf(input, dialect));
        const inner = bodyFrame(frame, step, index, body, `${path}[${index}]`, [input], view, doors);
        if (body.recalls === true) {
          last ??= await rememberedOf(context, path, index - 1);
          if (last !== null) inner.before = last;
        }
        return iterate(context, inner, loop.flatten);
      },
      async (value) => {
        if (value === null) return input;
        last = value;
        const first = firstItem(value.output);
        const after = {
          ...vars,
          ...(update === null
            ? named(jsonOf(first, dialect), vars)
            : await evaluate(
                context,
                update,
                [first],
                view.index,
                { ...scope, loops: [view, ...frame.loops] },
                dialect,
              )),
        };
        const seen = { ...view, vars: after };
        if ((enough !== null && (await enough(first, seen))) || (broken !== null && (await broken(first, seen))))
          run.progress.ended = true;
        return JSON.stringify(after);
      },
      fallback,
    );
  }
}

/** Fields of a result that are loop variables. */
function named(result: unknown, vars: Vars): Vars {
  if (!isObject(result)) return {};
  return Object.fromEntries(
    Object.keys(vars)
      .filter((key) => Object.hasOwn(result, key))
      .map((key) => [key, result[key] as Json]),
  );
}

function question(
  context: RunContext,
  frame: Frame,
  step: Step,
  name: string,
  template: Template | undefined,
  scope: ProgramContext,
): ((item: string, view: LoopView) => Promise<boolean>) | null {
  if (template === undefined) return null;
  if (isLiteral(template)) {
    const value = template.kind === 'literal' ? Boolean(template.value) : false;
    return async () => value;
  }
  const program = templateProgram(context, frame, `${name}:${step.id}`, [['value', template]]);
  return async (item, view) =>
    Boolean((await evaluate(context, program, [item], view.index, { ...scope, loops: [view, ...frame.loops] })).value);
}
