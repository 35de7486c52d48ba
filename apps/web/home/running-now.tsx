/** Owns the cards of what runs now: the Score of the shown loop, counts, rate, time left. Two at most, then how many more. */
import type { RunSummary } from '@rondo/api/schemas/run.ts';
import { Link } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { useApi } from '../app/api.ts';
import { count, duration } from '../ui/format.ts';
import { LoopBadge } from '../ui/loop-badge.tsx';
import { StatRow } from '../ui/stat-row.tsx';
import { type ShownStatus, StatusChip } from '../ui/status.tsx';
import { useNow } from '../ui/time.tsx';
import { decodeCells } from '../score/decode.ts';
import { ScoreMap, ScoreTiles } from './list-score.tsx';
import { scoreLabel } from './run-facts.ts';

const LIST_MS = 5_000;
const CARD_MS = 3_000;
const SCORE_MS = 10_000;
const CARDS = 2;
const TILES = 40;

export function RunningNow() {
  const { data } = useApi(
    'GET /runs',
    { query: { status: 'running,queued,waiting', limit: 20 } },
    { refetchInterval: LIST_MS },
  );
  const runs = data?.items ?? [];
  if (runs.length === 0) return null;
  // The biggest are what one waits for.
  const first = runs.toSorted((a, b) => (b.total ?? 0) - (a.total ?? 0)).slice(0, CARDS);
  const rest = runs.length - first.length;
  return (
    <section aria-labelledby="running-now" className="mb-6">
      <div className="flex items-baseline gap-3">
        <h2 id="running-now" className="text-page">
          Running now
        </h2>
        {rest > 0 && (
          <Link href={addressOfPlace.runs(null, { show: 'live' })} className="text-meta text-ink2 hover:text-ink">
            {count(rest)} more
          </Link>
        )}
      </div>
      <div className="mt-2.5 grid grid-cols-2 gap-4 max-[1250px]:grid-cols-1">
        {first.map((run) => (
          <Card key={run.id} run={run} />
        ))}
      </div>
    </section>
  );
}

function Card({ run }: { run: RunSummary }) {
  const { data: detail } = useApi('GET /runs/{id}', { params: { id: run.id } }, { refetchInterval: CARD_MS });
  const now = useNow();
  const loop = detail?.loops.find((one) => one.path === detail.shown) ?? detail?.loops[0];
  const { data: score } = useApi(
    'GET /runs/{id}/loops/{path}/score',
    { params: { id: run.id, path: loop?.path ?? '' }, query: {} },
    { refetchInterval: SCORE_MS, enabled: loop !== undefined },
  );
  const cells = score === undefined ? null : decodeCells(score.cells);
  const label = scoreLabel(loop ?? run);
  const isSmall = loop?.total != null && loop.total <= TILES;
  return (
    <article className="relative rounded-card border border-line bg-surface px-4 py-3 shadow-1 hover:border-line2">
      <div className="flex items-center gap-2.5">
        <h3 className="cut min-w-0 flex-1 text-section">
          <Link href={addressOfPlace.run(run.id)} className="after:absolute after:inset-0 after:rounded-card">
            {run.workflow}
          </Link>
        </h3>
        {loop !== undefined && (
          <LoopBadge count={loop.title} {...(loop.total === null ? {} : { reason: `× ${count(loop.total)}` })} />
        )}
        {run.status !== 'running' && <StatusChip status={run.status as ShownStatus} />}
      </div>
      <div className="mt-2.5 mb-2 h-10">
        {cells !== null &&
          (isSmall ? <ScoreTiles cells={cells} label={label} /> : <ScoreMap cells={cells} label={label} />)}
        {cells === null && run.status === 'queued' && <p className="pt-2 text-ink3">Waiting for a runner.</p>}
      </div>
      {loop === undefined ? (
        <p className="text-meta text-ink2">
          {run.startedAt === null ? '' : `${duration(Math.max(0, now - run.startedAt))} so far`}
        </p>
      ) : (
        <StatRow stats={loop} />
      )}
    </article>
  );
}
