/**
 * Owns following a run's database from outside over its kills: what is settled that was not
 * there at the last look. Shares no code with the engine.
 */
import type { Kill, Settled } from './dossier.ts';
import { openLedger, type Ledger } from './ledger-view.ts';

export class Reader {
  readonly #database: string;
  readonly #leaf: string;
  readonly #known = new Set<string>();
  #ledger: Ledger | null = null;

  constructor(database: string, leaf: string) {
    this.#database = database;
    this.#leaf = leaf;
  }

  get ledger(): Ledger | null {
    this.#ledger ??= openLedger(this.#database);
    return this.#ledger;
  }

  done(): number {
    const ledger = this.ledger;
    if (ledger === null) return 0;
    const leaves = ledger.loops().filter((loop) => loop.node === this.#leaf);
    return leaves.reduce((sum, loop) => sum + loop.completed + loop.failed + loop.skipped, 0);
  }

  fresh(): Settled[] {
    const ledger = this.ledger;
    if (ledger === null) return [];
    const fresh: Settled[] = [];
    for (const loop of ledger.loops()) {
      for (const row of ledger.settled(loop)) {
        const place = `${row.loop}[${row.index}]`;
        if (this.#known.has(place)) continue;
        this.#known.add(place);
        fresh.push(row);
      }
    }
    return fresh;
  }

  runId(): string | null {
    return this.ledger?.run()?.id ?? null;
  }

  /** What the database shows after a kill; over a connection of its own. */
  after(): Pick<Kill, 'found' | 'inFlight' | 'runStatus' | 'finishedAt' | 'cursors'> {
    this.close();
    const ledger = this.ledger;
    const loops = ledger?.loops() ?? [];
    const state = {
      found: this.fresh(),
      inFlight: loops.flatMap((loop) => (ledger?.inFlight(loop) ?? []).map((index) => ({ loop: loop.path, index }))),
      runStatus: ledger?.run()?.status ?? 'none',
      finishedAt: ledger?.run()?.finishedAt ?? null,
      cursors: Object.fromEntries(loops.map((loop) => [loop.path, loop.cursor])),
    };
    this.close();
    return state;
  }

  /** A connection must not outlive a kill: its shared memory would keep the old WAL index alive. */
  close(): void {
    this.#ledger?.close();
    this.#ledger = null;
  }
}
