/**
 * Owns one iteration of a body that is not pushed down: its frame, what its row says, what it
 * gives. Used by every loop whose body has effects or holds loops.
 */
import { FailureError } from '@rondo/core/errors.ts';
import { encodeItem, ITEM_SEPARATOR, type Json } from '@rondo/core/model/item.ts';
import type { Dialect } from '@rondo/core/model/definition.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Region, Step } from '@rondo/core/model/plan.ts';
import type { RunContext } from '../context.ts';
import { inline, readAll } from '../dataset.ts';
import type { Doors } from '../doors.ts';
import { driveFrame, resultFeeds, type Frame, type LoopView } from '../frame.ts';
import { jsonOf } from '../programs.ts';
import { stepsText } from '../trace.ts';
import type { UnitValue } from './concurrent.ts';

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
    traces: [],
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
  frame.doors.runsIn(frame);
  await driveFrame(context, frame);
  const items = await readAll(context, resultFeeds(frame), frame.path);
  const output = (flatten ? items.flatMap(spread) : items).join(ITEM_SEPARATOR);
  const most = context.limits['step.bytes'];
  if (output.length > most) throw new FailureError(limitFailure('step.bytes', most, frame.path));
  return { output, steps: stepsText(context, frame), ...(passesOn(frame) ? { ends: true } : {}) };
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
