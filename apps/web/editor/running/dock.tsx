/** Owns the dock: the run that the canvas shows, its biggest loop as a Score of 16 rows, its causes. `.` folds it. */
import { ChevronDown, ChevronUp, RotateCw, X } from 'lucide-react';
import { useLocation } from 'wouter';
import { addressOfPlace } from '../../app/addresses.ts';
import { queryClient, useApi } from '../../app/api.ts';
import { setSize, usePreferences } from '../../app/preferences.ts';
import { MiniScore } from '../../score/mini-score.tsx';
import { Asked } from '../../run/ask.tsx';
import { useRerun } from '../../run/rerun.ts';
import { Button, ButtonLink, IconButton } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { count, counted, duration, percent } from '../../ui/format.ts';
import { StatusChip, StatusShape } from '../../ui/status.tsx';
import { setView } from '../canvas/view.ts';
import { elementOf } from '../scene/words.ts';
import type { ShownRun } from './use-shown-run.ts';

const CAUSES = 3;

export function Dock({ shown }: { shown: ShownRun }) {
  const { run, main, ended } = shown;
  const open = usePreferences((state) => state.sizes['dock'] ?? 1) !== 0;
  const [, navigate] = useLocation();
  const params = { id: run.id, path: main?.path ?? '' };
  const asked = { enabled: main !== null, staleTime: 2_000 };
  const { data: score } = useApi('GET /runs/{id}/loops/{path}/score', { params, query: {} }, asked);
  const { data } = useApi(
    'GET /runs/{id}/loops/{path}/causes',
    { params },
    { ...asked, enabled: main !== null && main.failed > 0 },
  );
  const rerun = useRerun(run, () => void queryClient.invalidateQueries({ queryKey: ['GET /runs/{id}'] }));
  const causes = main !== null && main.failed > 0 ? (data?.causes ?? []) : [];
  const done = main === null ? 0 : main.completed + main.failed + main.skipped;
  // Failures are never averaged away: what is said to be done, is completed.
  const completed = main?.completed ?? 0;
  const share = main?.total == null ? null : percent(completed, main.total);
  const noun = main === null ? '' : nounOf(main.title);
  const where = main === null ? addressOfPlace.run(run.id) : addressOfPlace.loop(run.id, main.path);
  const toggle = (
    <span className="flex">
      <IconButton
        small
        label={open ? 'Fold the dock' : 'Unfold the dock'}
        keys="."
        icon={open ? <ChevronDown size={14} aria-hidden /> : <ChevronUp size={14} aria-hidden />}
        onClick={() => setSize('dock', open ? 0 : 1)}
      />
      {ended && (
        <IconButton
          small
          label="Show no run"
          icon={<X size={14} aria-hidden />}
          onClick={() => setView({ run: '', facts: new Map() })}
        />
      )}
    </span>
  );
  const title = (
    <span className="flex items-center gap-2">
      <b className="text-section font-semibold" title={run.id}>
        Run {run.id.slice(-4).toUpperCase()}
      </b>
      <StatusChip status={run.status}>
        {run.control === 'pause'
          ? 'pausing'
          : run.status === 'completed' && (main?.failed ?? 0) > 0
            ? 'completed with failures'
            : undefined}
      </StatusChip>
    </span>
  );
  if (!open) {
    return (
      <section
        aria-label="Run"
        className="absolute inset-x-4 bottom-4 z-10 flex h-9 items-center gap-4 rounded-card border border-line bg-surface px-4 text-meta shadow-2"
      >
        {title}
        {main !== null && (
          <span>
            <b className="font-semibold">{share ?? count(completed)}</b>{' '}
            {main.total === null ? '' : `${count(completed)} of ${count(main.total)} ${noun}`}
          </span>
        )}
        {main !== null && main.failed > 0 && (
          <span className="inline-flex items-center gap-1 text-failed">
            <StatusShape status="failed" size={10} /> {count(main.failed)} failed
          </span>
        )}
        <span className="flex-1" />
        <ButtonLink small kind="ghost" href={where}>
          Open run
        </ButtonLink>
        {toggle}
      </section>
    );
  }
  return (
    <section
      aria-label="Run"
      className="absolute inset-x-4 bottom-4 z-10 grid h-36 grid-cols-[244px_minmax(0,1fr)_292px] gap-5 rounded-card border border-line bg-surface px-4 pt-2.5 pb-3 shadow-2"
    >
      <Asked />
      <div className="min-w-0">
        {title}
        {main === null ? (
          <p className="mt-2 text-meta text-ink2">
            {run.failure !== null
              ? run.failure.message.slice(0, 140)
              : ended
                ? 'It had no loops.'
                : run.status === 'queued'
                  ? 'Waiting for a runner.'
                  : 'No loop has begun yet.'}
          </p>
        ) : (
          <>
            <p className="text-number leading-[30px] font-semibold tracking-[-0.3px]">{share ?? count(completed)}</p>
            <p className="cut text-meta text-ink2">
              {main.total === null
                ? `${count(completed)} ${noun} so far`
                : `${count(completed)} of ${count(main.total)} ${noun}`}
            </p>
            <p className="cut text-meta text-ink3">
              {ended
                ? `in ${duration(main.durationMs)}`
                : `${duration(main.durationMs)} so far${main.leftMs === null ? '' : `, ${duration(main.leftMs)} left`}`}
            </p>
          </>
        )}
      </div>
      <div className="min-w-0">
        {main !== null && score !== undefined && (
          <>
            <button
              type="button"
              className="block w-full text-left"
              aria-label="Open this place in the run"
              onClick={(event) => {
                const box = event.currentTarget.getBoundingClientRect();
                const index = Math.floor(((event.clientX - box.left) / box.width) * (main.total ?? done));
                navigate(
                  addressOfPlace.loop(run.id, main.path, { it: Math.max(1, Math.min(main.total ?? done, index + 1)) }),
                );
              }}
            >
              <MiniScore
                size="dock"
                cells={score.cells}
                grid={score}
                stats={{ completed: main.completed, failed: main.failed, total: main.total }}
                className="h-16 overflow-hidden"
              />
            </button>
            <p aria-hidden className="mt-[3px] flex justify-between text-[11px] leading-[14px] text-ink3">
              {axis(main.total ?? done).map((mark) => (
                <span key={mark}>{count(mark)}</span>
              ))}
            </p>
            <p className="mt-1.5 text-meta text-ink3">
              {main.failed > 0
                ? 'Click a red cell to open that iteration.'
                : `One cell is ${counted(score.per, 'iteration')}.`}
            </p>
          </>
        )}
      </div>
      <div className="flex min-w-0 flex-col">
        <div className="min-h-0 flex-1">
          {causes.slice(0, CAUSES).map((cause) => (
            <a
              key={cause.id}
              href={addressOfPlace.loop(run.id, main?.path ?? '', { cause: cause.id })}
              onClick={(event) => {
                event.preventDefault();
                navigate(addressOfPlace.loop(run.id, main?.path ?? '', { cause: cause.id }));
              }}
              className="flex h-6 items-center gap-2 text-meta hover:underline"
            >
              <StatusShape status="failed" size={10} className="text-failed" />
              <span className="cut min-w-0 flex-1" title={cause.message}>
                {cause.message}
              </span>
              <span
                className={classes(
                  'whitespace-nowrap',
                  cause.pattern === 'still failing' ? 'text-failed' : 'text-ink3',
                )}
              >
                {cause.pattern}
              </span>
              <b className="font-semibold">{count(cause.count)}</b>
            </a>
          ))}
          {causes.length === 0 && main !== null && (
            <p className="text-meta text-ink3">{main.failed > 0 ? '' : 'Nothing has failed.'}</p>
          )}
        </div>
        <div className="flex items-center gap-2">
          {main !== null && main.failed > 0 && (
            <Button
              small
              icon={<RotateCw size={14} strokeWidth={1.5} aria-hidden />}
              unless={rerun.unless}
              busy={rerun.busy}
              onClick={() => rerun.start({ loop: main.path, status: 'failed' })}
            >
              Re-run {count(main.failed)} failed
            </Button>
          )}
          {causes.length > CAUSES && (
            <ButtonLink small kind="ghost" href={where}>
              See all {causes.length} causes
            </ButtonLink>
          )}
          <span className="flex-1" />
          {toggle}
        </div>
      </div>
    </section>
  );
}

/** What is counted: customers, items; iterations where the name does not say. */
function nounOf(title: string): string {
  const element = elementOf(title);
  if (element === title) return 'iterations';
  return /(s|x|z|ch|sh)$/.test(element) ? `${element}es` : `${element}s`;
}

function axis(total: number): number[] {
  if (total < 8) return total <= 1 ? [total] : [1, total];
  const step = total / 4;
  return [1, Math.round(step), Math.round(2 * step), Math.round(3 * step), total];
}
