/**
 * Owns what a run says while it runs: its events, merged into the answers that the screen already has. Loops and their
 * rates in a store, scores and causes asked for again at most once a second, nothing while the page is hidden.
 * Never touches the rows of the table.
 */
import type { Loop, Run, RunEvent, RunEventName } from '@rondo/api/schemas/run.ts';
import { hasEnded } from '@rondo/core/ports.ts';
import { useEffect } from 'react';
import { create } from 'zustand';
import { addressOf, keyOf, queryClient, type RouteName } from '../app/api.ts';
import { heardFromServer, lostServer } from '../app/connection.ts';

interface Live {
  /** By run and path: newer than what GET /runs/{id} said. */
  loops: Readonly<Record<string, Loop>>;
  /** Rates of the last minute, oldest first. */
  rates: Readonly<Record<string, readonly { at: number; rate: number }[]>>;
}

const MINUTE = 60_000;
const SCORE_MS = 1_000;
const NAMES: readonly RunEventName[] = ['run', 'progress', 'score', 'step', 'end'];

export const useLive = create<Live>(() => ({ loops: {}, rates: {} }));
export const liveKey = (run: string, path: string): string => `${run} ${path}`;

/** A loop as the server last told: from an event, or from an answer to a dial. */
export function setLoops(run: string, loops: readonly Loop[]): void {
  const now = Date.now();
  useLive.setState((state) => {
    const next = { ...state.loops };
    const rates = { ...state.rates };
    for (const loop of loops) {
      const key = liveKey(run, loop.path);
      next[key] = loop;
      const kept = (rates[key] ?? []).filter(({ at }) => now - at < MINUTE);
      rates[key] = loop.rate === null ? kept : [...kept, { at: now, rate: loop.rate }];
    }
    return { loops: next, rates };
  });
}

function changeRun(id: string, patch: Partial<Run>): void {
  queryClient.setQueryData<Run>(keyOf('GET /runs/{id}', { params: { id } }), (run) =>
    run === undefined ? run : { ...run, ...patch },
  );
}

const LOOP_ROUTES: readonly RouteName[] = ['GET /runs/{id}/loops/{path}/score', 'GET /runs/{id}/loops/{path}/causes'];

const RUN_ROUTES: readonly RouteName[] = [
  'GET /runs/{id}',
  'GET /runs/{id}/timeline',
  'GET /runs/{id}/loops/{path}/reruns',
];

/** Score and causes of a loop, again. Only those that are on the screen are fetched. */
export function refreshLoop(id: string, path: string): void {
  void queryClient.invalidateQueries({
    predicate: ({ queryKey: [route, given] }) => {
      const params = (given as { params?: { id?: string; path?: string } } | undefined)?.params;
      return LOOP_ROUTES.includes(route as RouteName) && params?.id === id && params.path === path;
    },
  });
}

/** A run that has ended goes on: what was told of its loops is not newer than what the server says now. */
export function forgetLoops(id: string): void {
  useLive.setState(({ loops }) => ({
    loops: Object.fromEntries(Object.entries(loops).filter(([key]) => !key.startsWith(`${id} `))),
  }));
}

/** All of a run that is on the screen, again. */
export function refreshRun(id: string): void {
  void queryClient.invalidateQueries({
    predicate: ({ queryKey: [route, given] }) => {
      const params = (given as { params?: { id?: string } } | undefined)?.params;
      return (RUN_ROUTES.includes(route as RouteName) || LOOP_ROUTES.includes(route as RouteName)) && params?.id === id;
    },
  });
}

/** No path of a loop. */
const STEPS = '';
const timelineKey = (id: string) => keyOf('GET /runs/{id}/timeline', { params: { id } });

class ScoreClock {
  private timers = new Map<string, number>();
  private readonly run: string;
  constructor(run: string) {
    this.run = run;
  }
  changed(path: string): void {
    if (this.timers.has(path)) return;
    this.timers.set(
      path,
      window.setTimeout(() => {
        this.timers.delete(path);
        if (path === STEPS) void queryClient.invalidateQueries({ queryKey: timelineKey(this.run) });
        else refreshLoop(this.run, path);
      }, SCORE_MS),
    );
  }
  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}

function apply(id: string, event: RunEvent, clock: ScoreClock): void {
  switch (event.name) {
    case 'run':
      changeRun(id, event.data);
      // Whoever listens stops at this status, so `end` may come to nobody.
      if (hasEnded(event.data.status)) refreshRun(id);
      break;
    case 'progress':
      setLoops(id, event.data.loops);
      break;
    case 'score':
      clock.changed(event.data.path);
      break;
    case 'step':
      clock.changed(STEPS);
      break;
    case 'end':
      changeRun(id, {
        status: event.data.status,
        control: 'none',
        output: event.data.output,
        failure: event.data.failure,
      });
      refreshRun(id);
      break;
    default:
      break;
  }
}

/** Listens while the page is seen; `under`: to the loops inside this iteration, too. `ended`: nothing comes any more. */
export function useRunEvents(id: string, under: string | null, ended: boolean): void {
  useEffect(() => {
    if (ended) return undefined;
    const clock = new ScoreClock(id);
    let source: EventSource | null = null;
    const open = (): void => {
      source = new EventSource(addressOf('/runs/{id}/events', { id }, { under }));
      source.addEventListener('open', heardFromServer);
      source.addEventListener('error', () => {
        if (source?.readyState !== EventSource.OPEN) lostServer();
        // The browser gives up when the server refuses: the session may have ended.
        if (source?.readyState === EventSource.CLOSED) void queryClient.invalidateQueries({ queryKey: ['GET /me'] });
      });
      for (const name of NAMES) {
        source.addEventListener(name, ({ data }: MessageEvent<string>) => {
          heardFromServer();
          apply(id, { name, data: JSON.parse(data) } as RunEvent, clock);
          if (name === 'end') source?.close();
        });
      }
    };
    const onVisibility = (): void => {
      if (document.hidden) {
        source?.close();
        source = null;
      } else if (source === null) {
        open();
        void queryClient.invalidateQueries({ queryKey: keyOf('GET /runs/{id}', { params: { id } }) });
      }
    };
    if (!document.hidden) open();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      source?.close();
      clock.stop();
    };
  }, [id, under, ended]);
}
