/**
 * Owns what happened in a run over its time besides iterations: its nodes outside loops, what people did with it, and
 * the re-runs of its loops. Reads bounded parts of the store. Changes nothing.
 */
import type { z } from 'zod';
import type { rerun, timeline } from '@rondo/api/schemas/run.ts';
import { hasEnded, type LoopRecord, type RunRecord } from '@rondo/core/ports.ts';
import type { ApiContext } from '../context.ts';
import { loopsIn } from './views.ts';

type View = z.input<typeof timeline>;
type StepRow = View['steps'][number];

/** A walk runs nodes as often as it likes; nobody looks through more lines. */
const MOST_STEPS = 500;
const MOST_REDONE = 100_000;

export async function timelineOf(context: ApiContext, run: RunRecord): Promise<View> {
  const loops = new Set((await loopsIn(context, run.id, '')).map((loop) => loop.path));
  const steps = new Map<string, StepRow>();
  for (const event of await context.store.journal(run.id)) {
    const { step } = event;
    if (event.frame !== '' || step === null || loops.has(step)) continue;
    // Steps of a walk carry the number of their run: `fetch@2`.
    const node = step.replace(/@\d+$/, '');
    const known = steps.get(step);
    if (known === undefined && steps.size >= MOST_STEPS) continue;
    const row: StepRow = known ?? {
      node,
      title: context.facts.title(run, node),
      type: context.facts.step(run, node)?.type ?? '',
      status: 'running',
      startedAt: event.type === 'step-completed' ? event.at - event.durationMs : event.at,
      endedAt: null,
    };
    row.status = event.type === 'step-started' ? 'running' : statusOf(event.type);
    row.endedAt = row.status === 'running' || row.status === 'waiting' ? null : event.at;
    steps.set(step, row);
  }
  const rows = [...steps.values()].filter((row) => row.status !== 'skipped');
  if (hasEnded(run.status)) for (const row of rows) row.endedAt ??= run.finishedAt;
  return { steps: rows.sort((a, b) => a.startedAt - b.startedAt), marks: marksOf(context, run) };
}

function statusOf(type: 'step-waiting' | 'step-completed' | 'step-skipped' | 'step-failed'): StepRow['status'] {
  return type.slice('step-'.length) as StepRow['status'];
}

function marksOf(context: ApiContext, run: RunRecord): View['marks'] {
  return context.marks.of(run.id) as View['marks'];
}

export async function rerunsOf(
  { store }: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
): Promise<z.input<typeof rerun>[]> {
  const reruns = await store.reruns(run.id, loop.key);
  return Promise.all(
    reruns.map(async (one, at) => {
      if (at > 0) return { ...one, now: null };
      const counts = await Promise.all(
        (['completed', 'failed'] as const).map(
          async (status) =>
            (await store.indices(run.id, loop.key, { rerun: one.number, status, limit: MOST_REDONE })).length,
        ),
      );
      const [completed = 0, failed = 0] = counts;
      return { ...one, now: { completed, failed, other: Math.max(0, one.count - completed - failed) } };
    }),
  );
}
