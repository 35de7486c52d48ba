/**
 * Owns what iterations say while they run, beside their result: text of the run's answer, in the
 * order of the list however many run at once, and what their model calls cost. Records nothing.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Usage } from '@rondo/core/model/effect-ports.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';

export interface Doors {
  answer(text: string): void;
  use(used: Usage): void;
}

/** Adds up; null as long as nothing was used. */
export class Spent {
  total: Usage | null = null;

  add(used: Usage): void {
    const { tokensIn, tokensOut, cost } = this.total ?? { tokensIn: 0, tokensOut: 0, cost: 0 };
    this.total = { tokensIn: tokensIn + used.tokensIn, tokensOut: tokensOut + used.tokensOut, cost: cost + used.cost };
  }
}

/** The doors of one iteration: costs are its own and those of what is around it. */
export function doorsOf(spent: Spent, around: Doors, answer: (text: string) => void = around.answer): Doors {
  return {
    answer,
    use: (used) => {
      spent.add(used);
      around.use(used);
    },
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
