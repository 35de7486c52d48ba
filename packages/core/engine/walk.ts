/**
 * Owns the scheduling of n8n: which step of a graph runs next, with what, when a step may run again and again. `next`
 * and `evolve` are pure and see how many items each output gave, never the items.
 *
 * A run of a step that gave items puts the steps behind it on the list of what is to run: in front of it in order v1
 * (one branch to its end, then the other; the one that is further up and left first), behind it in order v0. A step
 * with several connected inputs waits until each has something, in as many places as lists have arrived for one
 * input. When nothing is left to run, one waiting step runs with what it has.
 *
 * The defects of n8n that lose work (a place that is overwritten, steps that wait for each other for ever) are there
 * in strict graphs only.
 */
import type { WalkGraph, WalkStep } from '../model/walk.ts';
import { cons, reversed, type List } from './list.ts';
import { forced, isAncestor, ancestors } from './walk-graph.ts';

/** Items that came to an input: the output of a run of a step. Step -1 is what the frame was given. */
export interface Arrival {
  step: number;
  port: number;
  run: number;
  count: number;
  /** One empty item instead: the step was started because another one waits for it. */
  empty?: true;
}

/** A step that is to run. */
export interface Entry {
  step: number;
  /** By input; null: nothing came. */
  inputs: readonly (Arrival | null)[];
}

/** A place where a step with several inputs waits. */
interface Slot {
  number: number;
  inputs: readonly (Arrival | null)[];
}

interface Waiting {
  step: number;
  slots: readonly Slot[];
}

export interface WalkState {
  /** What is to run, the next one first; what was put behind it, the last one first. */
  front: List<Entry>;
  back: List<Entry>;
  /** In the order in which they began to wait. */
  waiting: readonly Waiting[];
  /** By step: how often it ran. */
  runs: readonly number[];
  /** By step: items per output of its runs, the last one first. Order v0 only: there it decides. */
  gave: readonly List<readonly number[]>[];
  /** Of all steps. */
  total: number;
}

export type WalkCommand = { do: 'run'; step: number; run: number; inputs: Entry['inputs'] } | { do: 'complete' };

/** Items per output; or the run was none: its branch ends, and nothing is kept of it. */
export type WalkEvent = { type: 'completed'; counts: readonly number[] } | { type: 'ended' };

export function startWalk(graph: WalkGraph, step: number, count: number): WalkState {
  const entry: Entry = { step, inputs: [{ step: -1, port: 0, run: 0, count }] };
  return {
    front: cons(entry, null),
    back: null,
    waiting: [],
    runs: graph.steps.map(() => 0),
    gave: graph.order === 'v0' ? graph.steps.map(() => null) : [],
    total: 0,
  };
}

export function next(state: WalkState): WalkCommand {
  const entry = state.front?.head;
  if (entry === undefined) return { do: 'complete' };
  return { do: 'run', step: entry.step, run: state.runs[entry.step] ?? 0, inputs: entry.inputs };
}

/** The state after the step that `next` named has run. */
export function evolve(graph: WalkGraph, state: WalkState, event: WalkEvent): WalkState {
  const entry = state.front?.head;
  if (entry === undefined) return state;
  let after: WalkState = { ...state, front: state.front?.tail ?? null };
  if (event.type === 'completed') {
    const run = state.runs[entry.step] ?? 0;
    after = counted(after, entry.step, event.counts);
    for (const one of followers(graph, entry.step, event.counts)) {
      const arrival: Arrival = { step: entry.step, port: one.port, run, count: event.counts[one.port] ?? 0 };
      after = arrive(graph, after, one.step, one.input, arrival);
    }
  } else if (graph.strict) return turned(after);
  after = turned(after);
  return after.front === null ? release(graph, after) : after;
}

function counted(state: WalkState, step: number, counts: readonly number[]): WalkState {
  const runs = state.runs.with(step, (state.runs[step] ?? 0) + 1);
  const gave = state.gave.length === 0 ? state.gave : state.gave.with(step, cons(counts, state.gave[step] ?? null));
  return { ...state, runs, gave, total: state.total + 1 };
}

/** The steps behind the outputs that gave something, in the order in which they are put on the list. */
function followers(
  graph: WalkGraph,
  step: number,
  counts: readonly number[],
): { step: number; input: number; port: number }[] {
  const found: { step: number; input: number; port: number }[] = [];
  const targets = (graph.steps[step] as WalkStep).targets;
  for (let port = 0; port < targets.length; port += 1) {
    const count = counts[port];
    if (count === undefined) continue;
    for (const to of targets[port] ?? []) {
      if (count > 0 || (graph.order === 'v0' && to.input > 0)) found.push({ ...to, port });
    }
  }
  if (graph.order === 'v0' || found.length < 2) return found;
  const place = (one: { step: number }): WalkStep => graph.steps[one.step] as WalkStep;
  // Each goes in front of those before it, so the one that is to run first comes last. n8n's comparison is not
  // symmetric: of two in a row only the one on the right moves.
  return found.sort((a, b) => place(b).y - place(a).y || (place(a).x > place(b).x ? -1 : 0));
}

function enqueue(graph: WalkGraph, state: WalkState, entry: Entry): WalkState {
  if (graph.order === 'v1') return { ...state, front: cons(entry, state.front) };
  return { ...state, back: cons(entry, state.back) };
}

/** What was put behind is next when nothing is before it. */
function turned(state: WalkState): WalkState {
  if (state.front !== null || state.back === null) return state;
  return { ...state, front: reversed(state.back), back: null };
}

function arrive(graph: WalkGraph, state: WalkState, to: number, input: number, arrival: Arrival): WalkState {
  const inputs = (graph.steps[to] as WalkStep).sources.length;
  if (inputs < 2) return enqueue(graph, state, { step: to, inputs: [arrival] });
  const at = state.waiting.findIndex((one) => one.step === to);
  const slots = state.waiting[at]?.slots ?? [];
  const open = slots.findIndex((slot) => slot.inputs[input] === null);
  const blank = Array.from({ length: inputs }, () => null);
  const slot: Slot = slots[open] ?? { number: fresh(graph, slots), inputs: blank };
  const filled: Slot = { number: slot.number, inputs: slot.inputs.with(input, arrival) };
  if (filled.inputs.every((one) => one !== null)) {
    return enqueue(graph, without(state, at, slot.number), { step: to, inputs: filled.inputs });
  }
  const others = slots.filter((one) => one.number !== slot.number);
  const sorted = open >= 0 ? slots.with(open, filled) : [...others, filled].sort((a, b) => a.number - b.number);
  const waiting: Waiting = { step: to, slots: sorted };
  if (at >= 0) return { ...state, waiting: state.waiting.with(at, waiting) };
  const begun = { ...state, waiting: [...state.waiting, waiting] };
  if (graph.order === 'v1') return begun;
  return forced(graph, begun, to, arrival).reduce<WalkState>((now, entry) => enqueue(graph, now, entry), begun);
}

/** n8n numbers a place by how many there are, also when that number is taken; then what waits there is lost. */
function fresh(graph: WalkGraph, slots: readonly Slot[]): number {
  if (graph.strict) return slots.length;
  return slots.reduce((most, slot) => Math.max(most, slot.number + 1), 0);
}

function without(state: WalkState, at: number, number: number): WalkState {
  const waiting = state.waiting[at];
  if (waiting === undefined) return state;
  const slots = waiting.slots.filter((slot) => slot.number !== number);
  return {
    ...state,
    waiting: slots.length === 0 ? state.waiting.toSpliced(at, 1) : state.waiting.with(at, { ...waiting, slots }),
  };
}

/** Nothing is left to run: one step that waits runs with what it has. */
function release(graph: WalkGraph, state: WalkState): WalkState {
  let now = state;
  for (;;) {
    const at = releasable(graph, now);
    const waiting = now.waiting[at];
    if (waiting === undefined) return now;
    const slot = firstSlot(graph, waiting);
    now = without(now, at, slot.number);
    if (slot.inputs.some((one) => one !== null && one.count > 0))
      return { ...now, front: cons({ step: waiting.step, inputs: slot.inputs }, null) };
  }
}

/** n8n sorts the numbers of places as texts. */
function firstSlot(graph: WalkGraph, { slots }: Waiting): Slot {
  const [first] = graph.strict ? slots.toSorted((a, b) => (String(a.number) < String(b.number) ? -1 : 1)) : slots;
  return first as Slot;
}

function releasable(graph: WalkGraph, state: WalkState): number {
  const waits = new Set(state.waiting.map((one) => one.step));
  const ready = (one: Waiting): boolean => {
    const { required, all } = graph.steps[one.step] as WalkStep;
    if (graph.order === 'v0' || required === null) return true;
    if (all) return false;
    const { inputs } = firstSlot(graph, one);
    if (typeof required === 'number') return inputs.filter((input) => input !== null).length >= required;
    return required.every((input) => inputs[input] !== null && inputs[input] !== undefined);
  };
  const before = (one: Waiting): number[] => [...waits].filter((step) => isAncestor(graph, one.step, step));
  const at = state.waiting.findIndex((one) => before(one).length === 0 && ready(one));
  if (at >= 0 || graph.strict) return at;
  // Those that wait for each other would do so for ever.
  return state.waiting.findIndex(
    (one) => ready(one) && before(one).every((step) => ancestors(graph, step).has(one.step)),
  );
}
