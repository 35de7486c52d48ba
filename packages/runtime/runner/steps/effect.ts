/**
 * Owns nodes that act on the world, one unit at a time: parameters from the evaluator, the
 * call of the node, durable waits. Loops are concurrent.ts.
 */
import { Defect, FailureError, type Failure } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import {
  decodeItem,
  encodeItem,
  ITEM_SEPARATOR,
  joinPorts,
  splitItems,
  splitPorts,
  type Item,
  type Json,
} from '@rondo/core/model/item.ts';
import { limitFailure, type LimitName } from '@rondo/core/model/limits.ts';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { EffectResult, NodeType } from '@rondo/core/model/node-type.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { ProgramContext } from '@rondo/core/ports.ts';
import { attempt, failedAttempts } from '../attempt.ts';
import { checkStop, sleepOrStop, type RunContext } from '../context.ts';
import { countAll, inline, readAll } from '../dataset.ts';
import { attemptDoors, type Doors } from '../doors.ts';
import { evaluate, parameterSource } from '../evaluate.ts';
import { feedsOf, journalName, pathIn, type Frame } from '../frame.ts';
import { readsInput, scopeSource } from '../lineage.ts';
import { variablesOf } from '../loop-variables.ts';
import { contextFor, templateProgram } from '../programs.ts';
import type { StepTrace } from '../trace.ts';
import { againOf, fallbackOf } from './fallback.ts';
import { compileNever } from './page-templates.ts';
import { runCode } from './run-code.ts';
import { runWorkflow } from './sub-workflow.ts';
import { concurrentLoop, firstItem, type UnitValue, type UnitWork } from './concurrent.ts';

/** Waits shorter than this do not show as a waiting run. */
const SHOWN_WAIT_MS = 1000;

export interface Caller {
  (call: {
    items: string[];
    index: number;
    attempt: number;
    carry: Json | undefined;
    received?: Json | undefined;
    signal: AbortSignal;
    doors: Doors;
    log: (line: string) => void /** Of the unit among the input's units, where that is not `index`. */;
    position?: number;
  }): Promise<EffectResult>;
}

/** A way to call the node of a step for one unit. */
export async function effectCaller(context: RunContext, frame: Frame, step: Step): Promise<Caller> {
  const type = context.registry.get(step.type) as NodeType;
  const { run } = type;
  if (run === undefined) throw new Defect(`node type ${step.type} has no run`);
  const path = pathIn(frame, step);
  const scopes = await scopeSource(
    context,
    frame,
    step.references,
    path,
    step.inputs[0] ?? [],
    false,
    readsInput(step),
  );
  const parameters = parameterSource(context, frame, step);
  const variables = variablesOf(context, frame);
  const limit = (name: string): number => context.limits[name as LimitName];
  // Every call of a workflow from here has a place of its own, the same after a resume.
  const calls = new Map<string, number>();
  const workflow =
    (where: string, doors: Doors): EffectPorts['workflow'] =>
    async (reference, input) => {
      const nth = calls.get(where) ?? 0;
      calls.set(where, nth + 1);
      const { constants } = frame.owner;
      return runWorkflow(context, `${where}.${nth}`, frame.depth + 1, reference, input, doors, constants);
    };
  return async ({ items, index, attempt: n, carry, received, signal, log, doors, position = index }) => {
    const scope = await scopes(position, 1, step.loop.size);
    const where = `${path}[${index}]`;
    const idempotencyKey = `${context.runId}/${where}`;
    const given = await parameters(items, index, scope);
    doors.given(given);
    // The last moment to notice that this process slept while another took the run over.
    const unsure = context.leaseWatch.assure();
    if (unsure !== null) await unsure;
    const answer = run({
      params: given,
      items: items.map(decodeItem),
      carry,
      ...(received === undefined ? {} : { received }),
      index,
      attempt: n,
      idempotencyKey,
      signal,
      ports: {
        ...context.ports,
        variables,
        code: (request) => runCode(context, frame, request),
        limit,
        log: (line) => log(context.redactor.text(line)),
        answer: (text) => doors.answer(context.redactor.text(text)),
        respond: (response) => context.report({ type: 'respond', response }),
        usage: doors.use,
        workflow: workflow(`${where}/${n}`, doors),
        signal: async (name) => {
          const token = await context.signals.token(`${idempotencyKey}/${name}`);
          return { token, url: context.signalUrl?.(token) ?? null };
        },
      },
      evaluate: (template, names) => extra(context, frame, step, template, names, items, index, scope),
    });
    return answer.catch((error: unknown) => {
      if (!(error instanceof FailureError)) throw error;
      throw new FailureError(context.redactor.json(error.failure));
    });
  };
}

async function extra(
  context: RunContext,
  frame: Frame,
  step: Step,
  template: Json,
  names: Record<string, Json>,
  items: readonly string[],
  index: number,
  scope: ProgramContext,
): Promise<Json> {
  const compiled = compileNever(template, frame.owner.dialect);
  if (compiled.kind === 'literal') return compiled.value;
  const program = templateProgram(context, frame, `extra:${step.id}:${JSON.stringify(template)}`, [
    ['value', compiled],
  ]);
  const values = await evaluate(context, program, items.slice(0, 1), index, { ...scope, names });
  return values.value ?? null;
}

/** Items as wire text, checked against item.bytes. */
export function encodeOutput(context: RunContext, result: EffectResult, where: string): string {
  const most = context.limits['item.bytes'];
  const ports: Item[][] = result.ports ?? [result.items ?? []];
  return joinPorts(
    ports.map((items) =>
      items.map((item) => {
        const text = context.redactor.text(encodeItem(item));
        if (text.length > most)
          throw new FailureError({
            ...limitFailure('item.bytes', most, where, `an item has ${text.length}`),
            retry: 'no',
          });
        return text;
      }),
    ),
  );
}

export async function runEffect(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const caller = await effectCaller(context, frame, step);
  const path = pathIn(frame, step);
  const earlier = context.earlier.get(frame.path)?.get(journalName(frame, step));
  const due = earlier?.type === 'step-waiting' ? earlier : null;
  const work: UnitWork = async (items, index, n, signal, doors) => {
    const log = (line: string): void => {
      doors.log(line);
      context.report({ type: 'log', node: step.id, line });
    };
    let carry: Json | undefined;
    if (due !== null && due.type === 'step-waiting') {
      await sleepOrStop(context, Math.max(0, due.until - context.clock.now()));
      carry = due.carry === null ? undefined : (JSON.parse(due.carry) as Json);
    }
    let received: Json | undefined;
    for (;;) {
      const result = await caller({ items, index, attempt: n, carry, received, signal, log, doors });
      const { waitFor, waitUntil: until } = result;
      if (until === undefined && waitFor === undefined) {
        return { output: encodeOutput(context, result, `${path}[${index}]`), steps: '' };
      }
      carry = result.carry;
      if (waitFor === undefined) await waitUntil(context, frame, step, until ?? 0, carry);
      else received = await waitForSignal(context, frame, step, `${path}[${index}]`, waitFor, until, carry);
    }
  };
  return runEffectful(context, frame, step, work);
}

/** Holds nothing but its place in the loop while it waits; the run shows as waiting. */
async function waitForSignal(
  context: RunContext,
  frame: Frame,
  step: Step,
  where: string,
  name: string,
  until: number | undefined,
  carry: Json | undefined,
): Promise<Json | undefined> {
  const token = await context.signals.token(`${context.runId}/${where}/${name}`);
  if (frame.recorded) {
    const kept = carry === undefined ? null : JSON.stringify(carry);
    context.event({ type: 'step-waiting', frame: frame.path, step: journalName(frame, step), until: 0, carry: kept });
  }
  context.report({ type: 'signal', path: where, name, token, url: context.signalUrl?.(token) ?? null });
  if (frame.path === '') context.writer.run({ status: 'waiting' });
  const ended = new AbortController();
  const forget = context.stop.onChange(() => ended.abort());
  try {
    checkStop(context.stop);
    return await context.signals.wait(token, until, ended.signal).catch((error: unknown) => {
      checkStop(context.stop);
      throw error;
    });
  } finally {
    forget();
    if (frame.path === '') context.writer.run({ status: 'running' });
  }
}

async function waitUntil(
  context: RunContext,
  frame: Frame,
  step: Step,
  until: number,
  carry: Json | undefined,
): Promise<void> {
  const ms = until - context.clock.now();
  if (ms <= 0) return;
  if (frame.recorded) {
    context.event({
      type: 'step-waiting',
      frame: frame.path,
      step: journalName(frame, step),
      until,
      carry: carry === undefined ? null : JSON.stringify(carry),
    });
  }
  const shown = ms >= SHOWN_WAIT_MS && frame.path === '';
  if (shown) context.writer.run({ status: 'waiting' });
  await sleepOrStop(context, ms);
  if (shown) context.writer.run({ status: 'running' });
}

/** A step whose units go one by one. At the top, or with several units, it is a loop in the ledger. */
export async function runEffectful(context: RunContext, frame: Frame, step: Step, work: UnitWork): Promise<Dataset> {
  const feeds = feedsOf(frame, step.inputs[0] ?? []);
  const path = pathIn(frame, step);
  const { loop } = step;
  const count = countAll(feeds);
  const stopWhen = await breakCondition(context, frame, step);
  if (frame.path !== '' && count <= Math.min(loop.size, 100_000) && stopWhen === null && loop.rate === null) {
    return single(context, frame, step, await readAll(context, feeds, path), work);
  }
  const fallback = fallbackOf(context, frame, step);
  const again = againOf(context, frame, step);
  const job = { path, feeds, ports: step.outputs.length, work, stopWhen, fallback, again, doors: frame.doors };
  return (await concurrentLoop(context, step, job)).dataset;
}

/** What the unit is given is noted with its step. */
function noted(around: Doors, trace: StepTrace): Doors {
  return {
    ...around,
    given: (params) => {
      trace.given = params;
    },
  };
}

/** One unit inside an iteration: part of that iteration's row. */
async function single(
  context: RunContext,
  frame: Frame,
  step: Step,
  items: string[],
  work: UnitWork,
): Promise<Dataset> {
  const path = pathIn(frame, step);
  const trace = frame.traces?.[step.index];
  const doors = trace === undefined ? frame.doors : noted(frame.doors, trace);
  const doorsFor = attemptDoors(doors, step.loop.retry.times);
  const tried = await attempt<UnitValue>(
    step.loop,
    context.clock,
    context.stop.signal,
    path,
    (n, signal) => work(items, 0, n, signal, doorsFor(n)),
    null,
    againOf(context, frame, step)(items, 0),
    context.limits['iteration.attempts'],
  );
  if (trace !== undefined && tried.tries !== null) {
    trace.tries = tried.tries;
    trace.items = items;
  }
  context.stats.exceptions += failedAttempts(step, tried);
  const byPort = (output: string): Dataset => {
    const ports = splitPorts(output).map(splitItems);
    return inline(...step.outputs.map((_, port) => ports[port] ?? []));
  };
  if (tried.value !== null) return byPort(tried.value.output);
  const fallback = fallbackOf(context, frame, step);
  if (fallback !== null && tried.failure !== null) return byPort(await fallback(tried.failure, items, 0));
  if (step.loop.onError === 'stop')
    throw new FailureError({ ...(tried.failure as Failure), node: tried.failure?.node ?? step.id, path });
  return inline(step.loop.onError === 'null' ? ['null'] : [], ...step.outputs.slice(1).map(() => []));
}

/** `stopWhen` as a question about one iteration's output. */
export async function breakCondition(
  context: RunContext,
  frame: Frame,
  step: Step,
): Promise<((output: string, index: number) => Promise<boolean>) | null> {
  const template = step.loopTemplates.stopWhen;
  if (template === undefined) return null;
  const scope = await contextFor(context, frame, step.references, pathIn(frame, step));
  const program = templateProgram(context, frame, `stopWhen:${step.id}`, [['value', template]]);
  return async (output, index) => {
    const view = { item: null, index, count: null, previous: null, node: step.id };
    const values = await evaluate(context, program, [firstItem(output).split(ITEM_SEPARATOR)[0] as string], index, {
      ...scope,
      loops: [view, ...frame.loops],
    });
    return Boolean(values.value);
  };
}
