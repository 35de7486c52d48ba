/** Owns tying the rows of the table (row-window.ts) to what the address filters, and to React. */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Loop } from '@rondo/api/schemas/run.ts';
import { call } from '../app/api.ts';
import { filterOf, type FilterQuery, isFiltered, type RunQuery } from './address.ts';
import { RowWindow, type RowsState } from './row-window.ts';

/** Iterations that have begun, whatever became of them. */
export const startedOf = ({ completed, failed, skipped, inFlight }: Loop): number =>
  completed + failed + skipped + inFlight;

export interface Rows {
  rows: RowWindow;
  state: RowsState;
  /** Rows can be reached by their number. */
  byPosition: boolean;
}

/** `matching`: how many fit the filter, as far as the counts say; null: nobody knows. */
export function useRows(
  run: string,
  path: string,
  query: FilterQuery & Pick<RunQuery, 'q' | 'sort'>,
  start: number,
  latest: { current: { started: number; matching: number | null } },
): Rows {
  const { status, cause, rerun, min, max, q, sort } = query;
  const byPosition = sort === 'position';
  const rows = useMemo(() => {
    const wanted = { status, cause, rerun, min, max };
    const filter = { ...filterOf(wanted), ...(q === '' ? {} : { search: q }) };
    return new RowWindow({
      byPosition,
      dense: !isFiltered({ ...wanted, q }),
      started: () => latest.current.started,
      spread: () => {
        const { started, matching } = latest.current;
        return matching === null || matching === 0 ? 10 : started / matching;
      },
      fetch: (cursor, limit, signal) =>
        call('GET /runs/{id}/loops/{path}/iterations', {
          params: { id: run, path },
          query: { ...filter, sort, limit, ...(cursor === undefined ? {} : { cursor }) },
          signal,
        }),
    });
  }, [run, path, status, cause, rerun, min, max, q, sort, byPosition, latest]);
  useEffect(() => {
    void rows.jump(start);
    return () => rows.stop();
    // Where to begin is read once per filter; later the table decides.
  }, [rows]);
  const state = useSyncExternalStore(rows.subscribe, rows.getState);
  return { rows, state, byPosition };
}
