/** Owns what needs a look: causes, not runs, of the last runs that have failed iterations; then warnings of workflows. */
import type { RunSummary } from '@rondo/api/schemas/run.ts';
import type { WorkflowSummary } from '@rondo/api/schemas/workflow.ts';
import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { addressOfPlace } from '../app/addresses.ts';
import { messageOf, useApi, useSend } from '../app/api.ts';
import { useMay } from '../app/session.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { count, counted } from '../ui/format.ts';
import { WarningShape } from '../ui/status.tsx';
import { When } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

const REFRESH_MS = 15_000;
const MOST_RUNS = 3;
const MOST_WARNINGS = 2;

export function NeedsLook({ workflows }: { workflows: readonly WorkflowSummary[] | null }) {
  const { data } = useApi('GET /runs', { query: { needs: 'look', limit: MOST_RUNS } }, { refetchInterval: REFRESH_MS });
  const runs = data?.items ?? [];
  const warned = (workflows ?? []).filter((one) => one.warnings > 0).slice(0, MOST_WARNINGS);
  if (runs.length + warned.length === 0) return null;
  return (
    <section aria-labelledby="needs-look">
      <h2 id="needs-look" className="text-section">
        Needs a look
      </h2>
      <div className="mt-2.5 divide-y divide-line rounded-card border border-line bg-surface">
        {runs.map((run) => (
          <WorstCause key={run.id} run={run} />
        ))}
        {warned.map((workflow) => (
          <Warning key={workflow.id} workflow={workflow} />
        ))}
      </div>
    </section>
  );
}

/** Most frequent first, but what still fails before everything else. */
function WorstCause({ run }: { run: RunSummary }) {
  const { data: detail } = useApi('GET /runs/{id}', { params: { id: run.id } }, { staleTime: REFRESH_MS });
  const path = detail?.shown ?? null;
  const { data } = useApi(
    'GET /runs/{id}/loops/{path}/causes',
    { params: { id: run.id, path: path ?? '' } },
    { enabled: path !== null, refetchInterval: REFRESH_MS },
  );
  const causes = data?.causes ?? [];
  const cause = causes.find((one) => one.pattern === 'still failing') ?? causes[0];
  const mayStart = useMay('run:start');
  const [asking, setAsking] = useState<number | null>(null);
  const body = { ...(path === null ? {} : { loop: path }), ...(cause === undefined ? {} : { cause: cause.id }) };
  const redrive = useSend('POST /runs/{id}/redrive', {
    changes: ['GET /runs', 'GET /runs/{id}', 'GET /workflows'],
    onSuccess: (answer) => toast(`${counted(answer.count, 'iteration')} of ${run.workflow} run again.`),
    onError: (error) => toast(messageOf(error)),
  });
  const dry = useSend('POST /runs/{id}/redrive');
  const ask = (): void => {
    dry.mutate(
      { params: { id: run.id }, query: { dry: 'true' }, body },
      {
        onSuccess: ({ mayRepeat }) => (mayRepeat > 0 ? setAsking(mayRepeat) : rerun()),
        onError: (error) => toast(messageOf(error)),
      },
    );
  };
  const rerun = (): void => {
    setAsking(null);
    redrive.mutate({ params: { id: run.id }, body });
  };
  const failed = cause?.count ?? run.failed;
  const query = { status: 'failed', ...(cause === undefined ? {} : { cause: cause.id, it: cause.first + 1 }) };
  return (
    <article className="px-3.5 py-3">
      <div className="flex items-baseline gap-2">
        <h3 className="cut min-w-0 flex-1 text-body text-failed" title={cause?.message}>
          {cause?.message ?? run.failure?.message ?? 'Failed iterations'}
        </h3>
        {failed > 0 && <b className="font-semibold">{count(failed)}</b>}
      </div>
      <p className="cut text-meta text-ink2">
        {run.workflow}, {cause?.pattern ?? 'started'} <When at={run.createdAt} className="text-ink3" />
      </p>
      {asking === null ? (
        <div className="mt-2 flex gap-2">
          {failed > 0 && (
            <Button
              small
              icon={<RotateCw size={14} strokeWidth={1.5} aria-hidden />}
              onClick={ask}
              busy={dry.isPending || redrive.isPending}
              unless={mayStart.why}
            >
              Re-run {count(failed)}
            </Button>
          )}
          <ButtonLink
            small
            kind="ghost"
            href={path === null ? addressOfPlace.run(run.id) : addressOfPlace.loop(run.id, path, query)}
          >
            {failed > 0 ? 'Open first' : 'Open it'}
          </ButtonLink>
        </div>
      ) : (
        <div className="mt-2 flex flex-wrap items-center gap-2">
          <p className="w-full text-meta text-warn">
            {count(asking)} of these may already have sent their request. It would be sent again.
          </p>
          <Button small onClick={rerun}>
            Re-run {count(failed)} all the same
          </Button>
          <Button small kind="ghost" onClick={() => setAsking(null)}>
            Leave it
          </Button>
        </div>
      )}
    </article>
  );
}

function Warning({ workflow }: { workflow: WorkflowSummary }) {
  const { data } = useApi('GET /workflows/{id}', { params: { id: workflow.id }, query: {} }, { staleTime: REFRESH_MS });
  const warning = data?.diagnostics.find((one) => one.severity === 'warning');
  if (warning === undefined) return null;
  const address =
    warning.node === null ? addressOfPlace.workflow(workflow.id) : addressOfPlace.node(workflow.id, warning.node);
  return (
    <article className="px-3.5 py-3">
      <div className="flex items-center gap-[7px]">
        <WarningShape className="text-warn" />
        <h3 className="cut min-w-0 flex-1 text-body" title={warning.message}>
          {firstSentence(warning.message)}
        </h3>
      </div>
      <p className="cut text-meta text-ink2">
        {workflow.name}
        {warning.node !== null && `, node ${warning.node}`}
      </p>
      {warning.fix !== null && (
        <p className="mt-1 line-clamp-2 text-meta" title={warning.fix.text}>
          {warning.fix.text}
        </p>
      )}
      <div className="mt-2 flex gap-2">
        <ButtonLink small href={address}>
          Open it
        </ButtonLink>
      </div>
    </article>
  );
}

/** The rest is in the tooltip. */
function firstSentence(text: string): string {
  const end = text.indexOf('. ');
  return end === -1 ? text.replace(/\.$/, '') : text.slice(0, end);
}
