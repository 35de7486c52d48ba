/**
 * Owns the step that runs when another one has failed: in the flow, and in every iteration of its own (where
 * Windmill runs it first). Its result is what the failed flow or iteration gives.
 */
import { describe } from '../../model/shape.ts';
import { NOTHING_SEEN } from './expression.ts';
import type { Flow, Level } from './flow.ts';
import { leafOf } from './leaf.ts';
import { Place } from './module.ts';
import { loopOf } from './options.ts';

export function appendFailure(flow: Flow, level: Level): void {
  const { failure } = flow;
  const value = failure?.object('value');
  if (failure === null || value === undefined) return;
  const top = level.around.length === 0;
  const id = top ? flow.idOf(failure.fields, 'failure') : flow.free('failure');
  const named = new Place(value.fields, value.path, top ? value.out : [], id);
  const kind = named.text('type');
  if (kind === undefined) return named.missing('type', 'what kind of step it is');
  if (kind !== 'rawscript' && kind !== 'script' && kind !== 'flow') {
    return named.unsupported(`failure_module must be a script, not ${describe(kind)}.`, 'type');
  }
  const leaf = leafOf(flow, named, kind, NOTHING_SEEN);
  if (leaf === null) return;
  const { nodes } = level;
  const on = flow.free(`${id}: on failure`);
  nodes[on] = { type: 'on-failure', with: { once: true } };
  const loop = loopOf(new Place(failure.fields, failure.path, top ? failure.out : [], id), NOTHING_SEEN);
  nodes[id] = { ...leaf, after: on, ...(Object.keys(loop).length > 0 ? { loop } : {}) };
  // Of an iteration it changes the entry only: that has failed all the same.
  if (!top) return;
  const recovered = flow.free(`${id}: recovered`);
  nodes[recovered] = { type: 'end', after: id, with: { when: '{{ $json?.recover === true }}' } };
}
