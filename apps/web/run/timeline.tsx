/** Owns the timeline of a run: one row per loop, its density over the run's clock. Never one bar per iteration. */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { Link } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { MiniScore } from '../score/mini-score.tsx';
import { clockTime, count, duration } from '../ui/format.ts';
import { Empty } from '../ui/empty.tsx';
import { LoopBadge } from '../ui/loop-badge.tsx';
import { Status } from '../ui/status.tsx';
import { useNow } from '../ui/time.tsx';
import { isOver } from './controls.tsx';
import { useScore } from './use-loop.ts';

export function Timeline({ run }: { run: Run }) {
  const from = run.startedAt ?? run.createdAt;
  const now = useNow();
  const to = Math.max(from, run.finishedAt ?? now);
  if (run.loops.length === 0) return <Empty title="Nothing repeats in this run.">Its steps ran once each.</Empty>;
  return (
    <div className="p-4">
      <table className="w-full border-collapse bg-surface">
        <caption className="pb-2 text-left text-meta text-ink3">
          From {clockTime(from, true)} to {isOver(run) ? clockTime(to, true) : 'now'}, {duration(to - from)}. A row is a
          loop: its iterations by when they ended.
        </caption>
        <thead>
          <tr className="border-y border-line bg-sunken text-left text-meta text-ink3">
            <th className="w-[280px] px-3 py-1 font-medium">Loop</th>
            <th className="px-3 py-1 font-medium">Over time</th>
            <th className="w-[110px] px-3 py-1 text-right font-medium">Completed</th>
            <th className="w-[90px] px-3 py-1 text-right font-medium">Failed</th>
            <th className="w-[110px] px-3 py-1 text-right font-medium">Duration</th>
          </tr>
        </thead>
        <tbody>
          {run.loops.map((loop) => (
            <Row key={loop.path} run={run} loop={loop} from={from} whole={Math.max(1, to - from)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ run, loop, from, whole }: { run: Run; loop: Loop; from: number; whole: number }) {
  const { data } = useScore(run.id, loop.path, 'time');
  const left = Math.max(0, Math.min(1, (loop.startedAt - from) / whole));
  const wide = Math.max(0.005, Math.min(1 - left, loop.durationMs / whole));
  return (
    <tr className="border-b border-line">
      <td className="px-3 py-2">
        <Link href={addressOfPlace.loop(run.id, loop.path)} className="font-medium hover:underline">
          {loop.title}
        </Link>
        <div className="mt-1 flex items-center gap-2">
          <LoopBadge count={loop.total === null ? 'open end' : `× ${count(loop.total)}`} />
          <Status status={loop.status} className="text-meta" />
        </div>
      </td>
      <td className="px-3 py-2">
        <div style={{ marginLeft: `${left * 100}%`, width: `${wide * 100}%` }}>
          {data !== undefined && <MiniScore cells={data.cells} size="header" stats={loop} />}
        </div>
      </td>
      <td className="px-3 py-2 text-right">{count(loop.completed)}</td>
      <td className={`px-3 py-2 text-right ${loop.failed > 0 ? 'font-semibold text-failed' : ''}`}>
        {count(loop.failed)}
      </td>
      <td className="px-3 py-2 text-right">{duration(loop.durationMs)}</td>
    </tr>
  );
}
