/** Owns two runs one under the other: their Scores on the same axis, and what differs in numbers. */
import type { RunSummary } from '@rondo/api/schemas/run.ts';
import { Link } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { useApi } from '../app/api.ts';
import { MiniScore } from '../score/mini-score.tsx';
import { Button } from '../ui/button.tsx';
import { count, duration } from '../ui/format.ts';
import { Status } from '../ui/status.tsx';
import { When } from '../ui/time.tsx';

export function CompareRuns({ runs, onClose }: { runs: readonly RunSummary[]; onClose(): void }) {
  const inOrder = runs.toSorted((a, b) => a.createdAt - b.createdAt);
  return (
    <section aria-label="Two runs compared" className="flex-none border-t border-line bg-surface px-4 py-3 shadow-2">
      <div className="mb-2 flex items-center gap-3">
        <h2 className="flex-1 text-section">Two runs, the older one above</h2>
        <Button small kind="ghost" keys="Esc" onClick={onClose}>
          Close
        </Button>
      </div>
      <div className="flex flex-col gap-3">
        {inOrder.map((run) => (
          <One key={run.id} run={run} />
        ))}
      </div>
    </section>
  );
}

function One({ run }: { run: RunSummary }) {
  const { data } = useApi('GET /runs/{id}', { params: { id: run.id } }, { staleTime: 10_000 });
  const path = data?.shown ?? null;
  const { data: score } = useApi(
    'GET /runs/{id}/loops/{path}/score',
    { params: { id: run.id, path: path ?? '' }, query: {} },
    { enabled: path !== null },
  );
  return (
    <div className="grid grid-cols-[200px_minmax(0,1fr)] items-center gap-4">
      <div className="text-meta">
        <Link href={addressOfPlace.run(run.id)} className="cut block text-body font-semibold">
          {run.workflow}
          {run.version !== null && ` v${run.version}`}
        </Link>
        <p className="flex items-center gap-2 text-ink3">
          <Status status={run.status} /> <When at={run.startedAt ?? run.createdAt} />
          {run.durationMs !== null && duration(run.durationMs)}
        </p>
        <p className="text-ink3">
          {count(run.completed)} completed,{' '}
          <span className={run.failed > 0 ? 'text-failed' : ''}>{count(run.failed)} failed</span>
        </p>
      </div>
      {score === undefined ? (
        <p className="text-meta text-ink3">{path === null && data !== undefined ? 'It has no loops.' : ''}</p>
      ) : (
        <MiniScore cells={score.cells} size="dock" stats={run} />
      )}
    </div>
  );
}
