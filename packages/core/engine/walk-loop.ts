/**
 * Owns one call of Loop Over Items where it is a step of a walk: n8n's own behaviour, in which whatever arrives is
 * either the list to go through or something that came back. Sees counts and where lists came from, never items.
 * Loops that are lowered to a body are containers and do not come here.
 */
import type { LoopCall } from '../model/walk.ts';
import { cons, type List } from './list.ts';
import type { Arrival } from './walk.ts';

/** What the node keeps from call to call. */
export interface LoopMemory {
  /** The list that is handed out: where it came from, how much of it is out. */
  list: Arrival;
  handed: number;
  /** What came back, the last one first. */
  back: List<Arrival>;
  /** Number of the batch that is out, from 0, and how many there are. */
  batch: number;
  batches: number;
  done: boolean;
}

export interface LoopTurn {
  memory: LoopMemory;
  /** Positions of the list to hand out; null: it is done, and gives all that came back. */
  batch: { from: number; count: number } | null;
}

/** `rearm`: what arrives after the end is a new list. Without it n8n takes it for something that came back. */
export function takeTurn(memory: LoopMemory | null, arrival: Arrival, call: LoopCall, rearm: boolean): LoopTurn {
  const size = Number.isNaN(call.size) ? 0 : Math.max(0, Math.trunc(call.size));
  const starts = memory === null || call.reset || (rearm && memory.done);
  const now: LoopMemory = starts
    ? { list: arrival, handed: 0, back: null, batch: 0, batches: Math.ceil(arrival.count / call.size), done: false }
    : { ...memory, back: cons(arrival, memory.back), batch: memory.batch + 1 };
  const count = Math.min(size, now.list.count - now.handed);
  const after = { ...now, handed: now.handed + count, done: count === 0 };
  return { memory: after, batch: count === 0 ? null : { from: now.handed, count } };
}
