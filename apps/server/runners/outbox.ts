/**
 * Owns what a runner process tells while runs go: gathered for a moment, of each loop the newest state only, so that
 * a fast loop costs the server a few messages a second. Keeps the order of everything else.
 */
import type { Progress } from '@rondo/runtime/api.ts';

export type Told = [run: string, progress: Progress];

const GATHER_MS = 25;
/** Lines of logs that wait to be sent; what is beyond is in the rows anyway. */
const MOST_LOGS = 500;
/** Somebody waits for these. */
const URGENT = new Set<Progress['type']>(['respond', 'signal', 'run', 'answer']);

export class Outbox {
  /** Resolves when the message is out of our hands. */
  readonly #send: (list: Told[]) => Promise<void>;
  #list: Told[] = [];
  readonly #loops = new Map<string, number>();
  #logs = 0;
  #timer: NodeJS.Timeout | null = null;
  #sending = false;

  constructor(send: (list: Told[]) => Promise<void>) {
    this.#send = send;
  }

  add(run: string, progress: Progress): void {
    if (progress.type === 'loop') {
      const key = `${run}\n${progress.loop.key}`;
      const at = this.#loops.get(key);
      if (at !== undefined) this.#list[at] = [run, progress];
      else this.#loops.set(key, this.#list.push([run, progress]) - 1);
    } else if (progress.type !== 'log' || this.#logs++ < MOST_LOGS) {
      const [lastRun, last] = this.#list.at(-1) ?? [];
      if (progress.type === 'answer' && lastRun === run && last?.type === 'answer') {
        this.#list[this.#list.length - 1] = [run, { type: 'answer', text: last.text + progress.text }];
      } else {
        this.#list.push([run, progress]);
      }
    }
    if (URGENT.has(progress.type)) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  /** Sends what is there, unless the channel is still busy with what was sent before. */
  flush(force = false): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if ((this.#sending && !force) || this.#list.length === 0) return;
    const list = this.#list;
    this.#list = [];
    this.#loops.clear();
    this.#logs = 0;
    this.#sending = true;
    void this.#send(list).then(() => {
      this.#sending = false;
      this.flush();
    });
  }
}
