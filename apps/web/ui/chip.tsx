/** Owns chips: a small fact in a frame, sometimes with a way to take it away (a filter). */
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export type ChipKind = 'plain' | 'accent' | 'failed' | 'warn';

const KINDS: Record<ChipKind, string> = {
  plain: 'border-line2 bg-surface text-ink2',
  accent: 'border-accent-line bg-accent-soft text-accent',
  failed: 'border-failed-line bg-failed-soft text-failed',
  warn: 'border-warn-line bg-warn-soft text-warn',
};

export interface ChipProps {
  kind?: ChipKind;
  icon?: ReactNode;
  children: ReactNode;
  /** Named for screen readers: "Remove the filter". */
  remove?: { label: string; run(): void };
}

export function Chip({ kind = 'plain', icon, children, remove }: ChipProps) {
  return (
    <span
      className={classes(
        'inline-flex h-[22px] max-w-full min-w-0 items-center gap-1.5 rounded-full border px-2 text-meta font-medium whitespace-nowrap',
        KINDS[kind],
      )}
    >
      {icon}
      <span className="cut">{children}</span>
      {remove !== undefined && (
        <button
          type="button"
          aria-label={remove.label}
          onClick={() => remove.run()}
          className="-mr-1 rounded-full p-0.5"
        >
          <X size={12} aria-hidden />
        </button>
      )}
    </span>
  );
}
