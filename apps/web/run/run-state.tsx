/**
 * Owns what the screen says about the whole run: the chip in the header, and the line below it where something is
 * unusual: queued, paused, waiting, a lost runner, a failure of the run itself, numbers that are old.
 */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import type { ReactNode } from 'react';
import { clockTime, count, duration, percent } from '../ui/format.ts';
import { DataLink } from '../ui/links.tsx';
import { StatusChip, StatusShape } from '../ui/status.tsx';
import { useNow } from '../ui/time.tsx';
import { Chip } from '../ui/chip.tsx';
import { isOver } from './controls.tsx';
import { startedOf } from './use-rows.ts';

export function RunChip({ run, loop }: { run: Run; loop: Loop | null }) {
  const now = useNow(1_000);
  const paused = run.control === 'pause' && !isOver(run);
  const took = run.durationMs ?? (run.startedAt === null ? null : now - run.startedAt);
  const words = paused ? 'paused' : run.control === 'cancel' && !isOver(run) ? 'cancelling' : run.status;
  return (
    <>
      <StatusChip status={paused ? 'waiting' : run.status}>
        {words}
        {took !== null && ` ${duration(Math.max(0, took))}`}
      </StatusChip>
      {run.status === 'completed' && (loop?.failed ?? 0) > 0 && (
        <Chip kind="failed" icon={<StatusShape status="failed" size={10} />}>
          {count(loop?.failed ?? 0)} failed
        </Chip>
      )}
    </>
  );
}

function Line({ kind, children }: { kind: 'warn' | 'failed' | 'plain'; children: ReactNode }) {
  const look = { warn: 'bg-warn-soft text-warn', failed: 'bg-failed-soft text-failed', plain: 'bg-sunken text-ink2' }[
    kind
  ];
  return (
    <p role="status" className={`flex-none border-b border-line px-4 py-1 text-meta ${look}`}>
      {children}
    </p>
  );
}

export function RunNotice({ run, loop }: { run: Run; loop: Loop | null }) {
  const over = isOver(run);
  if (run.failure !== null && run.status === 'failed') {
    return (
      <Line kind="failed">
        <b className="font-semibold">{run.failure.message}</b>
        {run.failure.fix !== undefined && <> {run.failure.fix}</>}
      </Line>
    );
  }
  if (over) return null;
  if (run.status === 'queued') return <Line kind="plain">Waiting for a runner. Nothing has started yet.</Line>;
  if (!run.alive) {
    const from = loop === null ? '' : ` from iteration ${count(startedOf(loop) + 1)}`;
    return (
      <Line kind="warn">
        A runner stopped{run.heartbeatAt === null ? '' : ` at ${clockTime(run.heartbeatAt, true)}`}. Another one takes
        over{from}.
      </Line>
    );
  }
  if (run.control === 'pause') {
    const flight = loop?.inFlight ?? 0;
    return (
      <Line kind="plain">
        Paused.{' '}
        {loop !== null && `${count(startedOf(loop))} started, ${flight === 0 ? 'none' : count(flight)} in flight.`}
      </Line>
    );
  }
  if (run.status === 'waiting' && run.waits.length > 0) {
    return (
      <Line kind="plain">
        Waits for{' '}
        {run.waits.slice(0, 3).map((wait, at) => (
          <span key={wait.path}>
            {at > 0 && ', '}
            {wait.url === null ? wait.name : <DataLink href={wait.url}>{wait.name}</DataLink>}
          </span>
        ))}
        {run.waits.length > 3 && ` and ${count(run.waits.length - 3)} more`}.
      </Line>
    );
  }
  return null;
}

const SUMMARY_MS = 10_000;

/** One polite summary at most every 10 s: "74 percent, 1,204 failed, 1 hour left". */
export function SpokenSummary({ loop }: { loop: Loop }) {
  const now = useNow(SUMMARY_MS);
  const { total, completed, failed, skipped, leftMs } = loop;
  const words = [
    total === null ? `${count(completed)} completed` : percent(completed + failed + skipped, total),
    failed > 0 && `${count(failed)} failed`,
    leftMs !== null && `${duration(leftMs)} left`,
  ]
    .filter(Boolean)
    .join(', ');
  // A new element every ten seconds: what changes between is not spoken.
  return (
    <p key={Math.floor(now / SUMMARY_MS)} aria-live="polite" className="sr-only">
      {words}
    </p>
  );
}
