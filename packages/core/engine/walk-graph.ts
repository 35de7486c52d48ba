/**
 * Owns what comes before a step of a walk: its ancestors, and the steps that order v0 starts because one that waits
 * needs them. Pure; does not decide what runs next (walk.ts).
 */
import type { WalkGraph, WalkStep } from '../model/walk.ts';
import { each } from './list.ts';
import type { Arrival, Entry, WalkState } from './walk.ts';

const sets = new WeakMap<WalkGraph, Map<number, ReadonlySet<number>>>();

/** Everything that leads to the step, without itself. */
export function ancestors(graph: WalkGraph, step: number): ReadonlySet<number> {
  const known = sets.get(graph) ?? new Map<number, ReadonlySet<number>>();
  sets.set(graph, known);
  const found = known.get(step);
  if (found !== undefined) return found;
  const seen = new Set<number>();
  const stack = [step];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const source of sourcesOf(graph, at)) {
      if (seen.has(source)) continue;
      seen.add(source);
      stack.push(source);
    }
  }
  seen.delete(step);
  known.set(step, seen);
  return seen;
}

/** Whether `other` leads to the step. */
export const isAncestor = (graph: WalkGraph, step: number, other: number): boolean => ancestors(graph, step).has(other);

const sourcesOf = (graph: WalkGraph, step: number): number[] =>
  (graph.steps[step] as WalkStep).sources.flatMap((list) => list.map((source) => source.step));

/**
 * The ancestors from the furthest to the nearest, as n8n lists them: after each source of the step, in order, what
 * leads to it moves to the front.
 */
function lineOf(graph: WalkGraph, step: number, above: ReadonlySet<number>, known: Map<number, number[]>): number[] {
  const found = known.get(step);
  if (found !== undefined) return found;
  const path = new Set([...above, step]);
  let line: number[] = [];
  for (const source of sourcesOf(graph, step)) {
    if (path.has(source)) continue;
    const further = lineOf(graph, source, path, known);
    const moved = new Set([...further, source]);
    line = [...further, source, ...line.filter((one) => !moved.has(one))];
  }
  known.set(step, line);
  return line;
}

/**
 * Order v0: a step began to wait for more than `arrival`. What its other inputs come from is started, from the
 * furthest ancestor that has not run, each with one empty item, unless it will run anyway.
 */
export function forced(graph: WalkGraph, state: WalkState, step: number, arrival: Arrival): Entry[] {
  const parent = arrival.step;
  const siblings = new Set((graph.steps[parent] as WalkStep).targets.flatMap((list) => list.map((to) => to.step)));
  const queued = new Set<number>([...each(state.front), ...each(state.back)].map((entry) => entry.step));
  const ran = (one: number): boolean => (state.runs[one] ?? 0) > 0;
  const lines = new Map<number, number[]>();
  const entries: Entry[] = [];
  for (const source of sourcesOf(graph, step)) {
    if (source === parent) continue;
    if (siblings.has(source) && !isEmpty(graph, state, source, arrival.run)) continue;
    if (queued.has(source) || ran(source)) continue;
    const add = furthest(
      source,
      [source, ...lineOf(graph, source, new Set(), lines).toReversed()],
      siblings,
      queued,
      ran,
    );
    if (add === null) continue;
    if (arrival.count === 0 && isAncestor(graph, add, parent)) continue;
    const inputs = (graph.steps[add] as WalkStep).sources;
    if (inputs.length > 0 && !isEmpty(graph, state, add, arrival.run)) continue;
    entries.push({ step: add, inputs: [{ ...arrival, count: 1, empty: true }] });
    queued.add(add);
  }
  return entries;
}

/** The last one before something that ran already; null: something in between will run anyway. */
function furthest(
  source: number,
  line: readonly number[],
  siblings: ReadonlySet<number>,
  queued: ReadonlySet<number>,
  ran: (step: number) => boolean,
): number | null {
  let add = source;
  for (const one of line) {
    if (one !== source && siblings.has(one)) return null;
    if (queued.has(one)) return null;
    if (ran(one)) break;
    add = one;
  }
  return add;
}

/** Whether nothing came to the first input of the step in the run of this number of what leads there. */
function isEmpty(graph: WalkGraph, state: WalkState, step: number, run: number): boolean {
  return (
    (graph.steps[step] as WalkStep).sources[0]?.every(
      (source) => (gave(state, source.step, run)[source.port] ?? 0) === 0,
    ) ?? true
  );
}

function gave(state: WalkState, step: number, run: number): readonly number[] {
  let left = (state.runs[step] ?? 0) - 1 - run;
  if (left < 0) return [];
  for (const counts of each(state.gave[step] ?? null)) {
    if (left === 0) return counts;
    left -= 1;
  }
  return [];
}
