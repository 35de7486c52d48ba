/**
 * Owns the programs that steps and regions become for the evaluator, and the context their
 * expressions see. Builds and gathers; runs nothing.
 */
import { parsePointed } from '@rondo/core/dify/numbers.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Dialect } from '@rondo/core/model/definition.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Reference, Region, Source, Step, Template } from '@rondo/core/model/plan.ts';
import type { Program, ProgramContext } from '@rondo/core/ports.ts';
import type { RunContext } from './context.ts';
import { countOf, readAll, readBlocks, type Feed } from './dataset.ts';
import type { Frame } from './frame.ts';
import { recalled } from './recall.ts';
import { runnable } from './script.ts';
import { walkContext } from './walk/scope.ts';

/** Isolation from the loop: inside a program a failing step fails its unit; the runner applies the policy. */
function bare(step: Step, inputs: Source[][]): Step {
  return { ...runnable(step), index: 0, inputs, loop: { ...step.loop, onError: 'stop', parallel: 1 } };
}

function shell(context: RunContext, frame: Frame, id: string, slow: boolean): Program {
  const { limits } = context;
  return {
    id,
    scope: frame.owner.dialect,
    timezone: frame.owner.timezone,
    kind: 'region',
    steps: [],
    results: [],
    templates: [],
    state: null,
    stopWhen: null,
    carry: false,
    flatten: false,
    unitMs: slow ? limits['code.ms'] : limits['expression.ms'],
    limits: {
      itemBytes: limits['item.bytes'],
      itemDepth: limits['item.depth'],
      itemKeys: limits['item.keys'],
      stepBytes: limits['step.bytes'],
      argumentBytes: limits['iteration.arguments'],
      logBytes: limits['code.logBytes'],
    },
  };
}

const isSlow = (steps: readonly Step[]): boolean => steps.some((step) => step.type === 'code');

/** A kernel alone: its unit's items in, its ports out. */
export function kernelProgram(context: RunContext, frame: Frame, step: Step): string {
  const id = context.programId(frame.owner.key, `kernel:${step.id}`);
  if (context.programs.has(id)) return id;
  const alone = bare(
    step,
    step.inputs.map((_, port) => (port === 0 ? [{ step: -1, port: 0 }] : [])),
  );
  const program = shell(context, frame, id, isSlow([step]));
  program.steps = [{ ...alone, alwaysOutput: false }];
  program.plain = true;
  program.results = step.outputs.map((_, port) => [{ step: 0, port }]);
  context.programs.add(id);
  context.evaluator.define(program);
  return id;
}

export function foldProgram(context: RunContext, frame: Frame, step: Step): string {
  const id = context.programId(frame.owner.key, `fold:${step.id}`);
  if (context.programs.has(id)) return id;
  const program = shell(context, frame, id, true);
  program.kind = 'fold';
  program.steps = [
    {
      ...bare(
        step,
        step.inputs.map((_, port) => [{ step: -1, port }]),
      ),
      alwaysOutput: false,
    },
  ];
  program.results = step.outputs.map((_, port) => [{ step: 0, port }]);
  context.programs.add(id);
  context.evaluator.define(program);
  return id;
}

/** A whole pure region, pushed down with the conditions of its loop. */
export function regionProgram(context: RunContext, frame: Frame, step: Step, region: Region): string {
  const id = context.programId(frame.owner.key, `region:${step.id}`);
  if (context.programs.has(id)) return id;
  const { loop, loopTemplates } = step;
  const program = shell(context, frame, id, isSlow(region.steps));
  program.steps = region.steps.map(runnable);
  program.results = [region.results];
  program.flatten = loop.flatten;
  program.plain = step.container?.kind === 'for-each' && step.container.branches === true;
  program.carry = loop.over === 'items' && loop.carry === 'previous';
  program.stopWhen = loopTemplates.stopWhen ?? null;
  if (loop.over === 'state') {
    program.state = {
      ...(loopTemplates.while ? { while: loopTemplates.while } : {}),
      ...(loopTemplates.until ? { until: loopTemplates.until } : {}),
      ...(loopTemplates.update ? { update: loopTemplates.update } : {}),
    };
  }
  context.programs.add(id);
  context.evaluator.define(program);
  return id;
}

/** Only templates: the answer per unit is one object of their values. */
export function templateProgram(
  context: RunContext,
  frame: Frame,
  name: string,
  templates: [string, Template][],
): string {
  const id = context.programId(frame.owner.key, `templates:${name}`);
  if (context.programs.has(id)) return id;
  const program = shell(context, frame, id, false);
  program.kind = 'templates';
  program.templates = templates;
  // What templates yield is not an item yet (a list to go through may be long).
  program.limits.itemBytes = context.limits['step.bytes'];
  context.programs.add(id);
  context.evaluator.define(program);
  return id;
}

/** Values that do not change from unit to unit of one step. */
export async function contextFor(
  context: RunContext,
  frame: Frame,
  references: readonly Reference[],
  where: string,
): Promise<ProgramContext> {
  const isWalk = frame.owner.dialect === 'n8n';
  const base: ProgramContext = {
    // The input of a run may be long, and in n8n hardly anybody reads it by this name.
    ...(isWalk && frame.current?.names.includes('$vars') === false ? {} : { vars: frame.vars }),
    ...(Object.keys(frame.owner.constants).length > 0 ? { constants: frame.owner.constants } : {}),
    ...(context.options.conversation === null ? {} : { conversation: context.options.conversation }),
    run: {
      id: context.runId,
      workflow: context.workflow,
      ...(context.workflowId === null ? {} : { workflowId: context.workflowId }),
    },
    ...(frame.loops.length > 0 ? { loops: frame.loops } : {}),
  };
  if (isWalk) return { ...base, walk: await walkContext(context, frame, references, where) };
  const nodes: Record<string, string[][]> = {};
  let chars = 0;
  for (const reference of references) {
    let feeds = feedsOfNode(frame, reference.node);
    if (feeds === null && frame.owner.dialect === 'openflow') {
      const dataset = await recalled(context, frame, reference.node);
      if (dataset !== null) feeds = [{ dataset, port: 0 }];
    }
    if (feeds === null) continue;
    const ports: string[][] = [];
    for (const feed of feeds) {
      const items = await referenceItems(context, feed, reference, where);
      for (const text of items) chars += text.length;
      ports.push(items);
    }
    nodes[reference.node] = ports;
  }
  const most = context.limits['step.bytes'];
  if (chars > most)
    throw new FailureError(limitFailure('step.bytes', most, where, `$('...') reads ${chars} characters`));
  return { ...(references.length > 0 ? { nodes } : {}), ...base };
}

/** Output ports of the nearest node of that name, from inside out; null when it has not run. */
function feedsOfNode(frame: Frame, node: string): Feed[] | null {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    const step = at.region.steps.find((s) => s.id === node);
    if (step === undefined) continue;
    const dataset = at.outputs[step.index];
    return dataset === null || dataset === undefined ? null : step.outputs.map((_, port) => ({ dataset, port }));
  }
  return null;
}

async function referenceItems(context: RunContext, feed: Feed, reference: Reference, where: string): Promise<string[]> {
  const whole = reference.uses.some((use) => use === 'all' || use === 'item' || use === 'other' || use === 'runs');
  const count = countOf(feed);
  if (whole || count <= 1) return readAll(context, [feed], `${where}, reading $('${reference.node}')`);
  const wanted: string[] = [];
  const at = async (position: number): Promise<string> => {
    for await (const block of readBlocks(context, [feed], position, 1)) return block[0] as string;
    throw new FailureError(failure('node-failed', `$('${reference.node}') has no item ${position}.`));
  };
  if (reference.uses.includes('first')) wanted.push(await at(0));
  if (reference.uses.includes('last')) wanted.push(await at(count - 1));
  return wanted;
}

/** The item's json as a value. In files of Dify 3.0 is no 3. */
export function jsonOf(text: string, dialect: Dialect = 'native'): unknown {
  const value = (dialect === 'dify' ? parsePointed(text) : JSON.parse(text)) as { $item?: { json: unknown } } | null;
  if (value !== null && typeof value === 'object' && Object.hasOwn(value, '$item') && Object.keys(value).length === 1) {
    return value.$item?.json;
  }
  return value;
}
