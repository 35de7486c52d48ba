/** Owns the table of workflows: name and trigger, loops, the last run as a Score of one row, the last 16 runs. */
import type { WorkflowSummary } from '@rondo/api/schemas/workflow.ts';
import {
  Clock,
  ExternalLink,
  FileInput,
  type LucideIcon,
  Play,
  TriangleAlert,
  UserRound,
  Webhook,
  Workflow,
} from 'lucide-react';
import { useMemo } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { messageOf, useApi, useSend } from '../app/api.ts';
import { useMay } from '../app/session.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { Empty } from '../ui/empty.tsx';
import { count, counted, duration } from '../ui/format.ts';
import { Select } from '../ui/input.tsx';
import { LoopBadge } from '../ui/loop-badge.tsx';
import { Segments } from '../ui/segments.tsx';
import { Status, WarningShape } from '../ui/status.tsx';
import { When } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { decodeCells } from '../score/decode.ts';
import { ScoreRow } from './list-score.tsx';
import { loopWords, scoreLabel, type Trigger, triggerWords } from './run-facts.ts';

type Filter = 'all' | 'mine' | 'warnings';
type Order = 'run' | 'name' | 'changed';

export interface WorkflowTableProps {
  /** Null: not here yet. */
  workflows: readonly WorkflowSummary[] | null;
  /** There are more than these. */
  more: boolean;
  error: Error | null;
  updatedAt: number;
  retry(): void;
}

const COLUMNS =
  'grid grid-cols-[minmax(0,1.25fr)_200px_176px_130px_34px] items-center gap-3.5 pr-2 pl-4 min-[1800px]:grid-cols-[minmax(0,1.25fr)_260px_264px_170px_34px] max-[1250px]:grid-cols-[minmax(0,1.25fr)_150px_150px_34px]';

export function WorkflowTable({ workflows, more, error, updatedAt, retry }: WorkflowTableProps) {
  const [search, setSearch] = useSearchParams();
  const { data: me } = useApi('GET /me', {}, { staleTime: Number.POSITIVE_INFINITY });
  const filter = (search.get('show') ?? 'all') as Filter;
  const order = (search.get('order') ?? 'run') as Order;
  const set = (name: string, value: string, usual: string): void =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (value === usual) next.delete(name);
      else next.set(name, value);
      return next;
    });
  const all = workflows ?? [];
  const mine = all.filter((one) => one.changedBy === me?.name);
  const warned = all.filter((one) => one.warnings + one.errors > 0);
  const shown = useMemo(
    () => sorted(filter === 'mine' ? mine : filter === 'warnings' ? warned : all, order),
    [filter, order, workflows, me],
  );
  return (
    <section aria-labelledby="workflows">
      <div className="flex items-center gap-3">
        <h2 id="workflows" className="flex-1 text-page">
          Workflows
        </h2>
        <Segments<Filter>
          label="Which workflows"
          value={filter}
          onChange={(value) => set('show', value, 'all')}
          options={[
            { value: 'all', label: workflows === null ? 'All' : `All ${count(all.length)}${more ? '+' : ''}` },
            { value: 'mine', label: 'Mine' },
            {
              value: 'warnings',
              label: workflows === null ? 'With warnings' : `With warnings ${count(warned.length)}`,
            },
          ]}
        />
        <Select
          small
          label="Order"
          value={order}
          onChange={(value) => set('order', value, 'run')}
          options={[
            ['run', 'Last run first'],
            ['changed', 'Last changed first'],
            ['name', 'By name'],
          ]}
        />
      </div>
      {error !== null && (
        <div
          role="alert"
          className="mt-2.5 flex items-center gap-3 rounded-card border border-line bg-surface px-4 py-2"
        >
          <span className="flex-1">
            {messageOf(error)}{' '}
            {updatedAt > 0 && (
              <>
                What you see is from <When at={updatedAt} />.
              </>
            )}
          </span>
          <Button small onClick={retry}>
            Try again
          </Button>
        </div>
      )}
      <div
        role="table"
        aria-label="Workflows"
        className="mt-2.5 overflow-hidden rounded-card border border-line bg-surface"
      >
        <div role="row" className={classes(COLUMNS, 'h-8 bg-sunken text-meta text-ink3')}>
          <span role="columnheader">Name</span>
          <span role="columnheader">Loops</span>
          <span role="columnheader">Last run</span>
          <span role="columnheader" className="max-[1250px]:hidden">
            Last 16 runs
          </span>
          <span role="columnheader" className="sr-only">
            Run it
          </span>
        </div>
        {workflows === null && error === null
          ? Array.from({ length: 6 }, (_, at) => <div key={at} className="h-[54px] border-t border-line" />)
          : shown.map((workflow) => <Row key={workflow.id} workflow={workflow} />)}
      </div>
      {workflows !== null && shown.length === 0 && (
        <Empty title={all.length === 0 ? 'There is no workflow yet.' : 'No workflow fits.'}>
          {all.length === 0
            ? 'Make one from a template, import a file, or put one into the folder of workflows.'
            : 'Choose All to see the others.'}
        </Empty>
      )}
      {more && <p className="mt-2 text-meta text-ink3">The first {count(all.length)}. Find has the others.</p>}
    </section>
  );
}

function sorted(workflows: readonly WorkflowSummary[], order: Order): WorkflowSummary[] {
  const byName = (a: WorkflowSummary, b: WorkflowSummary): number => a.name.localeCompare(b.name);
  if (order === 'name') return workflows.toSorted(byName);
  const at = (one: WorkflowSummary): number => (order === 'changed' ? one.changedAt : (one.last?.startedAt ?? 0));
  // What runs stays on top: its place must not change when another run starts.
  const live = (one: WorkflowSummary): number => (order === 'run' && one.last?.status === 'running' ? 1 : 0);
  return workflows.toSorted((a, b) => live(b) - live(a) || at(b) - at(a) || byName(a, b));
}

const ICONS: Record<Trigger['kind'], LucideIcon> = {
  manual: UserRound,
  schedule: Clock,
  webhook: Webhook,
  form: FileInput,
  error: TriangleAlert,
  workflow: Workflow,
};

function Row({ workflow }: { workflow: WorkflowSummary }) {
  const { id, name, triggers, last, warnings, errors } = workflow;
  const [, navigate] = useLocation();
  const mayStart = useMay('run:start');
  const start = useSend('POST /workflows/{id}/runs', {
    changes: ['GET /runs', 'GET /workflows'],
    onSuccess: (answer) => navigate(addressOfPlace.run(answer.id)),
    onError: (error) => toast(`${name} did not start: ${messageOf(error)}`),
  });
  const kind = (triggers.find((one) => one.kind !== 'manual') ?? triggers[0])?.kind ?? 'manual';
  const Icon = ICONS[kind];
  const loop = loopWords(workflow);
  const isLive = last !== null && ['running', 'waiting', 'queued'].includes(last.status);
  return (
    <div role="row" className={classes(COLUMNS, 'h-[54px] border-t border-line hover:bg-hover')}>
      <div role="cell" className="min-w-0">
        <div className="flex items-center gap-1.5">
          <Link href={addressOfPlace.workflow(id)} className="cut font-semibold">
            {name}
          </Link>
          {warnings + errors > 0 && (
            <span
              className={errors > 0 ? 'text-failed' : 'text-warn'}
              title={[errors > 0 && counted(errors, 'error'), warnings > 0 && counted(warnings, 'warning')]
                .filter(Boolean)
                .join(', ')}
            >
              <WarningShape size={14} />
              <span className="sr-only">{counted(warnings + errors, 'warning')}</span>
            </span>
          )}
        </div>
        <div className="flex items-center gap-1.5 text-meta text-ink3">
          <Icon size={14} strokeWidth={1.5} aria-hidden className="flex-none" />
          <span className="cut">{triggerWords(triggers)}</span>
        </div>
      </div>
      <div role="cell" className="flex min-w-0 items-center gap-1.5">
        <LoopBadge
          count={loop?.words ?? null}
          {...(loop?.times == null ? {} : { reason: loop.times, title: `${loop.words} × ${count(last?.total ?? 0)}` })}
        />
        {loop?.depth != null && <span className="cut text-meta text-ink3">{loop.depth}</span>}
      </div>
      <div role="cell" className="min-w-0">
        <LastRun workflow={workflow} />
      </div>
      <div role="cell" className="max-[1250px]:hidden">
        <Recent workflow={workflow} />
      </div>
      <div role="cell">
        {isLive && last !== null ? (
          <IconButton
            small
            label={`Open the run of ${name}`}
            icon={<ExternalLink size={14} strokeWidth={1.5} aria-hidden />}
            onClick={() => navigate(addressOfPlace.run(last.id))}
          />
        ) : (
          <IconButton
            small
            label={`Run ${name}`}
            icon={<Play size={14} strokeWidth={1.5} aria-hidden />}
            unless={errors > 0 ? 'It has errors. Open it to see them.' : mayStart.why}
            busy={start.isPending}
            onClick={() => start.mutate({ params: { id }, body: {} })}
          />
        )}
      </div>
    </div>
  );
}

function LastRun({ workflow: { last } }: { workflow: WorkflowSummary }) {
  if (last === null) return <span className="text-meta text-ink3">not run yet</span>;
  const isRunning = last.status === 'running';
  return (
    <Link href={addressOfPlace.run(last.id)} className="block">
      {last.score !== null && (
        <ScoreRow cells={decodeCells(last.score)} label={scoreLabel(last)} className="mb-[3px] w-full" />
      )}
      <span className="flex items-center gap-1.5 text-meta whitespace-nowrap text-ink3">
        <Status status={last.status} />
        {last.failed > 0 && !isRunning && <b className="font-semibold text-failed">{count(last.failed)} failed</b>}
        {last.durationMs !== null && (last.failed === 0 || isRunning) && duration(last.durationMs)}
        {!isRunning && last.startedAt !== null && <When at={last.startedAt} />}
      </span>
    </Link>
  );
}

const MOST_RECENT = 16;

/** Oldest left. Height, too, says which failed. */
function Recent({ workflow: { id, name, recent } }: { workflow: WorkflowSummary }) {
  const failed = recent.filter((run) => run.failed > 0 || run.status === 'failed').length;
  const bars = Array.from({ length: MOST_RECENT }, (_, at) => recent[MOST_RECENT - 1 - at]);
  return (
    <Link
      href={addressOfPlace.runs(id)}
      aria-label={`Runs of ${name}: of the last ${recent.length}, ${failed} with failures`}
      className="flex h-5 w-[125px] items-end gap-[3px]"
    >
      {bars.map((run, at) => (
        <span
          key={run?.id ?? at}
          className={classes(
            'w-[5px] rounded-[1px]',
            run === undefined
              ? 'h-1 bg-cell-not-started'
              : run.failed > 0 || run.status === 'failed'
                ? 'h-5 bg-cell-failed'
                : run.status === 'running'
                  ? 'h-3 bg-cell-in-flight'
                  : 'h-3 bg-cell-completed',
          )}
        />
      ))}
    </Link>
  );
}
