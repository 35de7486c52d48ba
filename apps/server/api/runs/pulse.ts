/**
 * Owns what can only be told by looking twice: how fast a loop settles, and a number that grows whenever its score
 * changes. Remembers the last ten seconds of the loops that somebody looks at. Reads nothing by itself.
 */
import type { LoopRecord } from '@rondo/core/ports.ts';
import { LRU } from '../lru.ts';

interface Sample {
  at: number;
  settled: number;
}

interface Beat {
  samples: Sample[];
  /** Counts that the revision was given for. */
  signature: string;
  revision: number;
}

const WINDOW_MS = 10_000;
const MOST_LOOPS = 2_000;
/** Samples nearer to each other say nothing. */
const APART_MS = 250;

export interface Pulse {
  /** Takes note of a loop's counts. Rate: iterations settled a second; null when it does not move. */
  beat(run: string, loop: LoopRecord, inFlight: number): { rate: number | null; revision: number };
}

/** `now`: ms since 1970. */
export function createPulse(now: () => number): Pulse {
  const beats = new LRU<Beat>(MOST_LOOPS);
  return {
    beat(run, loop, inFlight) {
      const at = now();
      const settled = loop.completed + loop.failed + loop.skipped;
      const beat = beats.get(`${run}\n${loop.path}`, () => ({ samples: [], signature: '', revision: 0 }));
      const signature = [loop.status, loop.total, loop.completed, loop.failed, loop.skipped, inFlight].join(' ');
      if (signature !== beat.signature) {
        beat.signature = signature;
        // Grows over restarts of the server, too.
        beat.revision = Math.max(beat.revision + 1, at);
      }
      const { samples } = beat;
      const last = samples.at(-1);
      // A re-run takes iterations out.
      if (last !== undefined && settled < last.settled) samples.length = 0;
      if (last === undefined || at - last.at >= APART_MS) samples.push({ at, settled });
      while ((samples[1]?.at ?? at) < at - WINDOW_MS) samples.shift();
      return { rate: loop.status === 'running' ? rateOf(loop, samples, settled, at) : null, revision: beat.revision };
    },
  };
}

/** Of the last ten seconds, or where nobody looked before, of the whole time. */
function rateOf(loop: LoopRecord, samples: readonly Sample[], settled: number, at: number): number | null {
  const [first] = samples;
  const round = (rate: number): number => Math.round(rate * 100) / 100;
  if (first !== undefined && at - first.at >= 1_000) {
    const done = settled - first.settled;
    return done <= 0 ? null : round((done * 1000) / (at - first.at));
  }
  return loop.durationMs < 500 || settled === 0 ? null : round((settled * 1000) / loop.durationMs);
}
