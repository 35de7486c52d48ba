/**
 * Owns making commits survive a power cut without stopping the process meanwhile: SQLite appends a
 * commit to its write-ahead log (synchronous = normal), and this flushes that file on a thread of
 * the pool; a commit is acknowledged after that. Commits that arrive during a flush share the next.
 * Knows no tables and no SQL.
 */
import { close, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';

export type Flush = () => Promise<void>;

export class WalSync {
  readonly #flush: Flush;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(flush: Flush) {
    this.#flush = flush;
  }

  /** Resolves when everything that was appended before this call is on disk. */
  sync(): Promise<void> {
    if (this.#running === null) return this.#start();
    // The flush on its way may have begun before the append.
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<void> {
    this.#next = null;
    const running = this.#flush().finally(() => {
      if (this.#running === running) this.#running = null;
    });
    this.#running = running;
    return running;
  }
}

export interface WalFile {
  flush: Flush;
  close(): void;
}

/** The log beside an open database; null where there is none, as in memory. */
export function openWal(database: string): WalFile | null {
  let file: number;
  try {
    file = openSync(`${database}-wal`, 'r+');
  } catch {
    return null;
  }
  const flush = promisify(fdatasync);
  return { flush: () => flush(file), close: () => close(file, () => {}) };
}
