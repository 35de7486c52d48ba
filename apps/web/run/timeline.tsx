/**
 * Owns the timeline of a run: a row per loop, its density over the run's clock, and per node outside loops; above them
 * what people and runners did, as marks. Never one bar per iteration.
 */
import type { Loop, Run, TimelineView } from '@rondo/api/schemas/run.ts';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { useApi } from '../app/api.ts';
import { MiniScore } from '../score/mini-score.tsx';
import { classes } from '../ui/classes.ts';
import { absoluteTime, clockTime, count, duration } from '../ui/format.ts';
import { Empty } from '../ui/empty.tsx';
import { LoopBadge } from '../ui/loop-badge.tsx';
import { Status } from '../ui/status.tsx';
import { useNow } from '../ui/time.tsx';
import { isOver } from './controls.tsx';
import { useScore } from './use-loop.ts';

type Mark = TimelineView['marks'][number];
type Step = TimelineView['steps'][number];

interface Span {
  from: number;
  whole: number;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];

export function Timeline({ run }: { run: Run }) {
  const { data } = useApi('GET /runs/{id}/timeline', { params: { id: run.id } }, { staleTime: 5_000 });
  const now = useNow();
  const from = run.startedAt ?? run.createdAt;
  const marks = data?.marks ?? [];
  const to = Math.max(from, run.finishedAt ?? now);
  const span: Span = { from, whole: Math.max(1, to - from) };
  const rows = [
    ...run.loops.map((loop) => ({ at: loop.startedAt, key: loop.path, loop, step: null })),
    ...(data?.steps ?? []).map((step, n) => ({ at: step.startedAt, key: `${step.node} ${n}`, loop: null, step })),
  ].sort((a, b) => a.at - b.at);
  if (rows.length === 0)
    return <Empty title="Nothing has begun yet.">Nodes and loops appear here as they start.</Empty>;
  return (
    <div className="p-4">
      <table className="w-full table-fixed border-collapse bg-surface">
        <caption className="pb-2 text-left text-meta text-ink3">
          From {clockTime(from, true)} to {isOver(run) ? clockTime(to, true) : 'now'}, {duration(to - from)}. A loop is
          drawn by when its iterations ended.
        </caption>
        <thead>
          <tr className="border-y border-line bg-sunken text-left text-meta text-ink3">
            <th className="w-[280px] px-3 py-1 font-medium">Node or loop</th>
            <th className="px-3 py-1 font-medium">
              <span className="sr-only">Over time</span>
              <span aria-hidden className="flex justify-between text-axis">
                {TICKS.map((share) => (
                  <span key={share}>{clockTime(from + share * span.whole, span.whole < 3_600_000)}</span>
                ))}
              </span>
            </th>
            <th className="w-[110px] px-3 py-1 text-right font-medium">Completed</th>
            <th className="w-[90px] px-3 py-1 text-right font-medium">Failed</th>
            <th className="w-[110px] px-3 py-1 text-right font-medium">Duration</th>
          </tr>
        </thead>
        <tbody>
          {marks.length > 0 && <MarksRow marks={marks} span={span} titles={titlesOf(run)} />}
          {rows.map(({ key, loop, step }) =>
            loop === null ? (
              <StepRow key={key} step={step} span={span} marks={marks} end={to} />
            ) : (
              <LoopRow key={key} run={run} loop={loop} span={span} marks={marks} />
            ),
          )}
        </tbody>
      </table>
      {marks.length > 0 && (
        <section aria-label="What happened" className="mt-5 max-w-[760px]">
          <h2 className="mb-1 text-section">What happened</h2>
          <ol>
            {marks.map((mark, n) => (
              <li
                key={`${mark.at} ${n}`}
                className="grid grid-cols-[96px_minmax(0,1fr)] gap-3 border-b border-line py-1.5"
              >
                <time dateTime={new Date(mark.at).toISOString()} title={absoluteTime(mark.at)} className="text-ink3">
                  {clockTime(mark.at, true)}
                </time>
                <span>{markWords(mark, titlesOf(run))}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

const titlesOf = (run: Run): ReadonlyMap<string, string> => new Map(run.loops.map((loop) => [loop.path, loop.title]));

/** Paused by Ana. Parallel of Enrich each customer 32, by Ana. */
export function markWords({ what, who, path, detail }: Mark, titles: ReadonlyMap<string, string>): string {
  const by = who === null ? '' : ` by ${who}`;
  const of = path === null ? '' : ` of ${titles.get(path) ?? path}`;
  switch (what) {
    case 'pause':
      return `Paused${by}.`;
    case 'resume':
      return `Resumed${by}.`;
    case 'cancel':
      return `Cancelled${by}.`;
    case 'taken-over':
      return 'A runner stopped. Another one took over.';
    case 'rerun': {
      const version = typeof detail['version'] === 'number' ? `, with version ${detail['version']}` : '';
      return `${count(Number(detail['count'] ?? 0))}${of} run again${by}${version}.`;
    }
    case 'limits': {
      const said = [
        'parallel' in detail &&
          (detail['parallel'] === null ? 'parallel put back' : `parallel ${String(detail['parallel'])}`),
        'perSecond' in detail &&
          (detail['perSecond'] === null ? 'rate put back' : `at most ${String(detail['perSecond'])} per second`),
        'tolerate' in detail && 'tolerated failures changed',
      ].filter(Boolean);
      return `Limits${of} changed${by}: ${said.join(', ')}.`;
    }
  }
}

const shareOf = (at: number, { from, whole }: Span): number => Math.max(0, Math.min(1, (at - from) / whole));

function Lane({ marks, span, children }: { marks: readonly Mark[]; span: Span; children: ReactNode }) {
  return (
    <div className="relative">
      {children}
      {marks.map((mark, n) => (
        <span
          key={`${mark.at} ${n}`}
          aria-hidden
          style={{ left: `${shareOf(mark.at, span) * 100}%` }}
          className="pointer-events-none absolute -inset-y-2 w-px bg-ink3 opacity-50"
        />
      ))}
    </div>
  );
}

/** Shapes of their own: bars, a triangle forwards, a square, an arrow, a diamond, a cross. */
const SIGNS: Record<Mark['what'], string> = {
  'pause': '‖',
  'resume': '▸',
  'cancel': '■',
  'rerun': '↻',
  'limits': '◇',
  'taken-over': '✕',
};

function MarksRow({
  marks,
  span,
  titles,
}: {
  marks: readonly Mark[];
  span: Span;
  titles: ReadonlyMap<string, string>;
}) {
  return (
    <tr className="border-b border-line">
      <td className="px-3 py-2 text-ink2">What people and runners did</td>
      <td className="px-3 py-2">
        <div className="relative h-5">
          {marks.map((mark, n) => (
            <span
              key={`${mark.at} ${n}`}
              role="img"
              aria-label={markWords(mark, titles)}
              title={`${clockTime(mark.at, true)} ${markWords(mark, titles)}`}
              style={{ left: `${shareOf(mark.at, span) * 100}%` }}
              className={classes(
                'absolute grid size-5 -translate-x-1/2 place-items-center rounded-full border bg-surface text-[11px] leading-none',
                mark.what === 'taken-over' ? 'border-warn text-warn' : 'border-ink text-ink',
              )}
            >
              {SIGNS[mark.what]}
            </span>
          ))}
        </div>
      </td>
      <td colSpan={3} />
    </tr>
  );
}

function StepRow({ step, span, marks, end }: { step: Step; span: Span; marks: readonly Mark[]; end: number }) {
  const took = (step.endedAt ?? end) - step.startedAt;
  return (
    <tr className="border-b border-line">
      <td className="cut px-3 py-2">
        <span className="font-medium">{step.title}</span> <Status status={step.status} className="text-meta" />
      </td>
      <td className="px-3 py-2">
        <Lane marks={marks} span={span}>
          <span
            style={{
              marginLeft: `${shareOf(step.startedAt, span) * 100}%`,
              width: `${Math.max(0.3, Math.min(1, took / span.whole) * 100)}%`,
            }}
            className={classes(
              'block h-2 max-w-full rounded-[2px]',
              step.status === 'failed'
                ? 'bg-cell-failed'
                : step.endedAt === null
                  ? 'bg-cell-in-flight'
                  : 'bg-cell-completed',
            )}
          />
        </Lane>
      </td>
      <td colSpan={2} />
      <td className="px-3 py-2 text-right">{duration(took)}</td>
    </tr>
  );
}

function LoopRow({ run, loop, span, marks }: { run: Run; loop: Loop; span: Span; marks: readonly Mark[] }) {
  const { data } = useScore(run.id, loop.path, 'time');
  // From the first iteration to the last, those that were run again too.
  const from = data?.bounds?.[0] ?? loop.startedAt;
  const until = data?.bounds?.at(-1) ?? from + loop.durationMs;
  const left = shareOf(from, span);
  const wide = Math.max(0.005, Math.min(1 - left, (until - from) / span.whole));
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
        <Lane marks={marks} span={span}>
          <div style={{ marginLeft: `${left * 100}%`, width: `${wide * 100}%` }}>
            {data !== undefined && <MiniScore cells={data.cells} size="header" stats={loop} />}
          </div>
        </Lane>
      </td>
      <td className="px-3 py-2 text-right">{count(loop.completed)}</td>
      <td className={`px-3 py-2 text-right ${loop.failed > 0 ? 'font-semibold text-failed' : ''}`}>
        {count(loop.failed)}
      </td>
      <td className="px-3 py-2 text-right">{duration(loop.durationMs)}</td>
    </tr>
  );
}
