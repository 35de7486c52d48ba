/**
 * Owns which run and which iteration the panel looks at: the last run of the workflow unless the address names one; the
 * iteration follows the run, or is held by the address (`it=701112`, from 1; of nested loops `it=38.817`).
 */
import { useQuery } from '@tanstack/react-query';
import { navigate, useSearch } from 'wouter/use-browser-location';
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { call, useApi } from '../../app/api.ts';
import type { NodePlace } from '../place.ts';

export interface HeldPlace {
  run: Run | null;
  /** Nobody has run this yet; null while that is not known. */
  never: boolean | null;
  /** It is being found out. */
  loading: boolean;
  /** Loops from the outside in; the last one's iterations are those that the picker goes through. */
  chain: readonly string[];
  /** Path of the last loop; null: not known yet, or the run has no such loop. */
  path: string | null;
  loop: Loop | null;
  /** From 0, one per loop of the chain. */
  indices: readonly number[];
  held: boolean;
  /** The node is the loop whose iterations are shown, not a step inside one. */
  own: boolean;
}

export function readHeld(search: string): { held: number[]; run: string | null } {
  const query = new URLSearchParams(search);
  const held = (query.get('it') ?? '')
    .split('.')
    .map((one) => Number(one) - 1)
    .filter((one) => Number.isInteger(one) && one >= 0);
  return { held, run: query.get('run') };
}

/** Changes the query of the address; the panel stays. */
export function setQuery(changes: Record<string, string | null>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(`${location.pathname}${text === '' ? '' : `?${text}`}`, { replace: true });
}

export const heldText = (indices: readonly number[]): string => indices.map((one) => one + 1).join('.');

const LIVE: ReadonlySet<string> = new Set(['queued', 'running', 'waiting']);
const POLL_MS = 5_000;

/** `outer[3]/inner`. */
export function loopPath(chain: readonly string[], indices: readonly number[]): string {
  return chain.map((id, at) => (at === chain.length - 1 ? id : `${id}[${indices[at] ?? 0}]`)).join('/');
}

export function useHeldPlace(workflow: string, place: NodePlace): HeldPlace {
  const { held, run: named } = readHeld(useSearch());
  const listed = useApi(
    'GET /runs',
    { query: { workflow, limit: 1 } },
    { enabled: named === null, refetchInterval: POLL_MS },
  );
  const id = named ?? listed.data?.items[0]?.id ?? null;
  const { data: run } = useApi(
    'GET /runs/{id}',
    { params: { id: id ?? '' } },
    { enabled: id !== null, refetchInterval: (query) => (LIVE.has(query.state.data?.status ?? '') ? POLL_MS : false) },
  );
  const own = place.around.length === 0 || place.type?.work === 'container';
  const chain = own ? [...place.around, place.id] : place.around;
  const live = run !== undefined && LIVE.has(run.status);
  const { data: found } = useQuery({
    queryKey: ['panel place', id, chain.join('/'), held.join('.')],
    queryFn: () => findPlace(id ?? '', chain, held, live),
    enabled: id !== null && run !== undefined,
    refetchInterval: live && held.length < chain.length ? POLL_MS : false,
  });
  return {
    run: run ?? null,
    never: named !== null ? false : listed.data === undefined ? null : listed.data.items.length === 0,
    loading: id !== null && found === undefined,
    chain,
    path: found?.path ?? null,
    loop: found?.loop ?? null,
    indices: found?.indices ?? [],
    held: held.length > 0 && held.length >= chain.length,
    own,
  };
}

interface Found {
  path: string | null;
  loop: Loop | null;
  indices: number[];
}

/** Goes down the loops: held iterations as they are, else the newest of a live run, the first failed, the first. */
async function findPlace(
  run: string,
  chain: readonly string[],
  held: readonly number[],
  live: boolean,
): Promise<Found> {
  const indices: number[] = [];
  let loop: Loop | null = null;
  for (let level = 0; level < chain.length; level += 1) {
    const path = loopPath(chain.slice(0, level + 1), indices);
    const under = level === 0 ? undefined : `${loopPath(chain.slice(0, level), indices)}[${indices[level - 1]}]`;
    const { loops } = await call('GET /runs/{id}/loops', {
      params: { id: run },
      query: under === undefined ? {} : { under },
    });
    loop = loops.find((one) => one.path === path) ?? null;
    if (loop === null) return { path: null, loop: null, indices };
    indices.push(held[level] ?? (await followed(run, path, live)));
  }
  return { path: loopPath(chain, indices), loop, indices };
}

async function followed(run: string, path: string, live: boolean): Promise<number> {
  const first = async (query: { status?: 'failed' | 'completed'; sort?: 'started' }): Promise<number | null> => {
    const { items } = await call('GET /runs/{id}/loops/{path}/iterations', {
      params: { id: run, path },
      query: { ...query, limit: 1 },
    });
    return items[0]?.index ?? null;
  };
  if (live) return (await first({ status: 'completed', sort: 'started' })) ?? (await first({})) ?? 0;
  return (await first({ status: 'failed' })) ?? (await first({})) ?? 0;
}
