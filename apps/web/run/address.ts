/**
 * Owns what the run view keeps in its address: filter, search, order, the held iteration, its partner, how the Score
 * is laid out. Copying the address shares all of it. Paths are app/addresses.ts.
 */
import { useCallback, useMemo } from 'react';
import { usePathname, useSearch, navigate } from 'wouter/use-browser-location';

export const FILTERS = ['failed', 'running', 'completed'] as const;
export type Filter = (typeof FILTERS)[number];
export const SORTS = ['position', 'duration', 'started'] as const;
export type Sort = (typeof SORTS)[number];
export const AXES = ['position', 'time', 'duration'] as const;
export type Axis = (typeof AXES)[number];
export const PARTS = ['arguments', 'result', 'logs', 'input'] as const;
export type Part = (typeof PARTS)[number];

export interface RunQuery {
  /** Null: all. */
  status: Filter | null;
  cause: string | null;
  q: string;
  sort: Sort;
  /** The held iteration, from 0; in the address from 1. */
  it: number | null;
  /** Compared with; the same. */
  with: number | null;
  by: Axis;
  step: string | null;
  part: Part | null;
}

const oneOf = <T extends string>(list: readonly T[], value: string | null): T | null =>
  list.find((one) => one === value) ?? null;

/** The address counts as people do, from 1; the rest of the view as code does. */
function indexOf(value: string | null): number | null {
  return value !== null && /^[1-9]\d{0,14}$/.test(value) ? Number(value) - 1 : null;
}
const numberOf = (index: number | null): number | null => (index === null ? null : index + 1);

export function parseQuery(search: string): RunQuery {
  const query = new URLSearchParams(search);
  return {
    status: oneOf(FILTERS, query.get('status')),
    cause: query.get('cause'),
    q: query.get('q') ?? '',
    sort: oneOf(SORTS, query.get('sort')) ?? 'position',
    it: indexOf(query.get('it')),
    with: indexOf(query.get('with')),
    by: oneOf(AXES, query.get('by')) ?? 'position',
    step: query.get('step'),
    part: oneOf(PARTS, query.get('part')),
  };
}

/** Only what differs from the default. */
export function writeQuery(query: RunQuery): string {
  const out = new URLSearchParams();
  const set = (name: string, value: string | number | null, usual: string | null = null): void => {
    if (value !== null && value !== '' && value !== usual) out.set(name, String(value));
  };
  set('status', query.status);
  set('cause', query.cause);
  set('q', query.q);
  set('sort', query.sort, 'position');
  set('it', numberOf(query.it));
  set('with', numberOf(query.with));
  set('by', query.by, 'position');
  set('step', query.step);
  set('part', query.part);
  return out.toString();
}

export type SetQuery = (patch: Partial<RunQuery>, how?: { replace?: boolean }) => void;

export function useRunQuery(): [RunQuery, SetQuery] {
  const search = useSearch();
  const pathname = usePathname();
  const query = useMemo(() => parseQuery(search), [search]);
  const set = useCallback<SetQuery>(
    (patch, { replace = false } = {}) => {
      // The address of this moment, not of the last drawing: two changes in one event must both count.
      const next = writeQuery({ ...parseQuery(location.search), ...patch });
      const path = `${pathname}${next === '' ? '' : `?${next}`}`;
      if (path !== `${location.pathname}${location.search}`) navigate(path, { replace });
    },
    [pathname],
  );
  return [query, set];
}
