/**
 * Owns the connections of one run to one database: opened when needed, shared by its iterations, waited for in
 * order. The pools of the drivers cannot be left while waiting, and look the address up without the guard.
 */
import { unlessAborted } from './deadline.ts';
import type { Session } from './session.ts';

interface Waiter {
  go(): void;
}

export class Pool {
  readonly #open: () => Promise<Session>;
  readonly #most: number;
  readonly #idle: Session[] = [];
  readonly #waiting: Waiter[] = [];
  #taken = 0;
  #closed = false;

  constructor(open: () => Promise<Session>, most: number) {
    this.#open = open;
    this.#most = most;
  }

  /** Work with a session of its own. A broken one is closed and replaced by the next use. */
  async use<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    await this.#turn(signal);
    let session: Session | undefined;
    try {
      session = this.#usable() ?? (await this.#another(signal));
      return await work(session);
    } finally {
      if (session !== undefined) this.#giveBack(session);
      // Who waits takes over the place, so that nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next.go();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map((session) => session.close(false)));
  }

  async #another(signal: AbortSignal): Promise<Session> {
    const opening = this.#open();
    try {
      return await unlessAborted(opening, signal);
    } catch (error) {
      // Nobody waits for it any more; the next one may have it.
      if (signal.aborted) opening.then((session) => this.#giveBack(session)).catch(() => {});
      throw error;
    }
  }

  #usable(): Session | undefined {
    for (;;) {
      const session = this.#idle.pop();
      if (session === undefined || !session.broken) return session;
      void session.close(true);
    }
  }

  #giveBack(session: Session): void {
    if (session.broken || this.#closed) void session.close(session.broken);
    else this.#idle.push(session);
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#taken < this.#most) {
      this.#taken += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        go: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiter);
    });
  }
}
