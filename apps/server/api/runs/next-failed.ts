/**
 * Owns finding the next failed iteration anywhere in nested loops: an iteration first, then what lies inside it, then
 * the one after it; backwards the other way round. Looks at a bounded number of loops. Changes nothing.
 */
import { setImmediate } from 'node:timers/promises';
import type { LoopRecord, RunRecord } from '@rondo/core/ports.ts';
import { SPILL_MARK } from '@rondo/runtime/runner/dataset.ts';
import type { ApiContext } from '../context.ts';

export interface Failed {
  loop: string;
  index: number;
}

/** Loops that are looked into before it is given up. */
const MOST_LOOPS = 20_000;
/** Of one loop. */
const MOST_INSIDE = 8_000;

interface Search {
  context: ApiContext;
  run: RunRecord;
  forwards: boolean;
  left: number;
}

/** `index` null: from the beginning of the loop, or backwards from its end. Null: there is none, or none was found. */
export async function nextFailed(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  index: number | null,
  forwards: boolean,
): Promise<Failed | null> {
  const search: Search = { context, run, forwards, left: MOST_LOOPS };
  let at: LoopRecord | null = loop;
  let from = index;
  // What lies inside an iteration comes after it: backwards it has been passed.
  let inside = forwards && from !== null ? await inIteration(search, loop.path, from) : null;
  while (at !== null) {
    const found: Failed | null = inside ?? (await within(search, at.path, at, from));
    if (found !== null) return found;
    inside = null;
    const frame: { path: string; index: number } | null = frameOf(at.path);
    if (frame === null) return null;
    at = await context.store.loop(run.id, frame.path);
    from = frame.index;
    // Backwards, the iteration around comes before what is inside it.
    if (!forwards && at !== null && (await hasFailed(search, at, from))) return { loop: at.path, index: from };
  }
  return null;
}

function frameOf(path: string): { path: string; index: number } | null {
  const found = /^(.*)\[(\d+)\]\/[^[\]]*$/s.exec(path);
  return found === null ? null : { path: found[1] ?? '', index: Number(found[2]) };
}

async function hasFailed({ context, run }: Search, loop: LoopRecord, index: number): Promise<boolean> {
  if (loop.failed === 0) return false;
  const query = { status: 'failed', after: index - 1, before: index + 1, limit: 1 } as const;
  return (await context.store.indices(run.id, loop.key, query)).length > 0;
}

/** The nearest one in a loop, or in what its iterations hold, beyond an index. */
async function within(
  search: Search,
  path: string,
  loop: LoopRecord | null,
  from: number | null,
): Promise<Failed | null> {
  const { context, run, forwards } = search;
  if (search.left <= 0) return null;
  const beyond = from === null ? {} : forwards ? { after: from } : { before: from };
  const [own] =
    loop === null || loop.failed === 0
      ? []
      : await context.store.indices(run.id, loop.key, { status: 'failed', ...beyond, descending: !forwards, limit: 1 });
  const held = (await context.store.loopsInside(run.id, path, MOST_INSIDE))
    .filter((one) => !one.path.endsWith(SPILL_MARK))
    .filter(({ index }) => from === null || (forwards ? index > from : index < from))
    .sort((a, b) => (forwards ? a.index - b.index : b.index - a.index));
  search.left -= held.length;
  await setImmediate();
  for (const one of held) {
    // An iteration that failed itself comes before what is inside it, forwards.
    if (own !== undefined && (forwards ? own <= one.index : own > one.index)) break;
    const found = await within(
      search,
      one.path,
      one.failed > 0 ? await context.store.loop(run.id, one.path) : null,
      null,
    );
    if (found !== null) return found;
  }
  return own === undefined ? null : { loop: path, index: own };
}

/** The first one inside an iteration. */
async function inIteration(search: Search, path: string, index: number): Promise<Failed | null> {
  const { context, run } = search;
  for (const loop of await context.store.loopsIn(run.id, `${path}[${index}]`, MOST_INSIDE)) {
    if (loop.path.endsWith(SPILL_MARK)) continue;
    const found = await within(search, loop.path, loop, null);
    if (found !== null) return found;
  }
  return null;
}
