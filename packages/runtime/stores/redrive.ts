/**
 * Owns what a redrive means: which rows are taken out, which loops go on, which are forgotten and
 * which journal events go with them (the port's Redrive comment, as a plan). Writes nothing.
 */
import type { JournalEvent } from '@rondo/core/events.ts';
import type { LoopRecord, Redrive } from '@rondo/core/ports.ts';

/** Indices of a loop, one bit each: a million rows put back cost 125 kB. */
export class IndexSet {
  size = 0;
  private bits = new Uint32Array(8);

  add(index: number): void {
    const word = index >>> 5;
    if (word >= this.bits.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.bits.length * 2));
      grown.set(this.bits);
      this.bits = grown;
    }
    const mask = 1 << (index & 31);
    const bits = this.bits[word] ?? 0;
    if ((bits & mask) !== 0) return;
    this.bits[word] = bits | mask;
    this.size += 1;
  }

  has(index: number): boolean {
    return ((this.bits[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  /** Ascending. */
  *values(): Generator<number> {
    for (let word = 0; word < this.bits.length; word += 1) {
      if (this.bits[word] === 0) continue;
      for (let bit = 0; bit < 32; bit += 1) {
        const index = word * 32 + bit;
        if (this.has(index)) yield index;
      }
    }
  }
}

export interface RedrivePlan {
  /** Rows that were asked for. */
  count: number;
  /** By loop key: rows to take out, and with an empty set too: the loop goes on. */
  open: Map<number, IndexSet>;
  /** Keys of loops that are forgotten with all their rows. */
  forgotten: Set<number>;
  /** Seqs of the journal events to take out. */
  events: number[];
}

interface Frame {
  loop: LoopRecord;
  index: number;
}

/** Steps of a path may hold brackets themselves, so a frame is one only if its loop is known. */
function framesAround(path: string, byPath: ReadonlyMap<string, LoopRecord>): Frame[] {
  const out: Frame[] = [];
  for (const match of path.matchAll(/\[(\d+)\]\//g)) {
    const loop = byPath.get(path.slice(0, match.index));
    if (loop !== undefined) out.push({ loop, index: Number(match[1]) });
  }
  return out;
}

function frameName(frame: Frame | undefined): string {
  return frame === undefined ? '' : `${frame.loop.path}[${frame.index}]`;
}

/** Steps that come after the own steps of a frame, when nobody who knows the plan said which. */
function startedLater(events: readonly JournalEvent[], frame: string, own: ReadonlySet<string>): Set<string> {
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const event of events) {
    if (event.frame !== frame || event.step === null) continue;
    if (!first.has(event.step)) first.set(event.step, event.seq);
    last.set(event.step, event.seq);
  }
  const end = Math.min(...[...own].map((step) => last.get(step) ?? Infinity));
  return new Set([...first].filter(([, seq]) => seq > end).map(([step]) => step));
}

class Planner {
  readonly open = new Map<number, IndexSet>();
  /** Rows asked for, by loop key. */
  readonly asked = new Map<number, number>();
  readonly forgotten = new Set<number>();
  private readonly loops: readonly LoopRecord[];
  private readonly byPath: ReadonlyMap<string, LoopRecord>;
  private readonly around: ReadonlyMap<number, Frame[]>;
  /** By frame: what its journal calls its steps. */
  private readonly names: ReadonlyMap<string, ReadonlySet<string | null>>;

  constructor(loops: readonly LoopRecord[], events: readonly JournalEvent[]) {
    this.loops = loops;
    const byFrame = Map.groupBy(events, (event) => event.frame);
    this.names = new Map([...byFrame].map(([frame, list]) => [frame, new Set(list.map((event) => event.step))]));
    this.byPath = new Map(loops.map((loop) => [loop.path, loop]));
    this.around = new Map(loops.map((loop) => [loop.key, framesAround(loop.path, this.byPath)]));
  }

  private frames(loop: LoopRecord): Frame[] {
    return this.around.get(loop.key) ?? [];
  }

  private frameOf(loop: LoopRecord): string {
    return frameName(this.frames(loop).at(-1));
  }

  private setOf(loop: LoopRecord): IndexSet {
    const found = this.open.get(loop.key) ?? new IndexSet();
    this.open.set(loop.key, found);
    return found;
  }

  /** What the journal of its frame calls the step of a loop: in a walk the last part of its path, as it runs again. */
  stepOf(loop: LoopRecord): string {
    const frame = this.frameOf(loop);
    const part = frame === '' ? loop.path : loop.path.slice(frame.length + 1);
    return this.names.get(frame)?.has(part) ? part : loop.node;
  }

  putBack(loop: LoopRecord, indices: Iterable<number>): void {
    let count = 0;
    for (const index of indices) {
      this.setOf(loop).add(index);
      count += 1;
    }
    if (count === 0) return;
    this.asked.set(loop.key, count);
    for (const frame of this.frames(loop)) this.setOf(frame.loop).add(frame.index);
  }

  /** Inside iterations that are done again: failures go with them, and a loop that stopped goes on. */
  putBackInside(matching: (loop: LoopRecord) => Iterable<number>): void {
    const inside = this.loops.filter((loop) =>
      this.frames(loop).some((frame) => this.asked.has(frame.loop.key) && this.isOpen(frame)),
    );
    for (const loop of inside) {
      if (!this.asked.has(loop.key)) this.putBack(loop, matching(loop));
      if (loop.status !== 'completed') this.setOf(loop);
    }
  }

  isOpen(frame: Frame | undefined): boolean {
    return frame === undefined || (this.open.get(frame.loop.key)?.has(frame.index) ?? false);
  }

  /** By frame: the steps whose loops are open in it. */
  ownSteps(): Map<string, Set<string>> {
    const own = new Map<string, Set<string>>();
    for (const loop of this.loops) {
      if (!this.open.has(loop.key)) continue;
      const frame = this.frameOf(loop);
      own.set(frame, (own.get(frame) ?? new Set<string>()).add(this.stepOf(loop)));
    }
    return own;
  }

  forgetAfter(isAfter: (frame: string, loop: LoopRecord) => boolean): void {
    for (const loop of this.loops) {
      if (this.isOpen(this.frames(loop).at(-1)) && isAfter(this.frameOf(loop), loop)) this.forgotten.add(loop.key);
    }
    // A loop inside may have a lower key than the one around it, so this is a round of its own.
    for (const loop of this.loops) {
      if (this.frames(loop).some((frame) => this.forgotten.has(frame.loop.key))) this.forgotten.add(loop.key);
    }
    for (const key of this.forgotten) this.open.delete(key);
  }

  /** Of an event: null for a frame that is not open, and whether it went with a forgotten loop. */
  place(frame: string): 'closed' | 'open' | 'forgotten' {
    if (frame === '') return 'open';
    const parsed = /^(.*)\[(\d+)\]$/s.exec(frame);
    const loop = parsed === null ? undefined : this.byPath.get(parsed[1] ?? '');
    if (loop === undefined) return 'closed';
    if (this.forgotten.has(loop.key)) return 'forgotten';
    return this.isOpen({ loop, index: Number(parsed?.[2]) }) ? 'open' : 'closed';
  }

  loopStartedIn(frame: string, own: ReadonlySet<string>): number {
    const starts = this.loops
      .filter((loop) => this.open.has(loop.key) && this.frameOf(loop) === frame && own.has(this.stepOf(loop)))
      .map((loop) => loop.startedAt);
    return Math.min(...starts);
  }
}

/** `matching` gives the indices of a loop's rows that are asked for; narrowed: by cause and indices too. */
export function planRedrive(
  loops: readonly LoopRecord[],
  events: readonly JournalEvent[],
  what: Redrive,
  matching: (loop: LoopRecord, narrowed: boolean) => Iterable<number>,
): RedrivePlan {
  const planner = new Planner(loops, events);
  const chosen = what.loop === null ? loops : loops.filter((loop) => loop.key === what.loop);
  for (const loop of chosen) planner.putBack(loop, matching(loop, true));
  const nothing = { count: 0, open: planner.open, forgotten: planner.forgotten, events: [] };
  if (planner.asked.size === 0) return nothing;
  planner.putBackInside((loop) => matching(loop, false));

  const own = planner.ownSteps();
  const later = new Map<string, Set<string>>();
  const given = what.after === null ? null : new Set(what.after);
  const stepsAfter = (frame: string): ReadonlySet<string> => {
    if (given !== null) return given;
    const known = later.get(frame) ?? startedLater(events, frame, own.get(frame) ?? new Set());
    later.set(frame, known);
    return known;
  };
  const journalled = new Set(events.map((event) => event.frame));
  planner.forgetAfter((frame, loop) => {
    if (given !== null) return given.has(loop.node);
    const step = planner.stepOf(loop);
    if (journalled.has(frame)) return stepsAfter(frame).has(step);
    // The journal of this frame is gone: what started after the own loop came after it.
    const steps = own.get(frame);
    if (steps === undefined) return false;
    return !steps.has(step) && loop.startedAt > planner.loopStartedIn(frame, steps);
  });

  const gone = events.filter((event) => {
    const place = planner.place(event.frame);
    if (place !== 'open') return place === 'forgotten';
    // Variables are what the steps left behind; nothing tells which step it was.
    if (event.step === null) return false;
    if (event.type === 'step-completed' && event.failure !== undefined) return true;
    if (event.type === 'step-failed' || stepsAfter(event.frame).has(event.step)) return true;
    return own.get(event.frame)?.has(event.step) ?? false;
  });
  let count = 0;
  for (const [key, rows] of planner.asked) if (!planner.forgotten.has(key)) count += rows;
  return { count, open: planner.open, forgotten: planner.forgotten, events: gone.map((event) => event.seq) };
}
