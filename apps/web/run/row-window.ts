/**
 * Owns the rows that the table has: at most three pages of a hundred around where somebody looks, fetched by key,
 * extended at both ends, moved by a jump. Search goes on until a page is full or somebody stops it. No React, no DOM.
 * The rows never change by themselves: what is new is counted elsewhere and shown when asked for.
 */
import type { IterationRow } from '@rondo/api/schemas/run.ts';

export const PAGE = 100;
const MOST_PAGES = 3;
/** A filter without matches for so many tries backwards: the start is asked for then. */
const MOST_TRIES = 6;

export interface FetchedPage {
  items: IterationRow[];
  next: string | null;
  searched: { rows: number; of: number | null } | null;
}
export type FetchPage = (cursor: string | undefined, limit: number, signal: AbortSignal) => Promise<FetchedPage>;

/** A row whose content is on its way has only its number. */
export interface TableRow {
  index: number;
  row: IterationRow | null;
}

interface LoadedPage {
  /** What it was asked with. */
  cursor: string | undefined;
  /** Nothing that fits lies between this and its first row. Only by position. */
  from: number;
  rows: IterationRow[];
  next: string | null;
}

export interface RowsState {
  rows: readonly TableRow[];
  /** Grows with every jump: the table scrolls to `target` then, and keeps its place otherwise. */
  jumps: number;
  target: number;
  loading: boolean;
  error: Error | null;
  atStart: boolean;
  atEnd: boolean;
  /** Of a search that goes on or was stopped. */
  searched: { rows: number; of: number | null; found: number } | null;
}

export interface RowWindowOptions {
  fetch: FetchPage;
  /** By position; the other orders have no place to jump to. */
  byPosition: boolean;
  /** Every started iteration fits: rows have their numbers before they arrive. */
  dense: boolean;
  /** Iterations, on average, from one that fits to the next. */
  spread(): number;
  /** How many have started. */
  started(): number;
}

const EMPTY: RowsState = {
  rows: [],
  jumps: 0,
  target: 0,
  loading: true,
  error: null,
  atStart: true,
  atEnd: false,
  searched: null,
};

export class RowWindow {
  private readonly options: RowWindowOptions;
  private pages: LoadedPage[] = [];
  /** By other orders than position: what pages before the first were asked with. */
  private before: (string | undefined)[] = [];
  private abort = new AbortController();
  private state: RowsState = EMPTY;
  private listeners = new Set<() => void>();
  private extending = false;

  constructor(options: RowWindowOptions) {
    this.options = options;
  }

  getState = (): RowsState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private publish(patch: Partial<RowsState>): void {
    this.state = { ...this.state, ...patch };
    for (const listener of this.listeners) listener();
  }

  private shown(): Partial<RowsState> {
    const first = this.pages[0];
    const last = this.pages.at(-1);
    return {
      rows: this.pages.flatMap(({ rows }) => rows.map((row) => ({ index: row.index, row }))),
      atStart: first === undefined || (this.options.byPosition ? first.from <= 0 : this.before.length === 0),
      atEnd: last === undefined || last.next === null,
    };
  }

  /** Ends what is on its way; rows that arrived stay. */
  stop(): void {
    this.abort.abort();
    this.extending = false;
    this.publish({ loading: false });
  }

  /** To the first row at or after this iteration; by other orders, to the beginning. */
  async jump(index: number): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    this.extending = false;
    const { byPosition, dense, started } = this.options;
    const from = byPosition ? Math.max(0, index) : 0;
    const jumps = this.state.jumps + 1;
    const known = this.state.rows.some((row) => row.index === from && row.row !== null);
    if (known) {
      this.publish({ jumps, target: from, loading: false });
      return;
    }
    const blank =
      dense && byPosition
        ? Array.from({ length: Math.max(0, Math.min(PAGE, started() - from)) }, (_, at) => from + at)
        : [];
    this.publish({
      jumps,
      target: from,
      loading: true,
      error: null,
      searched: null,
      ...(blank.length > 0
        ? { rows: blank.map((at) => ({ index: at, row: null })), atStart: from === 0, atEnd: false }
        : {}),
    });
    const cursor = from === 0 ? undefined : `index:${from}`;
    const { signal } = this.abort;
    await this.guard(signal, async () => {
      this.before = [];
      const page = await this.fill(cursor, from, signal, (part) => {
        this.pages = [part];
        this.publish({ ...this.shown(), jumps, target: from });
      });
      this.pages = [page];
      this.publish({ ...this.shown(), loading: false });
      // A jump to the last few leaves room above them.
      if (page.rows.length < PAGE / 2 && !this.state.atStart && page.next === null) await this.extendUp();
    });
  }

  /** The same place again, with what is there now. */
  async reload(): Promise<void> {
    const index = this.options.byPosition ? (this.pages[0]?.from ?? 0) : 0;
    this.pages = [];
    this.publish({ rows: [] });
    await this.jump(index);
  }

  async extendDown(): Promise<void> {
    const last = this.pages.at(-1);
    if (this.extending || this.state.loading || last === undefined || last.next === null) return;
    const { signal } = this.abort;
    this.extending = true;
    await this.guard(signal, async () => {
      const { next } = last;
      const from = (last.rows.at(-1)?.index ?? last.from) + 1;
      const page = await this.fill(next ?? undefined, from, signal, () => undefined);
      this.pages = [...this.pages, page];
      while (this.pages.length > MOST_PAGES) {
        const dropped = this.pages.shift();
        if (!this.options.byPosition) this.before.push(dropped?.cursor);
      }
      this.publish(this.shown());
    });
    this.extending = false;
  }

  async extendUp(): Promise<void> {
    const first = this.pages[0];
    if (this.extending || first === undefined || this.state.atStart) return;
    const { signal } = this.abort;
    this.extending = true;
    await this.guard(signal, async () => {
      const page = this.options.byPosition ? await this.pageBefore(first.from, signal) : await this.earlier(signal);
      if (page !== null) this.pages = [page, ...this.pages].slice(0, MOST_PAGES);
      this.publish(this.shown());
    });
    this.extending = false;
  }

  private async earlier(signal: AbortSignal): Promise<LoadedPage | null> {
    if (this.before.length === 0) return null;
    const page = await this.fill(this.before.at(-1), 0, signal, () => undefined);
    this.before.pop();
    return page;
  }

  /** The last hundred before an iteration. Keys lead forwards only: it begins a stretch before, by how dense they lie. */
  private async pageBefore(end: number, signal: AbortSignal): Promise<LoadedPage | null> {
    let span = this.options.dense ? PAGE : Math.ceil(PAGE * Math.max(1, this.options.spread()) * 1.25);
    for (let tries = 1; ; tries += 1) {
      const from = tries > MOST_TRIES ? 0 : Math.max(0, end - span);
      const rows: IterationRow[] = [];
      let next: string | null = from === 0 ? '' : `index:${from}`;
      while (next !== null) {
        const page: FetchedPage = await this.options.fetch(
          next === '' ? undefined : next,
          this.options.dense ? Math.max(1, end - from) : PAGE,
          signal,
        );
        const fitting = page.items.filter((row) => row.index < end);
        rows.push(...fitting);
        next = fitting.length < page.items.length ? null : page.next;
      }
      if (rows.length === 0 && from > 0) {
        span *= 4;
        continue;
      }
      const kept = rows.slice(-PAGE);
      const start = kept.length < rows.length ? (kept[0]?.index ?? from) : from;
      return { cursor: undefined, from: start, rows: kept, next: `index:${end}` };
    }
  }

  /** One full page. A search answers in parts: it goes on while there is something to look at. */
  private async fill(
    cursor: string | undefined,
    from: number,
    signal: AbortSignal,
    onPart: (page: LoadedPage) => void,
  ): Promise<LoadedPage> {
    let page: LoadedPage = { cursor, from, rows: [], next: cursor ?? null };
    let looked = this.state.searched?.rows ?? 0;
    for (;;) {
      const part = await this.options.fetch(page.next ?? cursor, PAGE - page.rows.length, signal);
      signal.throwIfAborted();
      page = { ...page, rows: [...page.rows, ...part.items], next: part.next };
      if (part.searched !== null) {
        looked = Math.max(looked, part.searched.rows);
        const found = this.pages
          .filter((one) => one.cursor !== cursor)
          .reduce((sum, one) => sum + one.rows.length, page.rows.length);
        this.publish({ searched: { rows: looked, of: part.searched.of, found } });
      }
      if (part.searched === null || part.next === null || page.rows.length >= PAGE) return page;
      onPart(page);
    }
  }

  private async guard(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      this.publish({ loading: false, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
}
