/** Owns how a status is shown: shape, then word, then colour. The table is in the design; nothing else draws statuses. */
import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export type ShownStatus = 'completed' | 'failed' | 'running' | 'waiting' | 'queued' | 'skipped' | 'cancelled';

interface Look {
  word: string;
  color: string;
  chip: string;
  shape: ReactNode;
}

const stroke = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.5,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;
const QUIET = 'border-line2 bg-surface text-ink2';

const LOOKS: Record<ShownStatus, Look> = {
  completed: {
    word: 'completed',
    color: 'text-ink2',
    chip: QUIET,
    shape: <path d="M2.5 6.5l2.5 2.5 4.5-5.5" {...stroke} />,
  },
  failed: {
    word: 'failed',
    color: 'text-failed',
    chip: 'border-failed-line bg-failed-soft text-failed',
    shape: <path d="M6 1.5 11.2 10.5H.8z" fill="currentColor" />,
  },
  running: {
    word: 'running',
    color: 'text-accent',
    chip: 'border-accent-line bg-accent-soft text-accent',
    shape: <circle cx="6" cy="6" r="3.75" fill="currentColor" />,
  },
  waiting: {
    word: 'waiting',
    color: 'text-accent',
    chip: 'border-accent-line bg-surface text-accent',
    shape: (
      <path
        d="M3 1.5h6M3 10.5h6M3.5 1.5c0 2.4 5 2.7 5 4.5s-5 2.100-5 4.500M8.500 1.500c0 2.400-5 2.700-5 4.500s5 2.100 5 4.500"
        {...stroke}
        strokeWidth={1.2}
      />
    ),
  },
  queued: { word: 'queued', color: 'text-ink3', chip: QUIET, shape: <circle cx="6" cy="6" r="3.25" {...stroke} /> },
  skipped: { word: 'skipped', color: 'text-ink3', chip: QUIET, shape: <path d="M3.5 6h5" {...stroke} /> },
  cancelled: {
    word: 'cancelled',
    color: 'text-ink3',
    chip: QUIET,
    shape: <path d="M2.500 2.500h7v7h-7zM2.500 9.500l7-7" {...stroke} strokeWidth={1.2} />,
  },
};

export function StatusShape({
  status,
  size = 12,
  className,
}: {
  status: ShownStatus;
  size?: number;
  className?: string;
}) {
  return (
    <svg viewBox="0 0 12 12" width={size} height={size} aria-hidden className={classes('flex-none', className)}>
      {LOOKS[status].shape}
    </svg>
  );
}

export interface StatusProps {
  status: ShownStatus;
  /** Instead of the word: "3 failed". */
  children?: ReactNode;
  className?: string;
}

/** Shape and word in a line of text. */
export function Status({ status, children, className }: StatusProps) {
  const { word, color } = LOOKS[status];
  return (
    <span className={classes('inline-flex items-center gap-1 whitespace-nowrap', color, className)}>
      <StatusShape status={status} />
      {children ?? word}
    </span>
  );
}

/** The same in a frame: the state of the thing that the screen is about. */
export function StatusChip({ status, children }: StatusProps) {
  const { word, chip } = LOOKS[status];
  return (
    <span
      className={classes(
        'inline-flex h-[22px] flex-none items-center gap-1.5 rounded-full border px-2 text-meta font-medium whitespace-nowrap',
        chip,
      )}
    >
      <StatusShape status={status} size={10} />
      {children ?? word}
    </span>
  );
}

/** A full diamond: it became something else. */
export function ChangedShape({ size = 11 }: { size?: number }) {
  return (
    <svg viewBox="0 0 10 10" width={size} height={size} aria-hidden className="flex-none">
      <path d="M5 0 10 5 5 10 0 5z" fill="currentColor" />
    </svg>
  );
}

/** For authors: a diamond with an exclamation mark. */
export function WarningShape({ size = 16, className }: { size?: number; className?: string }) {
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden className={classes('flex-none', className)}>
      <path d="M8 1.800 14.200 8 8 14.200 1.800 8zM8 5.200v3.300M8 10.600v.2" {...stroke} />
    </svg>
  );
}
