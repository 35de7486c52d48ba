/** Owns one row of the list of runs. */
import type { RunSummary } from '@rondo/api/schemas/run.ts';
import { Link } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { decodeCells } from '../score/decode.ts';
import { classes } from '../ui/classes.ts';
import { count, duration } from '../ui/format.ts';
import { Checkbox } from '../ui/input.tsx';
import { Status } from '../ui/status.tsx';
import { useNow, When } from '../ui/time.tsx';
import { ScoreRow } from './list-score.tsx';
import { scoreLabel } from './run-facts.ts';

export const RUN_COLUMNS =
  'grid grid-cols-[20px_104px_minmax(0,1fr)_minmax(0,1fr)_176px_88px_72px_104px_64px_96px] items-center gap-3.5 px-4 min-[1800px]:grid-cols-[20px_104px_minmax(0,1fr)_minmax(0,1.4fr)_264px_104px_88px_112px_72px_120px]';

export interface RunRowProps {
  run: RunSummary;
  /** Not null: the list is of one workflow, so versions are what differs. */
  of: string | null;
  selected: boolean;
  onSelect(): void;
}

const TRIGGERS: Record<string, string> = {
  manual: 'by hand',
  schedule: 'schedule',
  webhook: 'webhook',
  form: 'form',
  error: 'a failed run',
  workflow: 'a workflow',
};

export function RunRow({ run, of, selected, onSelect }: RunRowProps) {
  const now = useNow();
  const { status, startedAt, durationMs } = run;
  const isLive = status === 'running' || status === 'waiting';
  const took = isLive && startedAt !== null ? Math.max(durationMs ?? 0, now - startedAt) : durationMs;
  const version = run.version === null ? '' : `v${run.version}`;
  return (
    <div
      role="row"
      className={classes(RUN_COLUMNS, 'h-11 border-b border-line hover:bg-hover', selected && 'bg-selected')}
    >
      <span role="cell" className="flex">
        <Checkbox label={`Compare this run of ${run.workflow}`} checked={selected} onChange={onSelect} />
      </span>
      <span role="cell" className="flex">
        <Status status={status} />
      </span>
      <span role="cell" className="min-w-0">
        <Link href={addressOfPlace.run(run.id)} className="cut block font-semibold">
          {of === null ? run.workflow : version === '' ? run.id : version}
        </Link>
      </span>
      <span role="cell" className="cut font-mono text-meta text-ink2" title={run.input}>
        {run.input}
      </span>
      <span role="cell" className="flex">
        {run.score !== null && <ScoreRow cells={decodeCells(run.score)} label={scoreLabel(run)} className="w-full" />}
      </span>
      <span role="cell" className="text-right">
        {count(run.completed)}
      </span>
      <span role="cell" className={classes('text-right', run.failed > 0 && 'font-semibold text-failed')}>
        {run.failed > 0 ? count(run.failed) : ''}
      </span>
      <span role="cell" className="text-right text-ink2">
        {took === null ? '' : duration(took)}
      </span>
      <span role="cell" className="text-ink2">
        <When at={startedAt ?? run.createdAt} />
      </span>
      <span role="cell" className="cut text-ink2">
        {run.startedBy ?? (run.trigger === null ? '' : (TRIGGERS[run.trigger] ?? run.trigger))}
      </span>
    </div>
  );
}
