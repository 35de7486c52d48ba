/**
 * Owns what Dify's clients hear of a run: our progress as their events, with their names and fields. Does not send.
 */
import { decodeItem, type Json } from '@rondo/core/model/item.ts';
import type { JournalEvent } from '@rondo/core/events.ts';
import type { Progress, RunResult } from '@rondo/runtime/api.ts';
import type { Step } from '@rondo/core/model/plan.ts';

export interface Told {
  event: string;
  data: Record<string, unknown>;
}

/** Node types by the names that their clients know; others keep ours. */
const TYPES: Readonly<Record<string, string>> = {
  manual: 'start',
  webhook: 'start',
  form: 'start',
  if: 'if-else',
  'for-each': 'iteration',
  'loop-over-items': 'iteration',
  output: 'end',
  template: 'template-transform',
  assign: 'assigner',
  'variable-aggregate': 'variable-aggregator',
  'extract-file': 'document-extractor',
};

const STATUS: Readonly<Record<string, string>> = {
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'stopped',
  waiting: 'paused',
  running: 'running',
  queued: 'running',
};

/** More iterations than this are counted, not told one by one. */
const MOST_TOLD = 10_000;

export const statusOf = (status: string): string => STATUS[status] ?? status;

export const seconds = (ms: number): number => Math.floor(ms / 1000);

/** The outputs of a run are an object there. */
export function outputsOf(output: Json | null): Record<string, Json> | null {
  if (output === null) return null;
  if (typeof output === 'object' && !Array.isArray(output)) return output;
  return Array.isArray(output) && output.length === 1 ? outputsOf(output[0] ?? null) : { output };
}

export interface TellerOptions {
  runId: string;
  workflowId: string;
  inputs: Record<string, Json>;
  now: () => number;
  title(node: string): string;
  step(node: string): Step | null;
}

export interface Teller {
  begun(): Told;
  of(progress: Progress): Told[];
  finished(result: RunResult): Told;
}

export function createTeller({ runId, workflowId, inputs, now, title, step }: TellerOptions): Teller {
  const started = new Map<string, { id: string; at: number; index: number; before: string | null }>();
  const told = new Map<string, number>();
  const begunAt = now();
  let last: string | null = null;
  let tokens = 0;

  const base = (node: string): Record<string, unknown> => ({
    node_id: node,
    node_type: TYPES[step(node)?.type ?? ''] ?? step(node)?.type ?? '',
    title: title(node),
  });
  const around = (frame: string): Record<string, unknown> => {
    const inside = /([^/[\]]+)\[(\d+)\]$/.exec(frame);
    return inside === null
      ? { iteration_id: null, loop_id: null }
      : kindOf(inside[1] ?? '') === 'loop'
        ? { iteration_id: null, loop_id: inside[1], loop_index: Number(inside[2]) }
        : { iteration_id: inside[1], loop_id: null, iteration_index: Number(inside[2]) };
  };
  /** Null: it is no container. */
  const kindOf = (node: string): 'iteration' | 'loop' | null => {
    const kind = step(node)?.container?.kind;
    if (kind === undefined || kind === 'sub-workflow') return null;
    return kind === 'loop' ? 'loop' : 'iteration';
  };

  const begin = (key: string, node: string, frame: string, at: number): Told[] => {
    if (started.has(key)) return [];
    const one = { id: `${runId}:${key}`, at, index: started.size + 1, before: last };
    started.set(key, one);
    const shared = { ...base(node), created_at: seconds(at), extras: {}, inputs: null, inputs_truncated: false };
    const events: Told[] = [
      {
        event: 'node_started',
        data: {
          id: one.id,
          ...shared,
          index: one.index,
          predecessor_node_id: one.before,
          ...around(frame),
          agent_strategy: null,
        },
      },
    ];
    const kind = kindOf(node);
    if (kind !== null) events.push({ event: `${kind}_started`, data: { id: node, ...shared, metadata: {} } });
    return events;
  };

  const ofStep = (event: JournalEvent): Told[] => {
    if (event.step === null || event.type === 'step-skipped') return [];
    const { step: node, frame, at } = event;
    const key = frame === '' ? node : `${frame}/${node}`;
    const events = begin(key, node, frame, event.type === 'step-completed' ? at - event.durationMs : at);
    const one = started.get(key);
    if (one === undefined || (event.type !== 'step-completed' && event.type !== 'step-failed')) return events;
    const failed = event.type === 'step-failed' ? event.failure : (event.failure ?? null);
    const outputs = event.type === 'step-completed' ? outputOf(event) : null;
    const status = event.type === 'step-failed' ? 'failed' : failed === null ? 'succeeded' : 'exception';
    const end = {
      ...base(node),
      inputs: null,
      inputs_truncated: false,
      outputs,
      outputs_truncated: false,
      status,
      error: failed?.message ?? null,
      elapsed_time: (at - one.at) / 1000,
      created_at: seconds(one.at),
      finished_at: seconds(at),
    };
    const kind = kindOf(node);
    if (kind !== null) {
      events.push({
        event: `${kind}_completed`,
        data: {
          id: node,
          ...end,
          extras: {},
          total_tokens: 0,
          execution_metadata: {},
          steps: told.get(key) ?? 0,
        },
      });
    }
    const where = around(frame);
    events.push({
      event: 'node_finished',
      data: {
        id: one.id,
        index: one.index,
        predecessor_node_id: one.before,
        ...end,
        process_data: null,
        process_data_truncated: false,
        execution_metadata: { total_tokens: 0, total_price: '0', currency: 'USD', ...where },
        files: [],
        iteration_id: where['iteration_id'] ?? null,
        loop_id: where['loop_id'] ?? null,
      },
    });
    if (frame === '') last = node;
    return events;
  };

  return {
    begun: () => ({
      event: 'workflow_started',
      data: { id: runId, workflow_id: workflowId, inputs, created_at: seconds(begunAt), reason: 'initial' },
    }),
    of(progress) {
      if (progress.type === 'answer')
        return [{ event: 'text_chunk', data: { text: progress.text, from_variable_selector: [] } }];
      if (progress.type === 'step') return ofStep(progress.event);
      if (progress.type !== 'loop') return [];
      const { path, node, completed, failed, skipped } = progress.loop;
      const kind = kindOf(node);
      if (kind === null || path !== node) return [];
      const from = told.get(path) ?? 0;
      const until = Math.min(MOST_TOLD, completed + failed + skipped + progress.inFlight);
      if (until <= from) return [];
      told.set(path, until);
      const events = begin(path, node, '', progress.loop.startedAt);
      for (let index = from; index < until; index += 1) {
        // Rounds of a loop are told from the second on.
        if (kind === 'loop' && index === 0) continue;
        events.push({
          event: `${kind}_next`,
          data: { id: node, ...base(node), index, created_at: seconds(now()), extras: {} },
        });
      }
      return events;
    },
    finished(result) {
      tokens = (result.stats.usage?.tokensIn ?? 0) + (result.stats.usage?.tokensOut ?? 0);
      return { event: 'workflow_finished', data: finishedData(result, workflowId, begunAt, now(), tokens) };
    },
  };
}

export function finishedData(
  { runId, status, output, failure, stats }: RunResult,
  workflowId: string,
  begunAt: number,
  endedAt: number,
  tokens: number,
): Record<string, unknown> {
  return {
    id: runId,
    workflow_id: workflowId,
    status: status === 'completed' && stats.exceptions > 0 ? 'partial-succeeded' : statusOf(status),
    outputs: outputsOf(output),
    error: failure?.message ?? null,
    elapsed_time: (endedAt - begunAt) / 1000,
    total_tokens: tokens,
    total_steps: stats.steps,
    created_by: null,
    created_at: seconds(begunAt),
    finished_at: seconds(endedAt),
    exceptions_count: stats.exceptions,
    files: [],
  };
}

/** The first item of the first output. */
function outputOf(event: JournalEvent & { type: 'step-completed' }): Record<string, Json> | null {
  if (event.output.kind === 'rows') return { output: event.output.counts };
  const items = event.output.ports.find((port) => port.length > 0) ?? [];
  const values = items.slice(0, 100).map((text) => decodeItem(text).json);
  return values.length === 0 ? null : outputsOf(values.length === 1 ? (values[0] ?? null) : values);
}
