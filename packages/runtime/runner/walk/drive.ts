/**
 * Owns driving a frame in the order of n8n: asks `next` which step runs, has it run, journals it, folds the answer.
 * A resumed walk is folded from the runs that the journal has, and goes on at the first that is missing.
 */
import { evolve, next, startWalk, type Arrival, type WalkCommand } from '@rondo/core/engine/walk.ts';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import type { Dataset, JournalEvent } from '@rondo/core/events.ts';
import { encodeItem } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { WalkGraph } from '@rondo/core/model/walk.ts';
import { checkStop, type RunContext } from '../context.ts';
import { countAll, countsOf, inline, readAll, type Feed } from '../dataset.ts';
import { feedsOf, pathIn, journalName, type Frame } from '../frame.ts';
import { copy, runStep } from '../steps/run-step.ts';
import { beginTrace } from '../trace.ts';
import { WalkHistory, type Stretch } from './history.ts';
import { callOf, turnOf, type Turn } from './loop-node.ts';

type RunCommand = WalkCommand & { do: 'run' };

/** What a run gave. */
interface Answer {
  output: Dataset;
  failure?: Failure;
  origins?: readonly Stretch[];
}

export async function driveWalk(context: RunContext, frame: Frame, graph: WalkGraph): Promise<void> {
  const { steps } = frame.region;
  const earlier = frame.recorded ? context.earlier.get(frame.path) : undefined;
  const walk = new WalkHistory(steps.length);
  frame.walk = walk;
  const start = startOf(context, frame, graph);
  if (start === undefined) return;
  const most = context.limits['walk.runs'];
  let state = startWalk(graph, start, countAll(frame.input));
  for (;;) {
    const command = next(state);
    if (command.do === 'complete') break;
    const step = walk.begin(steps[command.step] as Step, command.run, command.inputs, drivingOf(graph, command));
    if (state.total >= most) {
      const failed = limitFailure('walk.runs', most, pathIn(frame, step), 'connections that lead back without end?');
      throw new FailureError({ ...failed, node: step.id, retry: 'no' });
    }
    frame.current = step;
    const answer = await answerOf(context, frame, graph, command, step, earlier);
    if (answer === null) state = evolve(graph, state, { type: 'ended' });
    else {
      walk.add(step, { sources: step.inputs, ...answer });
      frame.outputs[step.index] = answer.output;
      state = evolve(graph, state, { type: 'completed', counts: countsOf(answer.output) });
    }
  }
  walk.run = 0;
  delete frame.current;
  if (frame.recorded) context.earlier.delete(frame.path);
}

/** The trigger that was asked for; for a workflow that is called, the one for that; else the first. */
function startOf(context: RunContext, frame: Frame, graph: WalkGraph): number | undefined {
  const { steps } = frame.region;
  const { trigger } = context.options;
  const asked =
    frame.depth > 0
      ? graph.starts.find((index) => steps[index]?.type === 'workflow-trigger')
      : trigger === null
        ? undefined
        : steps.findIndex((step) => step.id === trigger);
  return asked ?? graph.starts[0];
}

/** The input whose items the step goes through: the first that has any; of old the first. */
function drivingOf(graph: WalkGraph, { inputs }: RunCommand): Arrival | null {
  const first = inputs[0] ?? null;
  if (graph.order === 'v0') return first;
  return inputs.find((one) => one !== null && one.count > 0) ?? first;
}

/** Null: the branch ends, as if it had not run. */
async function answerOf(
  context: RunContext,
  frame: Frame,
  graph: WalkGraph,
  command: RunCommand,
  step: Step,
  earlier: ReadonlyMap<string, JournalEvent> | undefined,
): Promise<Answer | null> {
  const key = journalName(frame, step);
  const before = earlier?.get(key);
  const isLoop = graph.steps[step.index]?.body !== undefined && !step.disabled && !isPinned(context, frame, step);
  if (before?.type === 'step-completed') {
    const { output, failure } = before;
    const turn = isLoop && before.call !== undefined ? turnOf(frame, graph, step, command, before.call) : null;
    return {
      output,
      ...(failure === undefined ? {} : { failure }),
      ...(turn === null ? {} : { origins: turn.origins }),
    };
  }
  if (frame.recorded || context.stop.signal.aborted) checkStop(context.stop);
  const started = context.clock.monotonic();
  context.stats.steps += 1;
  const trace = beginTrace(frame, step, started);
  if (frame.recorded) context.event({ type: 'step-started', frame: frame.path, step: key });
  try {
    const call = isLoop ? await callOf(context, frame, step) : null;
    const turn = call === null ? null : turnOf(frame, graph, step, command, call);
    const given = turn === null ? await perform(context, frame, graph, command, step) : await turnAnswer(context, turn);
    if (trace !== null) trace.ms = context.clock.monotonic() - started;
    // Also what gave nothing at all is filled.
    if (given === null && !step.alwaysOutput) return null;
    const answer: Answer = { ...given, output: await filled(context, frame, step, given?.output ?? inline()) };
    if (frame.recorded) {
      const { output, failure } = answer;
      const durationMs = context.clock.monotonic() - started;
      const more = { ...(failure === undefined ? {} : { failure }), ...(call === null ? {} : { call }) };
      context.event({ type: 'step-completed', frame: frame.path, step: key, output, durationMs, ...more });
      context.fault('journal-written');
    }
    return answer;
  } catch (error) {
    if (error instanceof FailureError) {
      error.failure.node ??= step.id;
      error.failure.path ??= pathIn(frame, step);
      if (trace !== null) {
        trace.ms = context.clock.monotonic() - started;
        trace.failure = error.failure;
      }
      frame.walk?.add(step, { sources: step.inputs, output: inline(), failure: error.failure });
      if (frame.recorded) context.event({ type: 'step-failed', frame: frame.path, step: key, failure: error.failure });
    }
    throw error;
  }
}

const isPinned = (context: RunContext, frame: Frame, step: Step): boolean =>
  frame.depth === 0 && context.options.pins.has(step.id);

async function turnAnswer(context: RunContext, turn: Turn): Promise<Answer | null> {
  return turn.gives === 'nothing' ? null : { output: await turn.read(context), origins: turn.origins };
}

/** Null: it is not run, as there is nothing for it. */
async function perform(
  context: RunContext,
  frame: Frame,
  graph: WalkGraph,
  { inputs }: RunCommand,
  step: Step,
): Promise<Answer | null> {
  const [first = null] = inputs;
  const { driving } = frame.walk as WalkHistory;
  const isGiven = first?.step === -1 || isPinned(context, frame, step);
  if (!isGiven && (step.disabled ? first === null : driving === null || driving.count === 0)) return null;
  if (step.disabled && graph.steps[step.index]?.body !== undefined)
    return { output: await passed(context, frame, step) };
  try {
    return { output: await runStep(context, frame, step) };
  } catch (error) {
    // What a node cannot put down to an item fails it as a whole; when it is to continue, it gives its input on.
    const { onError } = step.loop;
    if (!(error instanceof FailureError) || !['item', 'port', 'pass'].includes(onError)) throw error;
    const failure = {
      ...error.failure,
      node: error.failure.node ?? step.id,
      path: error.failure.path ?? pathIn(frame, step),
    };
    return { output: await copy(context, frame, step), failure };
  }
}

/** A loop node that is disabled gives its items on by its first output, which is another one in older versions. */
async function passed(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const items = await readAll(context, feedsOf(frame, step.inputs[0] ?? []), pathIn(frame, step));
  const version = step.params.version;
  const isOld = version?.kind === 'literal' && (version.value === 1 || version.value === 2);
  return isOld ? inline([], items) : inline(items);
}

/** `alwaysOutput`: one empty item on the first output, made from all that came. */
async function filled(context: RunContext, frame: Frame, step: Step, output: Dataset): Promise<Dataset> {
  if (!step.alwaysOutput || (countsOf(output)[0] ?? 0) > 0) return output;
  const count = countAll(step.inputs.flatMap((sources) => feedsOf(frame, sources)));
  const item = encodeItem({ json: {}, from: Array.from({ length: Math.min(count, 1000) }, (_, i) => i) });
  const others = await Promise.all(
    countsOf(output)
      .slice(1)
      .map((_, at) => readAll(context, [{ dataset: output, port: at + 1 }], pathIn(frame, step))),
  );
  return inline([item], ...others);
}

/** What a walk gives: all outputs of the step that ran last. */
export function lastFeeds(frame: Frame, walk: WalkHistory): Feed[] {
  const { last } = walk;
  const record = last === null ? undefined : walk.runs[last.step]?.[last.run];
  if (last === null || record === undefined) return [];
  const { output } = record;
  const { outputs = [], type } = frame.region.steps[last.step] ?? {};
  // A calling node has one output, and what a Filter discards leaves by none that n8n draws.
  const ports = frame.depth > 0 || type === 'filter' ? outputs.slice(0, 1) : outputs;
  return ports.map((_, port) => ({ dataset: output, port })).filter(({ port }) => (countsOf(output)[port] ?? 0) > 0);
}
