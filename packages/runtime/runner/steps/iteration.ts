/**
 * Owns one iteration of a body that is not pushed down: its frame, what its row says, what it
 * gives. Used by every loop whose body has effects or holds loops.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import { encodeItem, ITEM_SEPARATOR, itemFromWire, type Json } from '@rondo/core/model/item.ts';
import type { Dialect } from '@rondo/core/model/definition.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Region, Step } from '@rondo/core/model/plan.ts';
import type { RunContext } from '../context.ts';
import { inline, readAll } from '../dataset.ts';
import type { Doors } from '../doors.ts';
import { driveFrame, resultFeeds, type Frame, type LoopView } from '../frame.ts';
import { jsonOf } from '../programs.ts';
import type { UnitValue } from './concurrent.ts';

/** More of an iteration's steps than this is not kept with its row, only how many items there were. */
const STEPS_CHARS = 1024 * 1024;

export function bodyFrame(
  frame: Frame,
  step: Step,
  index: number,
  body: Region,
  path: string,
  items: string[],
  view: LoopView,
  doors: Doors,
): Frame {
  return {
    region: body,
    path,
    input: [{ dataset: inline(items), port: 0 }],
    parent: frame,
    around: { step, index },
    loops: [view, ...frame.loops],
    outputs: [],
    recorded: body.checkpoint,
    depth: frame.depth,
    vars: frame.vars,
    doors,
    owner: frame.owner,
  };
}

/** The item (or list of items) of an iteration, as expressions see it in `$loop.item`. */
export function viewOf(items: readonly string[], size: number, dialect: Dialect = 'native'): unknown {
  if (size === 1 || items.length === 1) return items[0] === undefined ? null : jsonOf(items[0], dialect);
  return items.map((text) => jsonOf(text, dialect));
}

/** Drives the frame and reads its result. */
export async function iterate(context: RunContext, frame: Frame, flatten: boolean): Promise<UnitValue> {
  await driveFrame(context, frame);
  const items = await readAll(context, resultFeeds(frame), frame.path);
  const output = (flatten ? items.flatMap(spread) : items).join(ITEM_SEPARATOR);
  const most = context.limits['step.bytes'];
  if (output.length > most) throw new FailureError(limitFailure('step.bytes', most, frame.path));
  return { output, steps: stepsText(frame), ...(passesOn(frame) ? { ends: true } : {}) };
}

/** A frame that was ended may end the frame around it too. True: and the loop that it is an iteration of. */
function passesOn(frame: Frame): boolean {
  const { ending, parent, around, region } = frame;
  if (ending === undefined) return false;
  const { regions, breaks } = ending.end;
  if (parent !== null && around !== null && regions.includes(parent.region.id)) {
    parent.ending ??= { end: ending.end, step: around.step.index, port: 0 };
  }
  return breaks || regions.at(-1) !== region.id;
}

/** A list becomes its elements, one level. */
function spread(text: string): string[] {
  if (!text.startsWith('[')) return [text];
  return (JSON.parse(text) as Json[]).map((json) => encodeItem({ json }));
}

function stepsText(frame: Frame): string {
  const [result, ...others] = frame.region.results;
  const last = others.length === 0 ? frame.region.steps[result?.step ?? -1] : undefined;
  // What it gave on its other outputs would be known nowhere else.
  const sole = last !== undefined && (last.outputs.length === 1 || last.container !== undefined) ? last : null;
  const steps = frame.region.steps
    .filter((step) => step !== sole)
    .map((step) => ({ id: step.id, ...described(frame.outputs[step.index] ?? null) }));
  if (steps.length === 0) return '';
  const text = JSON.stringify(steps);
  if (text.length <= STEPS_CHARS) return text;
  return JSON.stringify(steps.map(({ id, status }) => ({ id, status, cut: true })));
}

function described(dataset: Dataset | null): { status: string; output?: unknown; counts?: number[] } {
  if (dataset === null) return { status: 'skipped' };
  if (dataset.kind === 'rows') return { status: 'completed', counts: dataset.counts };
  return {
    status: 'completed',
    output: dataset.ports.map((items) => items.map((text) => itemFromWire(JSON.parse(text) as Json).json)),
  };
}
