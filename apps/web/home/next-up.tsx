/** Owns what comes next: schedules in order of time, and addresses of webhooks and forms to copy. */
import type { WorkflowSummary } from '@rondo/api/schemas/workflow.ts';
import { Copy } from 'lucide-react';
import { Link } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { IconButton } from '../ui/button.tsx';
import { copyText } from '../ui/copy.ts';
import { When } from '../ui/time.tsx';

const MOST = 6;

export function NextUp({ workflows }: { workflows: readonly WorkflowSummary[] | null }) {
  const triggers = (workflows ?? []).flatMap((workflow) => workflow.triggers.map((trigger) => ({ workflow, trigger })));
  const timed = triggers
    .flatMap(({ workflow, trigger }) => (trigger.nextAt == null ? [] : [{ workflow, trigger, at: trigger.nextAt }]))
    .sort((a, b) => a.at - b.at)
    .slice(0, MOST);
  const called = triggers
    .flatMap(({ workflow, trigger }) => (trigger.url === undefined ? [] : [{ workflow, trigger, url: trigger.url }]))
    .slice(0, MOST);
  if (timed.length + called.length === 0) return null;
  return (
    <section aria-labelledby="next-up" className="mt-[22px]">
      <h2 id="next-up" className="text-section">
        Next
      </h2>
      <div className="mt-2.5 rounded-card border border-line bg-surface py-1.5">
        {timed.map(({ workflow, trigger, at }) => (
          <div key={`${workflow.id} ${trigger.node}`} className={ROW}>
            <When at={at} className="font-semibold" />
            <Link href={addressOfPlace.workflow(workflow.id)} className="cut">
              {workflow.name}
            </Link>
            <span className="cut text-right text-meta text-ink3">{trigger.schedule}</span>
          </div>
        ))}
        {called.map(({ workflow, trigger, url }) => (
          <div key={`${workflow.id} ${trigger.node}`} className={ROW}>
            <span className="text-meta font-medium text-ink2">
              {trigger.kind === 'form' ? 'form' : (trigger.method ?? 'call')}
            </span>
            <Link href={addressOfPlace.workflow(workflow.id)} className="cut">
              {workflow.name}
            </Link>
            <IconButton
              small
              label={`Copy the address ${url}`}
              icon={<Copy size={14} strokeWidth={1.5} aria-hidden />}
              onClick={() => copyText(url, 'The address')}
            />
          </div>
        ))}
      </div>
    </section>
  );
}

const ROW = 'grid min-h-8 grid-cols-[62px_minmax(0,1fr)_minmax(0,auto)] items-center gap-2.5 px-3.5';
