/**
 * Owns the strip of the first run: four steps with the sample workflow, each ticks itself by what the server says. It
 * has its own place at the foot of the page, over nothing. `Skip` ends it for good.
 */
import type { WorkflowSummary } from '@rondo/api/schemas/workflow.ts';
import { Check } from 'lucide-react';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { addressOfPlace, type Place } from '../app/addresses.ts';
import { call, messageOf, queryClient, useApi, useSend } from '../app/api.ts';
import { skip, usePreferences } from '../app/preferences.ts';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { toast } from '../ui/toast.tsx';
import { type FirstStep, fixText, LOOP, NODE, SAMPLE, stepsOf } from './sample.ts';

const STRIP = 'first-steps';
const LOOKED = 'first-steps-looked';
const FAST_MS = 1_500;
const SLOW_MS = 10_000;

/** On Home and where the sample is shown; nowhere else. */
function isNear(place: Place, sample: WorkflowSummary): boolean {
  if (place.name === 'home' || place.name === 'workflows') return true;
  if (place.name === 'editor') return place.workflow === sample.id;
  return place.name === 'run' && place.run === sample.last?.id;
}

export function FirstSteps({ place }: { place: Place }) {
  const isSkipped = usePreferences((state) => state.skipped.includes(STRIP));
  const mayWrite = useMay('workflow:write');
  if (isSkipped || !mayWrite.allowed) return null;
  return <Strip place={place} />;
}

function Strip({ place }: { place: Place }) {
  const hasLooked = usePreferences((state) => state.skipped.includes(LOOKED));
  const { data } = useApi(
    'GET /workflows',
    { query: { limit: 20, search: SAMPLE } },
    { refetchInterval: (query) => (isMoving(query.state.data?.items) ? FAST_MS : SLOW_MS) },
  );
  const sample = data?.items.find((one) => one.name === SAMPLE);
  const [, navigate] = useLocation();
  const last = sample?.last ?? null;
  const isInside = place.name === 'run' && place.run === last?.id && place.loop !== null;
  useEffect(() => {
    if (isInside) skip(LOOKED);
  }, [isInside]);
  const start = useSend('POST /workflows/{id}/runs', {
    changes: ['GET /workflows', 'GET /runs'],
    onSuccess: (run) => navigate(addressOfPlace.run(run.id)),
    onError: (error) => toast(messageOf(error)),
  });
  const redrive = useSend('POST /runs/{id}/redrive', {
    changes: ['GET /workflows', 'GET /runs', 'GET /runs/{id}'],
    onError: (error) => toast(messageOf(error)),
  });
  if (sample === undefined || !isNear(place, sample)) return null;
  const steps = stepsOf(sample, hasLooked);
  const act: Record<FirstStep['id'], () => void> = {
    run: () => start.mutate({ params: { id: sample.id }, body: {} }),
    look: () => last !== null && navigate(addressOfPlace.loop(last.id, LOOP, { status: 'failed' })),
    fix: () => void fix(sample.id).then(() => navigate(addressOfPlace.node(sample.id, NODE))),
    rerun: () => last !== null && redrive.mutate({ params: { id: last.id }, body: { loop: LOOP, status: 'failed' } }),
  };
  const isDone = steps.every((step) => step.done);
  const current = steps.find((step) => !step.done);
  return (
    <aside
      aria-label="First steps"
      className="flex h-12 flex-none items-center gap-2 border-t border-line bg-surface px-4"
    >
      <ol className="flex min-w-0 flex-1 items-center gap-5">
        {steps.map((step, at) => (
          <li
            key={step.id}
            aria-current={step === current ? 'step' : undefined}
            className={classes('flex min-w-0 items-center gap-2', step !== current && 'text-ink3')}
          >
            <span
              className={classes(
                'grid size-5 flex-none place-items-center rounded-full border text-axis font-semibold',
                step === current ? 'border-ink' : 'border-line2',
              )}
            >
              {step.done ? <Check size={12} aria-label="done" /> : at + 1}
            </span>
            <span className="cut">{step.text}</span>
            {step === current && (
              <Button small busy={start.isPending || redrive.isPending} unless={step.unless} onClick={act[step.id]}>
                {step.button}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {isDone && <span className="text-ink2">That is all there is to know.</span>}
      <Button small kind="ghost" onClick={() => skip(STRIP)}>
        {isDone ? 'Close' : 'Skip'}
      </Button>
    </aside>
  );
}

function isMoving(items: readonly WorkflowSummary[] | undefined): boolean {
  return items?.some((one) => one.last?.status === 'running' || one.last?.status === 'queued') === true;
}

/** A new version of the file, in which only the one expression is another. */
async function fix(id: string): Promise<void> {
  try {
    const { text, version } = await call('GET /workflows/{id}', { params: { id }, query: {} });
    const body = { text: fixText(text), version, note: 'Says friend where there is no name' };
    await call('PUT /workflows/{id}', { params: { id }, body });
    await queryClient.invalidateQueries();
  } catch (error) {
    toast(messageOf(error));
  }
}
