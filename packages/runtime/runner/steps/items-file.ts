/** Owns `--items`: a file that is read as a stream, as the input of the run, page by page. */
import { Defect } from '@rondo/core/errors.ts';
import type { Loop } from '@rondo/core/engine/loop.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { RunContext } from '../context.ts';
import { countOf, inline, type Feed } from '../dataset.ts';
import type { Frame } from '../frame.ts';
import { runPages } from './pages.ts';

/** Name of this step in journal and loops; no node can have it. */
const ITEMS = '$items';

const READING: Loop = {
  over: 'state',
  size: 1,
  parallel: 1,
  carry: 'previous',
  limit: Number.POSITIVE_INFINITY,
  atLimit: 'end',
  onError: 'stop',
  tolerateCount: 0,
  tolerateShare: 1,
  rate: null,
  retry: { times: 0, delayMs: 0, backoff: 1, maxDelayMs: 0, jitter: 0 },
  timeoutMs: null,
  pauseMs: 0,
  collect: 'concat',
  flatten: false,
};

export async function readItems(context: RunContext, frame: Frame, path: string): Promise<Feed[]> {
  const type = context.registry.get('read-file');
  if (type === undefined) throw new Defect('no read-file node for --items');
  const raw = Object.fromEntries(
    Object.entries(type.parameters).flatMap(([name, spec]) =>
      spec.default === undefined ? [] : [[name, spec.default]],
    ),
  );
  const step: Step = {
    index: 0,
    id: ITEMS,
    type: 'read-file',
    work: 'effect',
    inputs: [[{ step: -1, port: 0 }]],
    outputs: ['main'],
    params: {
      ...Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, { kind: 'literal' as const, value }])),
      path: { kind: 'literal', value: path },
    },
    itemParams: {},
    rawParams: {},
    loop: READING,
    loopTemplates: {},
    alwaysOutput: false,
    runsOnEmpty: false,
    pure: false,
    disabled: false,
    paged: true,
    block: false,
    references: [],
    names: [],
  };
  const before = context.earlier.get('')?.get(ITEMS);
  const reader: Frame = { ...frame, input: [{ dataset: inline(['{}']), port: 0 }] };
  const dataset = before?.type === 'step-completed' ? before.output : await runPages(context, reader, step);
  if (before === undefined)
    context.event({ type: 'step-completed', frame: '', step: ITEMS, output: dataset, durationMs: 0 });
  const { limit } = context.options;
  if (limit === null || dataset.kind === 'inline') return [{ dataset, port: 0 }];
  return [{ dataset: { ...dataset, counts: [Math.min(limit, countOf({ dataset, port: 0 }))] }, port: 0 }];
}
