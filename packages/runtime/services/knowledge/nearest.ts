/**
 * Owns keeping the best few of many scored things, in memory that does not grow with the many.
 * Among equal scores the smaller id is the better one, so that the answer is always the same.
 */

export interface Scored {
  id: number;
  score: number;
}

export class Nearest {
  readonly #most: number;
  /** A heap with the worst on top. */
  readonly #heap: Scored[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  offer(id: number, score: number): void {
    const heap = this.#heap;
    if (heap.length < this.#most) {
      heap.push({ id, score });
      this.#up(heap.length - 1);
      return;
    }
    const worst = heap[0];
    if (worst === undefined || score < worst.score || (score === worst.score && id > worst.id)) return;
    heap[0] = { id, score };
    this.#down();
  }

  /** Best first. */
  list(): Scored[] {
    return [...this.#heap].sort((a, b) => b.score - a.score || a.id - b.id);
  }

  #worse(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a] as Scored, this.#heap[b] as Scored];
    return one.score < other.score || (one.score === other.score && one.id > other.id);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b] as Scored, heap[a] as Scored];
  }

  #up(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#worse(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#heap.length) return;
      const right = left + 1;
      const child = right < this.#heap.length && this.#worse(right, left) ? right : left;
      if (!this.#worse(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }
}
