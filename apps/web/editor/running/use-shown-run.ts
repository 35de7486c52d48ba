/**
 * Owns which run the canvas shows and what of it: the one that was started here, else the latest that goes on or
 * failed; its loops by node, live. Events are merged by run/live.ts.
 */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { hasEnded } from '@rondo/core/ports.ts';
import { useEffect, useMemo } from 'react';
import { useApi } from '../../app/api.ts';
import { liveKey, useLive, useRunEvents } from '../../run/live.ts';
import { type LoopFacts, setView, useView } from '../canvas/view.ts';

const SLOW_MS = 15_000;

export interface ShownRun {
  run: Run;
  ended: boolean;
  /** The first that fails, else the biggest. */
  main: Loop | null;
  loops: readonly Loop[];
}

export function useShownRun(workflow: string): ShownRun | null {
  const chosen = useView((view) => view.run);
  const { data: latest } = useApi(
    'GET /runs',
    { query: { workflow, limit: 1 } },
    { enabled: chosen === null, staleTime: SLOW_MS },
  );
  const newest = latest?.items[0];
  useEffect(() => {
    if (chosen === null && newest !== undefined && newest.status !== 'cancelled') setView({ run: newest.id });
  }, [chosen, newest]);
  const { data: run } = useApi(
    'GET /runs/{id}',
    { params: { id: chosen ?? '' } },
    {
      enabled: chosen !== null && chosen !== '',
      // Loops that begin while the run goes on are told by events; this is for what they leave out.
      refetchInterval: ({ state }) => (state.data === undefined || hasEnded(state.data.status) ? false : SLOW_MS),
    },
  );
  const ended = run !== undefined && hasEnded(run.status);
  useRunEvents(chosen ?? '', null, chosen === null || chosen === '' || ended);
  const live = useLive((state) => state.loops);
  const shown = useMemo(() => {
    if (run === undefined) return null;
    const known = new Map(run.loops.map((loop) => [loop.path, loop]));
    // Newer than the answer, and loops that the answer did not have yet.
    for (const [key, loop] of Object.entries(live)) {
      if (key !== liveKey(run.id, loop.path) || loop.path.includes('[')) continue;
      const old = known.get(loop.path);
      if (old === undefined || settled(loop) >= settled(old)) known.set(loop.path, loop);
    }
    const loops = [...known.values()];
    return { run, ended, loops, main: mainOf(loops, run.shown) };
  }, [run, live, ended]);
  useEffect(() => {
    if (shown === null) return;
    setView({ facts: new Map(shown.loops.map((loop) => [loop.node, factsOf(loop)])) });
  }, [shown]);
  return shown;
}

const settled = ({ completed, failed, skipped }: Loop): number => completed + failed + skipped;

function mainOf(loops: readonly Loop[], wanted: string | null): Loop | null {
  const named = loops.find((loop) => loop.path === wanted);
  if (named !== undefined) return named;
  return loops.reduce<Loop | null>(
    (best, loop) => (best === null || (loop.total ?? settled(loop)) > (best.total ?? settled(best)) ? loop : best),
    null,
  );
}

function factsOf({ path, status, total, completed, failed, skipped, inFlight, rate, leftMs }: Loop): LoopFacts {
  return { path, status, total, completed, failed, skipped, inFlight, rate, leftMs };
}
