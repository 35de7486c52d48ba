/** Owns the stat row: completed, failed, in flight, per second, time left; always in this order, always with words. */
import { count, duration, percent, rate } from './format.ts';
import { StatusShape } from './status.tsx';

export interface Stats {
  total: number | null;
  completed: number;
  failed: number;
  skipped?: number;
  inFlight: number;
  rate: number | null;
  leftMs: number | null;
}

export function StatRow({ stats, noun = 'completed' }: { stats: Stats; noun?: string }) {
  const { total, completed, failed, inFlight, rate: perSecond, leftMs } = stats;
  const settled = completed + failed + (stats.skipped ?? 0);
  const few = total !== null && total <= 40;
  return (
    <p className="flex items-center gap-3 text-meta whitespace-nowrap">
      {total === null || few ? (
        <span>
          <b className="font-semibold">{total === null ? count(settled) : `${count(settled)} of ${count(total)}`}</b>{' '}
          {noun}
        </span>
      ) : (
        <b className="font-semibold" title={`${count(settled)} of ${count(total)} ${noun}`}>
          {percent(settled, total)}
        </b>
      )}
      {failed > 0 && (
        <span className="inline-flex items-center gap-1 text-failed">
          <StatusShape status="failed" size={10} />
          <b className="font-semibold">{count(failed)}</b> failed
        </span>
      )}
      {inFlight > 0 && <span className="text-ink2">{count(inFlight)} in flight</span>}
      {perSecond !== null && !few && <span className="text-ink2">{rate(perSecond)}</span>}
      <span className="flex-1" />
      {leftMs !== null && <span className="text-ink2">{duration(leftMs)} left</span>}
    </p>
  );
}
