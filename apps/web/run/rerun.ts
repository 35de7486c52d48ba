/**
 * Owns running iterations again: counts first, asks only where an effect may happen twice, says how many were begun.
 * The iterations keep their places; the Score shows them turn.
 */
import type { Answer } from '@rondo/api/client.ts';
import type { Run } from '@rondo/api/schemas/run.ts';
import { useMemo, useRef, useState } from 'react';
import { call, messageOf } from '../app/api.ts';
import { useMay } from '../app/session.ts';
import { count } from '../ui/format.ts';
import { toast } from '../ui/toast.tsx';
import { ask } from './ask.tsx';
import { forgetLoops, refreshRun } from './live.ts';

export interface Wanted {
  loop: string;
  status?: 'failed';
  cause?: string;
  indices?: number[];
  /** By this version of the workflow; absent: the newest where it fits. */
  version?: number;
}

export interface Rerun {
  /** Why it cannot be done; empty: it can. */
  unless: string;
  busy: boolean;
  start(wanted: Wanted): void;
}

/** `done`: after the server has begun them. */
export function useRerun(run: Run | undefined, done: () => void): Rerun {
  const may = useMay('run:start');
  const [busy, setBusy] = useState(false);
  const id = run?.id ?? '';

  const send = async (wanted: Wanted): Promise<void> => {
    setBusy(true);
    try {
      const answer = await call('POST /runs/{id}/redrive', { params: { id }, query: { dry: 'false' }, body: wanted });
      toast(begun(answer, run?.version ?? null));
      forgetLoops(id);
      refreshRun(id);
      done();
    } catch (error) {
      toast(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const start = async (wanted: Wanted): Promise<void> => {
    setBusy(true);
    try {
      const dry = await call('POST /runs/{id}/redrive', { params: { id }, query: { dry: 'true' }, body: wanted });
      if (dry.count === 0) toast('Nothing of this can be run again now.');
      else if (dry.mayRepeat === 0) await send(wanted);
      else {
        ask({
          text: repeats(dry),
          yes: `Re-run ${count(dry.count)}`,
          no: 'Leave them',
          run: () => void send(wanted),
        });
      }
    } catch (error) {
      toast(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const unless = may.allowed ? '' : may.why;
  const latest = useRef(start);
  latest.current = start;
  // The same as long as it says the same: large parts of the screen depend on it.
  return useMemo(() => ({ unless, busy, start: (wanted) => void latest.current(wanted) }), [unless, busy]);
}

type Counted = Answer<'POST /runs/{id}/redrive'>;

export function repeats({ count: all, mayRepeat }: Counted): string {
  const which = mayRepeat === all ? (all === 1 ? 'It' : 'All of these') : `${count(mayRepeat)} of these ${count(all)}`;
  return `${which} may already have sent ${mayRepeat === 1 ? 'its' : 'their'} request. Run again?`;
}

/** `had`: the version that the run was of. */
export function begun({ count: all, version }: Counted, had: number | null = null): string {
  const by = version == null || version === had ? '' : `, by version ${version}`;
  return all === 1 ? `1 iteration runs again${by}.` : `${count(all)} iterations run again${by}.`;
}
