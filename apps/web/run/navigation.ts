/**
 * Owns moving about in a loop: holding an iteration, jumping by the Score, the next failed one, from a cause to its
 * nearest failure. What fits a filter is asked of the server; of several questions only the last one counts.
 */
import type { Cause } from '@rondo/api/schemas/run.ts';
import { useMemo, useRef } from 'react';
import { call } from '../app/api.ts';
import { filterOf, type FilterQuery, isFiltered, NO_FILTER, type RunQuery, type SetQuery } from './address.ts';
import type { RowWindow } from './row-window.ts';

export interface Navigation {
  hold(index: number, how?: { replace?: boolean }): void;
  /** From the Score: the table follows; `done`: the hand let go. */
  jump(index: number, done: boolean): void;
  /** The iteration that matters most in a cell: a failed one, else its first. */
  open(first: number, last: number): void;
  failed(step: 1 | -1): void;
  cause(cause: { id: string; first: number }, near: number | null): void;
  row(step: 1 | -1): void;
}

interface Now {
  run: string;
  path: string;
  query: RunQuery;
  setQuery: SetQuery;
  rows: RowWindow;
  at: number | null;
  causes: readonly Cause[];
}

const DRAG_MS = 60;

type Filter = FilterQuery & { q?: string };

export function useNavigation(now: Now): Navigation {
  const latest = useRef(now);
  latest.current = now;
  return useMemo(() => {
    let asking = new AbortController();
    let dragged = 0;
    const only = (): AbortSignal => {
      asking.abort();
      asking = new AbortController();
      return asking.signal;
    };
    /** The first iteration from here on that fits. */
    const next = async (filter: Filter, from: number, signal: AbortSignal): Promise<number | null> => {
      const { run, path } = latest.current;
      const page = await call('GET /runs/{id}/loops/{path}/iterations', {
        params: { id: run, path },
        query: {
          limit: 1,
          ...filterOf(filter),
          ...(filter.q === undefined || filter.q === '' ? {} : { search: filter.q }),
          ...(from > 0 ? { cursor: `index:${from}` } : {}),
        },
        signal,
      });
      return page.items[0]?.index ?? null;
    };
    const previous = async (filter: Filter, from: number, signal: AbortSignal): Promise<number | null> => {
      const { run, path } = latest.current;
      const found = await call('GET /runs/{id}/loops/{path}/iterations/{index}', {
        params: { id: run, path, index: from },
        query: filterOf(filter),
        signal,
      });
      return found.previous;
    };
    const quietly = (work: Promise<void>): void => {
      void work.catch((error: unknown) => {
        if (!(error instanceof DOMException && error.name === 'AbortError')) console.warn(error);
      });
    };
    const reveal = (index: number): void => {
      const { rows } = latest.current;
      if (!rows.getState().rows.some((row) => row.index === index)) void rows.jump(index);
    };
    const hold = (index: number, { replace = false } = {}): void => {
      latest.current.setQuery({ it: index, step: null }, { replace });
      reveal(index);
    };
    return {
      hold,
      jump: (index, done) => {
        const time = performance.now();
        if (!done && time - dragged < DRAG_MS) return;
        dragged = time;
        void latest.current.rows.jump(index);
      },
      open: (first, last) => {
        const signal = only();
        const { query } = latest.current;
        if (first === last && !isFiltered(query)) {
          hold(first, { replace: true });
          return;
        }
        quietly(
          (async () => {
            const failing: Filter = { ...NO_FILTER, status: 'failed', cause: query.cause };
            const wanted = isFiltered(query) ? query : failing;
            const found = await next(wanted, first, signal);
            if (found !== null && (isFiltered(query) || found <= last)) hold(found);
            else if (!isFiltered(query)) hold(first);
            else {
              const back = await previous(wanted, first, signal);
              if (back !== null) hold(back);
            }
          })(),
        );
      },
      failed: (step) => {
        const signal = only();
        const { query, at } = latest.current;
        const filter: Filter = { ...NO_FILTER, status: 'failed', cause: query.cause };
        quietly(
          (async () => {
            const found =
              step === 1
                ? await next(filter, at === null ? 0 : at + 1, signal)
                : at === null
                  ? null
                  : await previous(filter, at, signal);
            if (found !== null) hold(found, { replace: true });
          })(),
        );
      },
      cause: ({ id, first }, near) => {
        const signal = only();
        const { query, setQuery } = latest.current;
        if (near === null && query.cause === id) {
          setQuery({ cause: null });
          return;
        }
        quietly(
          (async () => {
            const filter: Filter = { ...NO_FILTER, status: 'failed', cause: id };
            const found = near === null ? first : ((await next(filter, near, signal)) ?? first);
            const same = query.cause === id && query.status === 'failed';
            setQuery({ ...NO_FILTER, status: 'failed', cause: id, it: found, with: null, step: null, q: '' });
            if (same) reveal(found);
          })(),
        );
      },
      row: (step) => {
        const { rows, at } = latest.current;
        const all = rows.getState().rows;
        const place = all.findIndex((row) => row.index === at);
        const to = all[place < 0 ? 0 : place + step];
        if (to !== undefined) hold(to.index, { replace: true });
      },
    };
  }, []);
}

/** The next or previous failed iteration of a loop; from nowhere, the first. */
export async function nextFailed(run: string, path: string, at: number | null, step: 1 | -1): Promise<number | null> {
  if (step === -1 && at !== null) {
    const { previous } = await call('GET /runs/{id}/loops/{path}/iterations/{index}', {
      params: { id: run, path, index: at },
      query: { status: 'failed' },
    });
    return previous;
  }
  const from = at === null ? 0 : at + 1;
  const page = await call('GET /runs/{id}/loops/{path}/iterations', {
    params: { id: run, path },
    query: { status: 'failed', limit: 1, ...(from > 0 ? { cursor: `index:${from}` } : {}) },
  });
  return page.items[0]?.index ?? null;
}
