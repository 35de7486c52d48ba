/**
 * Owns paired items: which item of an earlier node the current one was made from, so that
 * `$('node').item` means the same as everywhere. Walks positions up the finished steps of the
 * frames; reads only the items that are asked for.
 */
import type { Reference, Source, Step } from '@rondo/core/model/plan.ts';
import type { ProgramContext } from '@rondo/core/ports.ts';
import type { RunContext } from './context.ts';
import { readAll } from './dataset.ts';
import { feedsOf, type Frame } from './frame.ts';
import { Origins, placeAt, type Place } from './origins.ts';
import { contextFor } from './programs.ts';
import { pairedScope } from './walk/scope.ts';

/** Context for the units `first` to `first + units` of a step, whose units take `size` items each. */
export type ScopeSource = (first: number, units: number, size: number) => Promise<ProgramContext>;

export async function scopeSource(
  context: RunContext,
  frame: Frame,
  references: readonly Reference[],
  where: string,
  sources: readonly Source[],
  /** The step goes through a list of its own: every unit stems from its first item. */
  listed = false,
  /** `$input` of a unit sees the whole list that its node goes through. */
  whole = false,
): Promise<ScopeSource> {
  const isWalk = frame.owner.dialect === 'n8n';
  const paired = references.filter((r) => r.uses.includes('item'));
  const known = await contextFor(context, frame, isWalk ? references : references.filter((r) => !isOnlyItem(r)), where);
  // A node that gets one item only shows all of them to its expressions.
  const all = sources.map(({ step, port, run }) => ({ step, port, ...(run === undefined ? {} : { run }) }));
  const shared = whole
    ? { ...known, input: await readAll(context, feedsOf(frame, all), `${where}, reading $input`) }
    : known;
  if (isWalk) return pairedScope(context, frame, references, sources, shared);
  if (paired.length === 0) return async () => shared;
  const origins = new Origins(context);
  return async (first, units, size) => {
    const nodes = { ...shared.nodes };
    const itemOf: Record<string, number[]> = {};
    for (const reference of paired) {
      const positions: number[] = [];
      const places: (Place | null)[] = [];
      for (let unit = 0; unit < units; unit += 1) {
        const position = listed ? 0 : (first + unit) * (Number.isFinite(size) ? size : 0);
        places.push(await ancestor(origins, frame, sources, position, reference.node));
      }
      if (nodes[reference.node] !== undefined) {
        itemOf[reference.node] = places.map((place) => place?.position ?? -1);
        continue;
      }
      // Only the items that are needed travel; equal neighbours once.
      const items: string[] = [];
      let last: Place | null = null;
      for (const place of places) {
        if (place === null) positions.push(-1);
        else {
          if (last === null || last.position !== place.position || last.port !== place.port || last.run !== place.run)
            items.push(await origins.item(place));
          last = place;
          positions.push(items.length - 1);
        }
      }
      nodes[reference.node] = [items];
      itemOf[reference.node] = positions;
    }
    return { ...shared, nodes, itemOf };
  };
}

/** A node that goes through its items one by one and whose expressions look at the list. */
export function readsInput(step: Step): boolean {
  const isOneByOne = Number.isFinite(step.loop.size) || (step.inputs[0]?.[0]?.first === true && step.type !== 'code');
  return isOneByOne && step.names.includes('$input');
}

const isOnlyItem = (reference: Reference): boolean => reference.uses.every((use) => use === 'item');

/** The item of `node` that the item at `position` of these sources was made from, through the first of several. */
async function ancestor(
  origins: Origins,
  frame: Frame,
  sources: readonly Source[],
  position: number,
  node: string,
): Promise<Place | null> {
  let place = placeAt(frame, sources, position);
  while (place !== null) {
    if (place.step?.id === node) return place;
    const [first = null]: (Place | null)[] = (await origins.of(place)) ?? [];
    place = first;
  }
  return null;
}
