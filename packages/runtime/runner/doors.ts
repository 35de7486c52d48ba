/**
 * Owns what iterations say while they run, beside their result: text of the run's answer, in the
 * order of the list however many run at once, lines of their log, what their model calls cost, and what to look at
 * when they fail.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Usage } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Frame } from './frame.ts';

export interface Doors {
  answer(text: string): void;
  use(used: Usage): void;
  /** A line for the log of the iteration. */
  log(line: string): void;
  /** When the iteration began, on the monotonic clock. */
  readonly since: number;
  /** What the parameters of the unit came to. */
  given(params: Record<string, Json>): void;
  /** The frame in which an attempt of the iteration runs. */
  runsIn(frame: Frame): void;
}

/** What is kept with the row of one iteration, of all its attempts and of the steps inside. */
export class Notes {
  /** Null as long as nothing was used. */
  usage: Usage | null = null;
  readonly since: number;
  /** Of the last attempt. */
  params: Record<string, Json> | null = null;
  frame: Frame | null = null;
  readonly #where: string;
  readonly #lines: string[] = [];
  readonly #most: number;
  #chars = 0;

  /** `most` is the limit code.logBytes; `where` the path of the iteration, `since` when it began. */
  constructor(most: number, where: string, since: number) {
    this.#most = most;
    this.#where = where;
    this.since = since;
  }

  /** Frames of workflows that a node calls in passing are not the iteration's own. */
  runsIn(frame: Frame): void {
    if (frame.path === this.#where) this.frame = frame;
  }

  add(used: Usage): void {
    const { tokensIn, tokensOut, cost } = this.usage ?? { tokensIn: 0, tokensOut: 0, cost: 0 };
    this.usage = { tokensIn: tokensIn + used.tokensIn, tokensOut: tokensOut + used.tokensOut, cost: cost + used.cost };
  }

  log(line: string): void {
    if (this.#chars > this.#most) return;
    this.#chars += line.length + 1;
    const over = this.#chars - this.#most;
    if (over <= 0) this.#lines.push(line);
    else this.#lines.push(`${line.slice(0, -over)}... (cut at ${this.#most} bytes, limit code.logBytes)`);
  }

  get logs(): string {
    return this.#lines.join('\n');
  }
}

/** The doors of one iteration: costs are its own and those of what is around it, its log is its own. */
export function doorsOf(notes: Notes, around: Doors, answer: (text: string) => void = around.answer): Doors {
  return {
    answer,
    use: (used) => {
      notes.add(used);
      around.use(used);
    },
    log: (line) => notes.log(line),
    since: notes.since,
    given: (params) => {
      notes.params = params;
    },
    runsIn: (frame) => notes.runsIn(frame),
  };
}

/**
 * The doors of the attempts at one unit: what an attempt that failed has said already is not said again, and what it
 * says after its end is not heard. Nothing that was said can be taken back, so an attempt that says something else
 * says it from its beginning, on a new line.
 */
export function attemptDoors(doors: Doors, retries: number): (n: number) => Doors {
  if (retries === 0) return () => doors;
  let said = '';
  let at = 0;
  let current = 0;
  const say = (text: string): void => {
    const known = said.slice(at, at + text.length);
    if (text.startsWith(known)) {
      const more = text.slice(known.length);
      at += text.length;
      said += more;
      if (more !== '') doors.answer(more);
      return;
    }
    said = said.slice(0, at) + text;
    at = said.length;
    doors.answer(`\n${said}`);
  };
  return (n) => {
    current = n;
    at = 0;
    return {
      ...doors,
      answer: (text) => {
        if (n === current) say(text);
      },
    };
  };
}

/** Lets the text of the first unsettled iteration through and holds back that of later ones. */
export class OrderedAnswers {
  readonly #through: (text: string) => void;
  readonly #most: number;
  readonly #where: string;
  #open: number;
  #chars = 0;
  readonly #held = new Map<number, string[]>();
  readonly #settled = new Set<number>();

  /** `first` is the first iteration that is not settled; `most` how many characters may be held back. */
  constructor(through: (text: string) => void, first: number, most: number, where: string) {
    this.#through = through;
    this.#open = first;
    this.#most = most;
    this.#where = where;
  }

  write(index: number, text: string): void {
    if (index <= this.#open) {
      this.#through(text);
      return;
    }
    this.#chars += text.length;
    if (this.#chars > this.#most) {
      const why = 'text of the answer waits for an earlier iteration to end';
      throw new FailureError(limitFailure('step.bytes', this.#most, this.#where, why));
    }
    const held = this.#held.get(index);
    if (held === undefined) this.#held.set(index, [text]);
    else held.push(text);
  }

  settle(index: number): void {
    this.#settled.add(index);
    while (this.#settled.delete(this.#open)) {
      this.#open += 1;
      for (const text of this.#held.get(this.#open) ?? []) {
        this.#chars -= text.length;
        this.#through(text);
      }
      this.#held.delete(this.#open);
    }
  }
}
