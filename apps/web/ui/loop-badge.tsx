/** Owns the loop badge: how often something runs, then why. "once" is a grey one without the sign. */
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import { RepeatSign } from './mark.tsx';

export interface LoopBadgeProps {
  /** `× 1 M`, `× each customer`; null: once. */
  count: ReactNode;
  /** each item, in batches of 50, until ready ... */
  reason?: ReactNode;
  /** White on accent: the header of a container. */
  strong?: boolean;
  /** Opens the Loop section. */
  onClick?(): void;
  /** The whole of it in words, for screen readers and the tooltip: "runs 1,000,000 times, once for each customer". */
  title?: string;
}

const SHAPE =
  'inline-flex h-5 max-w-full min-w-0 items-center gap-[5px] rounded-[5px] pr-[7px] pl-1.5 text-[11.5px] leading-5 whitespace-nowrap';

export function LoopBadge({ count, reason, strong = false, onClick, title }: LoopBadgeProps) {
  const once = count === null;
  const look = classes(
    SHAPE,
    once
      ? 'bg-hover font-semibold text-ink2'
      : strong
        ? 'forced-color-adjust-none bg-accent font-semibold text-accent-ink'
        : 'bg-accent-soft font-semibold text-accent',
  );
  const content = (
    <>
      {!once && <RepeatSign />}
      <span className="cut">
        {once ? 'once' : count}
        {reason !== undefined && (
          <span className={classes('ml-1 font-normal', strong ? undefined : 'text-ink2')}>{reason}</span>
        )}
      </span>
    </>
  );
  if (onClick === undefined) {
    return (
      <span className={look} title={title}>
        {content}
      </span>
    );
  }
  return (
    <button type="button" className={look} title={title} onClick={onClick}>
      {content}
    </button>
  );
}
