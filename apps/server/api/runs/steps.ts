/**
 * Owns the steps of one iteration as the API shows them: from what its row keeps, from the journal while it runs, in
 * the order of the body. Changes nothing.
 */
import type { z } from 'zod';
import type { attempt, stepView } from '@rondo/api/schemas/run.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { type KeptAttempt, type KeptStep, keptSteps } from '@rondo/core/model/kept-step.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { IterationRow, LoopRecord, RunRecord } from '@rondo/core/ports.ts';
import type { ApiContext } from '../context.ts';
import { itemsOf } from './items.ts';
import { failureView } from './views.ts';

type StepView = z.input<typeof stepView>;
type AttemptView = z.input<typeof attempt>;

/** What of a row is shown at once; of more the rest is in the export. */
export const MOST_BYTES = 1_000_000;
export const MOST_ITEMS = 1_000;

export interface Steps {
  steps: StepView[];
  /** Of the iteration as a whole; absent: it was not begun anew. */
  tries?: AttemptView[];
}

/** `loops`: paths of the loops inside, by node. The last step's output is the iteration's own. */
export async function stepsOf(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  row: IterationRow,
  loops: ReadonlyMap<string, string>,
): Promise<Steps> {
  const kept = keptSteps(row.steps);
  const tries = kept.find(({ id }) => id === '')?.attempts?.map(attemptView);
  const known = new Map(kept.filter(({ id }) => id !== '').map((step) => [step.id, step]));
  const container = context.facts.step(run, loop.node)?.container;
  const body = container !== undefined && 'body' in container ? container.body.steps : [];
  const order = body.length > 0 ? body.map((step) => step.id) : [...known.keys()];
  const events = await eventsOf(context, run, loop, row);
  const failed = row.failure?.node;
  const before = ranBefore(body, failed);
  const steps = order.map((id): StepView => {
    const step = known.get(id);
    const isLast = row.status === 'completed' && (step === undefined ? id === order.at(-1) : step.result === true);
    const status =
      failed === id
        ? 'failed'
        : (events.get(id) ??
          step?.status ??
          (isLast ? 'completed' : before.has(id) ? 'completed' : ('skipped' as const)));
    // The step that made the iteration fail, be it a loop in which something failed.
    const isCause = status === 'failed' && row.status === 'failed' && step?.failure === undefined;
    const input = isCause ? (step?.input ?? inputOf(body, id, row, known)) : null;
    const { length } = row.output;
    return {
      id,
      title: context.facts.title(run, id),
      type: context.facts.step(run, id)?.type ?? '',
      status,
      output: isLast
        ? length > MOST_BYTES
          ? null
          : [itemsOf(row.output).slice(0, MOST_ITEMS)]
        : ((status === 'failed' ? null : step?.output) ?? null),
      cut: step?.cut === true || step?.counts !== undefined || (isLast && length > MOST_BYTES),
      failure: isCause ? failureView(row.failure) : failureView(step?.failure ?? null),
      loop: loops.get(id) ?? null,
      ...(step?.arguments === undefined ? {} : { arguments: step.arguments }),
      ...(step?.argumentsOf === undefined ? {} : { argumentsOf: step.argumentsOf }),
      ...(input === null ? {} : { input: input.slice(0, MOST_ITEMS) }),
      ...attemptsOf(step, status, body.length <= 1 ? row : null),
    };
  });
  return { steps, ...(tries === undefined ? {} : { tries }) };
}

/** `alone`: the row of an iteration whose only step this is; its time is the step's. */
function attemptsOf(
  step: KeptStep | undefined,
  status: StepView['status'],
  alone: IterationRow | null,
): Pick<StepView, 'attempts'> {
  if (step?.attempts !== undefined) return { attempts: step.attempts.map(attemptView) };
  if (status !== 'completed' && status !== 'failed') return {};
  const failed = status === 'failed';
  if (step?.at !== undefined && step.ms !== undefined)
    return { attempts: [{ number: 1, startMs: step.at, durationMs: step.ms, failed }] };
  if (alone === null || alone.attempts > 1) return {};
  return { attempts: [{ number: 1, startMs: 0, durationMs: alone.durationMs, failed }] };
}

function attemptView({ n, at, ms, failure }: KeptAttempt): AttemptView {
  const told = failureView(failure ?? null);
  return {
    number: n,
    startMs: at,
    durationMs: ms,
    failed: failure !== undefined,
    ...(told === null ? {} : { failure: told }),
  };
}

type State = StepView['status'];

/** Of an iteration in flight whose steps are journalled. */
async function eventsOf(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  row: IterationRow,
): Promise<ReadonlyMap<string, State>> {
  const events = new Map<string, State>();
  if (row.status !== 'running' && row.status !== 'waiting') return events;
  const frame = `${loop.path}[${row.index}]`;
  for (const event of await context.store.journal(run.id))
    if (event.step !== null && event.frame === frame) events.set(event.step, stateOf(event.type));
  return events;
}

/** Steps that gave the failed one its items: they were completed, also where a failed iteration does not keep them. */
function ranBefore(body: readonly Step[], failed: string | undefined): Set<string> {
  const found = new Set<string>();
  const open = body.filter(({ id }) => id === failed);
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    for (const { step: at } of step.inputs.flat()) {
      const source = body[at];
      if (source === undefined || found.has(source.id)) continue;
      found.add(source.id);
      open.push(source);
    }
  }
  return found;
}

/** What came to a step, from what its iteration was given and the steps before it gave; null: not all of it is kept. */
function inputOf(
  body: readonly Step[],
  id: string,
  row: IterationRow,
  known: ReadonlyMap<string, KeptStep>,
): Json[] | null {
  const step = body.find((one) => one.id === id);
  const own = (): Json[] | null => (row.input.length > MOST_BYTES ? null : itemsOf(row.input));
  if (step === undefined || step.inputs.flat().length === 0) return own();
  const found: Json[] = [];
  for (const { step: at, port } of step.inputs.flat()) {
    const source = at < 0 ? undefined : known.get(body[at]?.id ?? '');
    // A step that was skipped gave nothing.
    const items = at < 0 ? own() : source?.status === 'skipped' ? [] : (source?.output?.[port] ?? null);
    if (items === null) return null;
    found.push(...items);
  }
  return found;
}

function stateOf(type: string): State {
  switch (type) {
    case 'step-waiting':
      return 'waiting';
    case 'step-completed':
      return 'completed';
    case 'step-skipped':
      return 'skipped';
    case 'step-failed':
      return 'failed';
    default:
      return 'running';
  }
}
