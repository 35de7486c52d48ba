/** Owns finding a loop of a run: the newest that is known of it, from events, from the run, or asked for by its parent. */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { useApi } from '../app/api.ts';
import { liveKey, useLive } from './live.ts';
import { iterationPath, levelsOf } from './step-path.ts';

/** Undefined: not known yet. Null: there is no such loop. */
export function useLoop(run: Run | undefined, path: string | null): Loop | null | undefined {
  const levels = path === null ? [] : levelsOf(path);
  const parent = levels.at(-2);
  const under = parent === undefined || parent.index === null ? null : iterationPath(parent.path, parent.index);
  const live = useLive((state) =>
    run === undefined || path === null ? undefined : state.loops[liveKey(run.id, path)],
  );
  const own = run?.loops.find((loop) => loop.path === path);
  const { data, isError } = useApi(
    'GET /runs/{id}/loops',
    { params: { id: run?.id ?? '' }, query: under === null ? {} : { under } },
    { enabled: run !== undefined && path !== null && own === undefined && live === undefined },
  );
  if (path === null) return null;
  const found = live ?? own ?? data?.loops.find((loop) => loop.path === path);
  if (found !== undefined) return found;
  return data === undefined && !isError ? undefined : null;
}

export function useScore(run: string, path: string, by: 'position' | 'time' | 'duration', enabled = true) {
  return useApi(
    'GET /runs/{id}/loops/{path}/score',
    { params: { id: run, path }, query: { by } },
    { enabled, staleTime: 60_000, gcTime: 30_000 },
  );
}

export function useCauses(run: string, path: string, enabled = true) {
  return useApi(
    'GET /runs/{id}/loops/{path}/causes',
    { params: { id: run, path } },
    { enabled, staleTime: 60_000, gcTime: 30_000 },
  );
}

const SLOW_MS = 5_000;

/** Newest first. `watched`: what became of the newest is on the screen while it goes on. */
export function useReruns(run: string, path: string, watched: boolean) {
  return useApi(
    'GET /runs/{id}/loops/{path}/reruns',
    { params: { id: run, path } },
    { staleTime: SLOW_MS, gcTime: 30_000, refetchInterval: watched ? SLOW_MS : false },
  );
}
