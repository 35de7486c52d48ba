/**
 * Owns following: which iteration is the newest of what the filter shows, looked at every two seconds so that one can
 * read it, and the switch between follow and held. The address keeps which.
 */
import type { Cause, Loop } from '@rondo/api/schemas/run.ts';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { Segments } from '../ui/segments.tsx';
import type { RunQuery, SetQuery } from './address.ts';
import { startedOf } from './use-rows.ts';

/** Index of the newest, as far as counts say; null: there is none, or the filter is one that counts know nothing of. */
export function newestOf(
  loop: Pick<Loop, 'completed' | 'failed' | 'skipped' | 'inFlight'>,
  { status, cause, rerun, q, min, max }: Pick<RunQuery, 'status' | 'cause' | 'rerun' | 'q' | 'min' | 'max'>,
  causes: readonly Pick<Cause, 'id' | 'last'>[],
): number | null {
  if (rerun !== null || q !== '' || min !== null || max !== null) return null;
  if (status === 'failed' || cause !== null) {
    const fitting = causes.filter((one) => cause === null || one.id === cause);
    return fitting.length === 0 ? null : Math.max(...fitting.map((one) => one.last));
  }
  const count = status === 'running' ? startedOf(loop as Loop) : loop.completed + loop.failed + loop.skipped;
  return count === 0 ? null : count - 1;
}

const LOOK_MS = 2_000;

/** The newest as it was at the last look; null while nothing is followed. */
export function useFollowed(follow: boolean, newest: number | null): number | null {
  const latest = useRef(newest);
  latest.current = newest;
  const [shown, setShown] = useState<number | null>(null);
  useEffect(() => {
    if (!follow) {
      setShown(null);
      return undefined;
    }
    setShown(latest.current);
    const timer = setInterval(() => setShown(latest.current), LOOK_MS);
    return () => clearInterval(timer);
  }, [follow]);
  return follow ? (shown ?? newest) : null;
}

export interface FollowProps {
  query: Pick<RunQuery, 'follow'>;
  setQuery: SetQuery;
  /** What is shown now, to hold it. */
  at: number | null;
}

/** Only while the run goes on: afterwards nothing is newer. */
export function FollowSwitch({ query: { follow }, setQuery, at }: FollowProps) {
  const set = (next: boolean): void =>
    setQuery(next ? { follow: true, it: null, with: null, step: null } : { follow: false, it: at }, { replace: true });
  useKeys('run', [{ keys: 'H', does: follow ? 'Hold this iteration' : 'Follow the newest', run: () => set(!follow) }]);
  return (
    <Segments<'follow' | 'held'>
      label="Which iteration is shown"
      value={follow ? 'follow' : 'held'}
      onChange={(value) => set(value === 'follow')}
      options={[
        { value: 'follow', label: 'follow' },
        { value: 'held', label: 'held' },
      ]}
    />
  );
}
