/** Owns the keys of the run view that move in a loop. Those of the whole run are in controls.tsx. */
import type { Cause, Loop, Run } from '@rondo/api/schemas/run.ts';
import type { RefObject } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { addressOfPlace } from '../app/addresses.ts';
import { call, messageOf } from '../app/api.ts';
import { useKeys } from '../app/keys.ts';
import { gridOf } from '../score/geometry.ts';
import { toast } from '../ui/toast.tsx';
import type { RunQuery, SetQuery } from './address.ts';
import type { Navigation } from './navigation.ts';
import { levelsOf } from './step-path.ts';
import { startedOf } from './use-rows.ts';

export interface LoopKeys {
  run: Run;
  loop: Loop;
  query: RunQuery;
  setQuery: SetQuery;
  navigation: Navigation;
  causes: readonly Cause[];
  at: number | null;
  search: RefObject<HTMLInputElement | null>;
  selected: ReadonlySet<number>;
  select(index: number, on: boolean): void;
  compare(): void;
}

export function useLoopKeys(keys: LoopKeys): void {
  const { run, loop, query, setQuery, navigation, causes, at, search, selected, select, compare } = keys;
  const per = gridOf(loop.total).per;
  const cell = (step: number): void => {
    const to = Math.max(0, Math.min(startedOf(loop) - 1, (at ?? 0) + step * per));
    navigation.open(to, to);
  };
  /** Through the causes in their order, then none. */
  const nextCause = (): void => {
    const place = causes.findIndex((cause) => cause.id === query.cause);
    const next = causes[place + 1];
    if (next === undefined) setQuery({ cause: null });
    else navigation.cause(next, null);
  };
  const outer = (): void => {
    const parent = levelsOf(loop.path).at(-2);
    if (parent !== undefined)
      navigate(addressOfPlace.loop(run.id, parent.path, { it: parent.index === null ? null : parent.index + 1 }));
  };
  const anywhere = (step: 'next' | 'previous'): void => {
    const query = { step, ...(at === null ? {} : { index: at }) };
    void call('GET /runs/{id}/loops/{path}/failed', { params: { id: run.id, path: loop.path }, query }).then(
      ({ failed }) => {
        if (failed === null) toast(step === 'next' ? 'No failed one after this.' : 'No failed one before this.');
        else if (failed.loop === loop.path) navigation.hold(failed.index, { replace: true });
        else navigate(addressOfPlace.loop(run.id, failed.loop, { it: failed.index + 1 }), { replace: true });
      },
      (error: unknown) => toast(messageOf(error)),
    );
  };
  const inner = (): void => document.querySelector<HTMLButtonElement>('[data-part="inner-loop"]')?.click();
  const back = (): void => {
    if (query.with !== null) setQuery({ with: null });
    else if (query.it !== null) setQuery({ it: null, step: null });
    else if (query.cause !== null) setQuery({ cause: null });
    else outer();
  };
  useKeys('run', [
    { keys: 'ArrowLeft', does: 'Cell to the left', run: () => cell(-1) },
    { keys: 'ArrowRight', does: 'Cell to the right', run: () => cell(1) },
    { keys: 'N', does: 'Next failed', run: () => navigation.failed(1) },
    { keys: 'Shift N', does: 'Previous failed', run: () => navigation.failed(-1) },
    { keys: ']', does: 'Next failed, also in other loops', run: () => anywhere('next') },
    { keys: '[', does: 'Previous failed, also in other loops', run: () => anywhere('previous') },
    { keys: 'ArrowDown', does: 'Next row', run: () => navigation.row(1) },
    { keys: 'ArrowUp', does: 'Previous row', run: () => navigation.row(-1) },
    { keys: 'Enter', does: 'Open the detail of the row', run: () => at !== null && navigation.hold(at) },
    { keys: 'Space', does: 'Select the row', run: () => at !== null && select(at, !selected.has(at)) },
    { keys: 'C', does: 'Next cause', run: nextCause },
    { keys: 'S', does: 'Search', run: () => search.current?.focus() },
    { keys: '=', does: 'Compare with the nearest completed', run: compare },
    { keys: 'Cmd ArrowUp', does: 'The loop around', run: outer },
    { keys: 'Cmd ArrowDown', does: 'The loop inside', run: inner },
    { keys: 'Esc', does: 'One level out', run: back },
  ]);
}
