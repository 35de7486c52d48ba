/** Owns words about runs and triggers that several lists use. Pure. */
import type { RunSummary } from '@rondo/api/schemas/run.ts';
import type { WorkflowSummary } from '@rondo/api/schemas/workflow.ts';
import { count, percent, shortCount } from '../ui/format.ts';

export type Trigger = WorkflowSummary['triggers'][number];

/** For screen readers, instead of the picture. */
export function scoreLabel({ completed, failed, total }: Pick<RunSummary, 'completed' | 'failed' | 'total'>): string {
  const of = total === null ? '' : ` of ${count(total)} (${percent(completed + failed, total)})`;
  return `${count(completed)}${of} completed, ${count(failed)} failed`;
}

/** What starts it, as in the second line of a workflow. */
export function triggerWords(triggers: readonly Trigger[]): string {
  const first = triggers.find((one) => one.kind !== 'manual') ?? triggers[0];
  if (first === undefined) return 'by hand';
  const more = triggers.length > 1 ? ` and ${triggers.length - 1} more` : '';
  return `${wordsOf(first)}${more}`;
}

function wordsOf(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'manual':
      return 'by hand';
    case 'schedule':
      return trigger.schedule ?? 'on schedule';
    case 'webhook':
      return 'webhook';
    case 'form':
      return 'form';
    case 'error':
      return 'when another run fails';
    case 'workflow':
      return 'called by workflows';
  }
}

/** Of its deepest loop: what it is, how many iterations the last run had, how many loops lie inside one another. */
export function loopWords({ repeats, last }: Pick<WorkflowSummary, 'repeats' | 'last'>): {
  words: string;
  times: string | null;
  depth: string | null;
} | null {
  if (repeats === null) return null;
  const { words, depth } = repeats;
  const total = last?.total ?? null;
  return {
    words,
    times: total === null ? null : `× ${shortCount(total)}`,
    depth: depth > 1 ? `${depth} deep` : null,
  };
}
