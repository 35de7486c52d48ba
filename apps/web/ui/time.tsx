/** Owns times in text: as one says it, absolute on hover, for machines in the attribute. */
import { useEffect, useState } from 'react';
import { absoluteTime, relativeTime, shortTime } from './format.ts';

const TICK_MS = 15_000;

/** The present, good to 15 s; every part that shows ages takes it from here. */
export function useNow(tickMs = TICK_MS): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, [tickMs]);
  return now;
}

export interface WhenProps {
  at: number;
  /** "14:02", "Fri", "21 Nov"; or "3 min ago". */
  as?: 'short' | 'relative';
  className?: string;
}

export function When({ at, as = 'short', className }: WhenProps) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={absoluteTime(at)} className={className}>
      {as === 'short' ? shortTime(at, now) : relativeTime(at, now)}
    </time>
  );
}
