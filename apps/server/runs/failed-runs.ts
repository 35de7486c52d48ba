/**
 * Owns what happens after a run has failed: workflows with an error trigger are started, once per failed run.
 * A run that an error trigger started starts none, so that a broken error workflow cannot go round in circles.
 */
import { createHash } from 'node:crypto';
import type { Json } from '@rondo/core/model/item.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';
import type { RunStore } from '@rondo/core/ports.ts';
import type { RunResult } from '@rondo/runtime/api.ts';
import type { Workflow } from '../workflows/workflow.ts';
import type { Launcher } from './launcher.ts';

export interface FailedRunsOptions {
  store: RunStore;
  workflows(): readonly Workflow[];
  start: Launcher['start'];
  /** Address of a run's page. */
  urlOf(runId: string): string;
  report(line: string): void;
}

/** Begins the id of every run that an error trigger started. */
const MARK = 'rerr';

/** Call it with every run that ended. */
export function failedRunWatcher(options: FailedRunsOptions): (result: RunResult) => Promise<void> {
  const { store, report } = options;
  return async (result) => {
    if (result.status !== 'failed' || result.runId.startsWith(MARK)) return;
    const listeners = options
      .workflows()
      .flatMap((workflow) =>
        workflow.triggers.flatMap((trigger) => (trigger.kind === 'error' ? [{ workflow, trigger }] : [])),
      );
    if (listeners.length === 0) return;
    const record = await store.getRun(result.runId);
    if (record === null) return;
    const { definition } = parseDefinition(record.definition, record.workflow);
    const id = definition?.id ?? null;
    const { code, message, node, path, item, fix } = result.failure ?? { code: 'node-failed', message: '' };
    const error = { code, message, node: node ?? null, path: path ?? null, item: item ?? null, fix: fix ?? null };
    const value: Json = {
      run: {
        id: result.runId,
        url: options.urlOf(result.runId),
        startedAt: textOf(record.startedAt),
        finishedAt: textOf(record.finishedAt),
      },
      workflow: { id, name: record.workflow },
      error,
    };
    for (const { workflow, trigger } of listeners) {
      const named =
        trigger.workflows.length === 0 || trigger.workflows.some((one) => one === id || one === record.workflow);
      if (!named) continue;
      const hash = createHash('sha256').update(`${result.runId}\n${workflow.key}\n${trigger.node}`).digest('hex');
      try {
        await options.start({
          definition: workflow.text,
          file: workflow.file,
          trigger: trigger.node,
          items: [value],
          runId: `${MARK}${hash.slice(0, 20)}`,
          once: true,
          output: false,
        });
      } catch (failed) {
        const why = failed instanceof Error ? failed.message : String(failed);
        report(`${workflow.shown}: its error trigger could not be started for run ${result.runId}: ${why}`);
      }
    }
  };
}

const textOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
