/**
 * Owns what the run view derives from the rows of the table: the iteration that leads while none is held, names of a
 * short list, how many failed since the rows were asked for.
 */
import type { Loop } from '@rondo/api/schemas/run.ts';
import { useMemo, useRef } from 'react';
import { FEW } from '../score/geometry.ts';
import type { RowsState, RowWindow } from './row-window.ts';
import { startedOf } from './use-rows.ts';

const NO_NAMES: readonly (string | undefined)[] = [];

/** The iteration that is shown while none is held: the first after the last jump. Pages that come and go do not change it. */
export function useLead(rows: RowWindow, state: RowsState): number | null {
  const lead = useRef<{ rows: RowWindow; jumps: number; index: number } | null>(null);
  const [first] = state.rows;
  const same = lead.current?.rows === rows && lead.current.jumps === state.jumps;
  if (first === undefined) return same ? (lead.current?.index ?? null) : null;
  if (!same) {
    const index = (state.rows.find((row) => row.index >= state.target) ?? first).index;
    lead.current = { rows, jumps: state.jumps, index };
  }
  return lead.current?.index ?? null;
}

/** Names of the items of a short list, as far as the table has them. */
export function useNames(state: RowsState, loop: Loop): readonly (string | undefined)[] {
  const kept = useRef<(string | undefined)[]>([]);
  const few = startedOf(loop) <= FEW;
  return useMemo(() => {
    if (!few) return NO_NAMES;
    for (const { index, row } of state.rows) if (row !== null) kept.current[index] = row.item;
    return [...kept.current];
  }, [state.rows, few]);
}

/** How many came since the rows were asked for. */
export function useFresh(rows: object, matching: number | null): number {
  const base = useRef<{ rows: object; jumps: number; matching: number | null }>({ rows, jumps: 0, matching });
  const jumps = (rows as { getState(): { jumps: number } }).getState().jumps;
  const { current } = base;
  if (
    current.rows !== rows ||
    current.jumps !== jumps ||
    current.matching === null ||
    (matching ?? 0) < current.matching
  ) {
    base.current = { rows, jumps, matching };
  }
  return matching === null ? 0 : Math.max(0, matching - (base.current.matching ?? matching));
}
