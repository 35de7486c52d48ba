/**
 * Owns what the row of an iteration says of the steps inside: when they ran and how often they were tried, and of
 * a failed iteration what they were given. Steps leave notes while they run; text is made when the iteration is
 * settled. Does not run steps and does not decide what is tried again (attempt.ts).
 */
import type { Failure } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import { itemFromWire, type Json } from '@rondo/core/model/item.ts';
import type { KeptAttempt, KeptStep } from '@rondo/core/model/kept-step.ts';
import type { Source, Step } from '@rondo/core/model/plan.ts';
import { shortened, shortenedList } from '@rondo/core/model/shortened.ts';
import type { Tried, Try } from './attempt.ts';
import type { RunContext } from './context.ts';
import type { Notes } from './doors.ts';
import type { Frame } from './frame.ts';

/** Notes of one step of a frame. Nothing is copied: most of it is never asked for. */
export interface StepTrace {
  /** On the monotonic clock. */
  at: number;
  /** Null while it runs. */
  ms: number | null;
  tries: readonly Try[] | null;
  /** What its parameters came to, of the last attempt. */
  given: Record<string, Json> | null;
  /** Item texts of the unit that failed. */
  items: readonly string[] | null;
  failure: Failure | null;
}

/** A frame whose steps are remembered: that of an iteration. */
export function beginTrace(frame: Frame, step: Step, at: number): StepTrace | null {
  if (frame.traces === undefined) return null;
  const trace: StepTrace = { at, ms: null, tries: null, given: null, items: null, failure: null };
  frame.traces[step.index] = trace;
  return trace;
}

/** Of an iteration that completed. Empty: its only step ran once, and gave what the iteration gave. */
export function stepsText(context: RunContext, frame: Frame): string {
  const [result, ...others] = frame.region.results;
  const last = others.length === 0 ? frame.region.steps[result?.step ?? -1] : undefined;
  // What it gave on its other outputs would be known nowhere else.
  const sole = last !== undefined && (last.outputs.length === 1 || last.container !== undefined) ? last : null;
  const alone = sole !== null && frame.region.steps.length === 1;
  if (alone && frame.traces?.[sole.index]?.tries == null) return '';
  const told = (step: Step, cut: boolean): KeptStep => {
    const output = frame.outputs[step.index] ?? null;
    const trace = frame.traces?.[step.index];
    const given = step === sole && output !== null ? { result: true } : cut ? { cut: true } : contentsOf(output);
    return { id: step.id, status: statusOf(output, trace), ...given, ...timesOf(context, frame, trace), ...own(trace) };
  };
  const text = JSON.stringify(frame.region.steps.map((step) => told(step, false)));
  if (text.length <= context.limits['iteration.steps']) return text;
  return JSON.stringify(frame.region.steps.map((step) => told(step, true)));
}

/** Of one that failed, or is given up: all that ran, and what each was given. */
function failedStepsText(context: RunContext, frame: Frame): string {
  const told = (cut: boolean): string =>
    JSON.stringify(
      frame.region.steps.flatMap((step): KeptStep[] => {
        const output = frame.outputs[step.index];
        const trace = frame.traces?.[step.index];
        // What comes after the one that failed.
        if (output === undefined && trace === undefined) return [];
        const failed = trace !== undefined && (trace.failure !== null || trace.ms === null);
        const contents = failed ? {} : cut ? { cut: true } : contentsOf(output ?? null);
        return [
          {
            id: step.id,
            status: failed ? 'failed' : statusOf(output ?? null, trace),
            ...contents,
            ...timesOf(context, frame, trace),
            ...(failed || !cut ? argumentsOf(context, step, trace?.given ?? null) : {}),
            ...(failed ? inputOf(context, frame, step, trace, cut) : own(trace)),
          },
        ];
      }),
    );
  const text = told(false);
  if (text.length <= context.limits['iteration.steps']) return text === '[]' ? '' : text;
  return told(true);
}

/** The text for the row of an iteration that failed. */
export function failedText(
  context: RunContext,
  step: Step,
  notes: Notes,
  tried: Pick<Tried<unknown>, 'tries'>,
): string {
  const { frame, since } = notes;
  const tries = tried.tries ?? [];
  if (frame !== null) return withAttempts(context, failedStepsText(context, frame), 'failed', tries, since);
  if (step.container !== undefined) return withAttempts(context, '', 'failed', tries, since);
  const [first] = tries;
  if (first === undefined) return '';
  const end = tries.at(-1) ?? first;
  const one: KeptStep = {
    id: step.id,
    status: 'failed',
    at: tenths(first.at - since),
    ms: tenths(end.at + end.ms - first.at),
    ...attemptsOf(context, tries, since),
    ...argumentsOf(context, step, notes.params),
  };
  return JSON.stringify([one]);
}

/** The text for the row of an iteration that completed: `steps`, and the attempts where there were several. */
export function completedText(
  context: RunContext,
  step: Step,
  notes: Notes,
  tried: Pick<Tried<unknown>, 'tries'>,
  steps: string,
): string {
  const { tries } = tried;
  if (tries === null) return steps;
  if (step.container !== undefined) return withAttempts(context, steps, 'completed', tries, notes.since);
  const one: KeptStep = {
    id: step.id,
    status: 'completed',
    result: true,
    ...attemptsOf(context, tries, notes.since),
  };
  return JSON.stringify([one]);
}

/** Attempts that began the whole iteration anew are told before its steps. */
function withAttempts(
  context: RunContext,
  steps: string,
  status: KeptStep['status'],
  tries: readonly Try[],
  since: number,
): string {
  if (tries.length < 2) return steps;
  const whole: KeptStep = { id: '', status, ...attemptsOf(context, tries, since) };
  return `[${JSON.stringify(whole)}${steps === '' ? '' : `,${steps.slice(1, -1)}`}]`;
}

function statusOf(output: Dataset | null, trace: StepTrace | undefined): KeptStep['status'] {
  if (output !== null) return 'completed';
  return trace?.failure == null ? 'skipped' : 'failed';
}

/** Of a step that failed in an iteration that did not: the row does not say why. */
function own(trace: StepTrace | undefined): Pick<KeptStep, 'failure'> {
  return trace?.failure == null ? {} : { failure: toldOf(trace.failure) as Failure };
}

function contentsOf(output: Dataset | null): Pick<KeptStep, 'output' | 'counts'> {
  if (output === null) return {};
  if (output.kind === 'rows') return { counts: output.counts };
  return { output: output.ports.map((items) => items.map(jsonOf)) };
}

const jsonOf = (text: string): Json => itemFromWire(JSON.parse(text) as Json).json;

function timesOf(
  context: RunContext,
  frame: Frame,
  trace: StepTrace | undefined,
): Pick<KeptStep, 'at' | 'ms' | 'attempts'> {
  if (trace === undefined) return {};
  const { since } = frame.doors;
  const ms = trace.ms ?? context.clock.monotonic() - trace.at;
  const times = { at: tenths(trace.at - since), ms: tenths(ms) };
  return trace.tries === null ? times : { ...times, ...attemptsOf(context, trace.tries, since) };
}

const tenths = (ms: number): number => Math.max(0, Math.round(ms * 10) / 10);

const MESSAGE_CHARS = 2_000;

function attemptsOf(context: RunContext, tries: readonly Try[], since: number): Pick<KeptStep, 'attempts'> {
  const [first] = tries;
  if (first === undefined || (tries.length === 1 && first.n === 1)) return {};
  return {
    attempts: tries.map(({ n, at, ms, failure }): KeptAttempt => {
      const why = failure === null ? {} : { failure: context.redactor.json(toldOf(failure)) };
      return { n, at: tenths(at - since), ms: tenths(ms), ...why };
    }),
  };
}

function toldOf({ code, message, data }: Failure): NonNullable<KeptAttempt['failure']> {
  const said = message.length > MESSAGE_CHARS ? `${message.slice(0, MESSAGE_CHARS)}…` : message;
  return { code, message: said, ...(data === undefined ? {} : { data }) };
}

/** What the parameters came to. Source code is no argument: the definition has it. */
function argumentsOf(
  context: RunContext,
  step: Step,
  given: Record<string, Json> | null,
): Pick<KeptStep, 'arguments' | 'argumentsOf'> {
  if (given === null) return {};
  const declared = context.registry.get(step.type)?.parameters ?? {};
  const shown = Object.entries(given).filter(([name]) => declared[name]?.type !== 'code');
  const { value, chars } = shortened(
    context.redactor.json(Object.fromEntries(shown)),
    context.limits['iteration.arguments'],
  );
  return { arguments: value as Record<string, Json>, ...(chars === null ? {} : { argumentsOf: chars }) };
}

/** What came to the failed step, unless it is at hand in what else is kept. */
function inputOf(
  context: RunContext,
  frame: Frame,
  step: Step,
  trace: StepTrace | undefined,
  cut: boolean,
): Pick<KeptStep, 'input'> {
  const items = trace?.items ?? null;
  if (items === null) return {};
  const isKept = ({ step: at }: Source): boolean => at < 0 || (!cut && frame.outputs[at]?.kind === 'inline');
  if (frame.walk === undefined && (step.inputs[0] ?? []).every(isKept)) return {};
  return { input: context.redactor.json(shortenedList(items, context.limits['iteration.arguments']).map(jsonOf)) };
}
