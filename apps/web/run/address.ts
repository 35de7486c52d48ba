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
  /** Only what this re-run of the loop did again. */
  rerun: number | null;
  /** How long they took in ms, at least and at most. */
  min: number | null;
  max: number | null;
  /** The held iteration, from 0; in the address from 1. */
  it: number | null;
  /** The newest iteration is shown, whichever that is. */
  follow: boolean;
  /** Compared with; the same. */
  with: number | null;
  by: Axis;
  step: string | null;
  part: Part | null;
  /** On the canvas: the loop whose iteration is held. */
  loop: string | null;
}

/** What the server takes of it, by the names that it has there. */
export function filterOf({ status, cause, rerun, min, max }: FilterQuery) {
  return {
    ...(status === null ? {} : { status }),
    ...(cause === null ? {} : { cause }),
    ...(rerun === null ? {} : { rerun }),
    ...(min === null ? {} : { minMs: min }),
    ...(max === null ? {} : { maxMs: max }),
  };
}
export type FilterQuery = Pick<RunQuery, 'status' | 'cause' | 'rerun' | 'min' | 'max'>;
export const NO_FILTER: FilterQuery = { status: null, cause: null, rerun: null, min: null, max: null };
/** Something is left out. */
export const isFiltered = (query: FilterQuery & { q?: string }): boolean =>
  Object.keys(filterOf(query)).length > 0 || (query.q ?? '') !== '';

const oneOf = <T extends string>(list: readonly T[], value: string | null): T | null =>
  list.find((one) => one === value) ?? null;

/** The address counts as people do, from 1; the rest of the view as code does. */
function indexOf(value: string | null): number | null {
  return value !== null && /^[1-9]\d{0,14}$/.test(value) ? Number(value) - 1 : null;
}
function durationOf(value: string | null): number | null {
  return value !== null && /^\d{1,12}(?:\.\d{1,3})?$/.test(value) ? Number(value) : null;
}
const NEWEST = 'newest';
function numbered(value: string | null): number | null {
  return value !== null && /^[1-9]\d{0,5}$/.test(value) ? Number(value) : null;
}
const numberOf = (index: number | null): number | null => (index === null ? null : index + 1);

export function parseQuery(search: string): RunQuery {
  const query = new URLSearchParams(search);
  return {
    status: oneOf(FILTERS, query.get('status')),
    cause: query.get('cause'),
    q: query.get('q') ?? '',
    sort: oneOf(SORTS, query.get('sort')) ?? 'position',
    rerun: numbered(query.get('rerun')),
    min: durationOf(query.get('min')),
    max: durationOf(query.get('max')),
    it: indexOf(query.get('it')),
    follow: query.get('it') === NEWEST,
    with: indexOf(query.get('with')),
    by: oneOf(AXES, query.get('by')) ?? 'position',
    step: query.get('step'),
    part: oneOf(PARTS, query.get('part')),
    loop: query.get('loop'),
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
  set('rerun', query.rerun);
  set('min', query.min);
  set('max', query.max);
  set('it', query.follow ? NEWEST : numberOf(query.it));
  set('with', numberOf(query.with));
  set('by', query.by, 'position');
  set('step', query.step);
  set('part', query.part);
  set('loop', query.loop);
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
      const before = parseQuery(location.search);
      // Whoever holds an iteration follows no more.
      const follow = patch.follow ?? (patch.it == null && before.follow);
      const next = writeQuery({ ...before, ...patch, ...(follow ? { it: null } : {}), follow });
      const path = `${pathname}${next === '' ? '' : `?${next}`}`;
      if (path !== `${location.pathname}${location.search}`) navigate(path, { replace });
    },
    [pathname],
  );
  return [query, set];
}
