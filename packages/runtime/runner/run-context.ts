/**
 * Owns putting together what the parts of one run share, from what earlier runners left in the
 * journal. Drives nothing.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { JournalEvent } from '@rondo/core/events.ts';
import { encodeItem, type Json } from '@rondo/core/model/item.ts';
import { isObject } from '@rondo/core/model/shape.ts';
import type { LoopRecord } from '@rondo/core/ports.ts';
import { LoopTable, type RunContext, type StopSignal } from './context.ts';
import { DialWatch } from './dials.ts';
import type { LeaseWatch } from './lease-watch.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { createVariables, put } from './ports.ts';
import type { RateGate } from './rate.ts';
import type { RunSetup } from './run.ts';

/** Variables of conversations, by their id. */
const CONVERSATIONS = 'conversations';
const NO_CONVERSATION = failure(
  'node-failed',
  'This run belongs to no conversation, so it has no conversation variables.',
  {
    retry: 'no',
    fix: 'Start it with a conversation id, or use variables of the run.',
  },
);

/** What the conversation holds by now; what it has not, begins with what the workflow declares. */
export async function readConversation(setup: RunSetup): Promise<Record<string, Json>> {
  const declared = setup.plan.conversation ?? {};
  if (setup.conversation === null) return { ...declared };
  const stored = await setup.ports.state.get(CONVERSATIONS, setup.conversation);
  return isObject(stored) ? { ...declared, ...(stored as Record<string, Json>) } : { ...declared };
}

export function makeContext(
  setup: RunSetup,
  writer: LedgerWriter,
  stop: StopSignal,
  journal: readonly JournalEvent[],
  loops: readonly LoopRecord[],
  conversation: Record<string, Json>,
  leaseWatch: LeaseWatch,
): RunContext {
  const { plan, clock } = setup;
  const earlier = new Map<string, Map<string, JournalEvent>>();
  let seq = 0;
  let assigned: { seq: number; values: Record<string, Json> } | null = null;
  const loopVariables = new Map<string, Record<string, Json>>();
  for (const event of journal) {
    seq = Math.max(seq, event.seq);
    if (event.type === 'variables-set' && event.frame !== '') {
      loopVariables.set(event.frame, event.values);
      continue;
    }
    if (event.type === 'variables-set') {
      assigned = { seq: event.seq, values: event.values };
      for (const [name, value] of Object.entries(event.conversation ?? {})) put(conversation, name, value);
      for (const [name, value] of Object.entries(event.values)) put(setup.vars, name, value);
      continue;
    }
    const steps = earlier.get(event.frame) ?? new Map<string, JournalEvent>();
    // A failed or merely started step is done again; a finished or waiting one is gone on from.
    if (event.type === 'step-started' || event.type === 'step-failed') steps.delete(event.step);
    else steps.set(event.step, event);
    earlier.set(event.frame, steps);
  }
  const keys = new WeakMap<object, number>();
  let nextKey = 0;
  const vars = setup.vars;
  const home = assigned ?? { seq: 0, values: {} };
  const report = (event: JournalEvent): void => {
    writer.event(event);
    setup.report({ type: 'step', event });
  };
  /** Without a conversation, what the workflow declares of one belongs to the run. */
  const isOwn = (name: string): boolean => plan.conversation !== null && Object.hasOwn(plan.conversation, name);
  const recordRun = (): void => {
    if (home.seq === 0) home.seq = ++seq;
    const own = setup.conversation === null && plan.conversation !== null ? { conversation: { ...conversation } } : {};
    const values = { ...home.values };
    report({ type: 'variables-set', frame: '', step: null, values, ...own, seq: home.seq, at: clock.now() });
  };
  const variables = createVariables({
    vars,
    conversation,
    assigned: home.values,
    recordRun: () => recordRun(),
    recordConversation: async (name) => {
      if (setup.conversation !== null) {
        await setup.ports.state.set(CONVERSATIONS, setup.conversation, { ...conversation });
      } else if (isOwn(name)) recordRun();
      else throw new FailureError(NO_CONVERSATION);
    },
  });
  const rates = new Map<string, RateGate>();
  const table = new LoopTable(loops, plan.limits);
  const { store, lease } = setup;
  return {
    dials: new DialWatch({ store, lease, rates, active: () => table.active }),
    runId: setup.runId,
    workflow: plan.name,
    workflowId: plan.id,
    store: setup.store,
    registry: setup.registry,
    clock,
    writer,
    evaluator: setup.evaluator,
    limits: plan.limits,
    options: {
      vars,
      conversation: setup.conversation === null && plan.conversation === null ? null : conversation,
      trigger: setup.trigger,
      pins: new Map(
        Object.entries(setup.pins).map(([node, value]) => [node, listOf(value).map((json) => encodeItem({ json }))]),
      ),
      parallel: setup.parallel,
      limit: setup.limit,
    },
    ports: setup.ports,
    redactor: setup.redactor,
    signals: setup.signals,
    signalUrl: setup.signalUrl,
    variables,
    loopVariables,
    python: setup.python,
    rates,
    loops: table,
    stop,
    leaseWatch,
    earlier,
    findPlan: setup.findPlan,
    fault: setup.fault,
    report: setup.report,
    event: (body) => {
      seq += 1;
      report({ ...body, seq, at: clock.now() } as JournalEvent);
    },
    programId: (key, name) => {
      let id = keys.get(key);
      if (id === undefined) {
        id = nextKey++;
        keys.set(key, id);
      }
      // The token too: a run that goes on by a repaired definition has other programs than it had in this process.
      return `${setup.runId}.${lease.token}:${id}:${name}`;
    },
    programs: new Set(),
    stats: { steps: 0, iterations: 0, folds: 0, exceptions: 0 },
  };
}

function listOf(value: Json): Json[] {
  return Array.isArray(value) ? value : [value];
}
