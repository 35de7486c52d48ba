/**
 * Owns what of an ended run a new one takes over, so that it begins at a certain step, or at a certain iteration of
 * a loop: which events, which loops, how many of their iterations. Pure; copies nothing.
 */
import type { JournalEvent } from './events.ts';
import type { Region, Step } from './model/plan.ts';
import type { LoopRecord } from './ports.ts';

/** A step, and of a loop its first iteration to run; further points lie in the body of that iteration. */
export interface RestartPoint {
  step: string;
  iteration?: number;
}

export interface Taken {
  events: JournalEvent[];
  /** rows: the iterations below this number; null: all. */
  loops: { record: LoopRecord; rows: number | null }[];
  /** Frames whose finished steps are told by the row of their iteration only. */
  frames: { frame: string; loop: LoopRecord; index: number; steps: string[] }[];
}

export type Restart = { ok: true; taken: Taken } | { ok: false; message: string };

/** The loop that reads the items a run is given; no step of the plan has it. What came before refers to its rows. */
const GIVEN = '$items';

const refuse = (message: string): Restart => ({ ok: false, message });

export function planRestart(
  root: Region,
  loops: readonly LoopRecord[],
  events: readonly JournalEvent[],
  points: readonly RestartPoint[],
  /** Of a step in a frame: the last part of its path. */
  segment: (id: string) => string,
): Restart {
  const given = loops.filter(({ path }) => path === GIVEN);
  const taken: Taken = {
    events: events.filter((event) => event.step === null),
    loops: given.map((record) => ({ record, rows: null })),
    frames: [],
  };
  let region = root;
  let frame = '';
  const inFrame = (step: Step): string => (frame === '' ? segment(step.id) : `${frame}/${segment(step.id)}`);
  for (const [depth, { step: id, iteration = 0 }] of points.entries()) {
    const step = region.steps.find((one) => one.id === id);
    if (step === undefined) return refuse(`There is no step ${id} ${frame === '' ? 'at the top' : `in ${frame}`}.`);
    const kept = region.steps.slice(0, step.index);
    for (const one of kept) {
      const own = events.filter((event) => event.frame === frame && event.step === one.id);
      const last = own.at(-1);
      if (frame === '' && last?.type !== 'step-completed' && last?.type !== 'step-skipped') {
        return refuse(`The run cannot start at ${id}: ${one.id}, which comes before it, was not completed.`);
      }
      taken.events.push(...own);
      const path = inFrame(one);
      const inside = loops.filter((loop) => loop.path === path || isInside(loop.path, path));
      taken.loops.push(...inside.map((record) => ({ record, rows: null })));
    }
    const deeper = depth < points.length - 1;
    if (iteration === 0 && !deeper) break;
    const path = inFrame(step);
    const loop = loops.find((one) => one.path === path);
    const { container } = step;
    if (loop === undefined || container === undefined || container.kind === 'sub-workflow') {
      return refuse(`${path} has no iterations to start at.`);
    }
    if (step.loop.parallel > 1) return refuse(`${path} is parallel; only the whole of it can be run again.`);
    if (step.loop.over === 'state')
      return refuse(`${path} goes on from variables; only the whole of it can be run again.`);
    const recorded = loop.completed + loop.failed + loop.skipped;
    if (iteration >= recorded) {
      return refuse(`${path} has ${recorded} iterations; it cannot be started at ${iteration}.`);
    }
    taken.loops.push({ record: loop, rows: iteration });
    for (const record of loops) {
      const index = indexIn(record.path, path);
      if (index !== null && index < iteration) taken.loops.push({ record, rows: null });
    }
    frame = `${path}[${iteration}]`;
    region = container.body;
    const steps = deeper ? stepsBefore(region, points[depth + 1]?.step) : [];
    if (steps.length > 0) taken.frames.push({ frame, loop, index: iteration, steps });
  }
  return { ok: true, taken };
}

const stepsBefore = (region: Region, id: string | undefined): string[] => {
  const at = region.steps.findIndex((one) => one.id === id);
  return region.steps.slice(0, Math.max(0, at)).map((one) => one.id);
};

/** In which iteration of the loop at `around` the path lies; null: in none. */
function indexIn(path: string, around: string): number | null {
  if (!path.startsWith(`${around}[`)) return null;
  const index = /^\[(\d+)\]/.exec(path.slice(around.length))?.[1];
  return index === undefined ? null : Number(index);
}

/** Iterations, spilled lists and the like of a step. */
const isInside = (path: string, around: string): boolean =>
  path.startsWith(around) && /^(?:\[\d+\]|\.[a-z])/.test(path.slice(around.length));
