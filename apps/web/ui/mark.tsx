/** Owns the repeat sign: the mark of the product, the prefix of loops, the edges of containers. It appears nowhere else. */
import { classes } from './classes.ts';

/** The app icon. */
export function Mark({ size }: { size: number }) {
  return (
    <svg viewBox="0 0 28 28" width={size} height={size} aria-hidden className="flex-none">
      <rect width="28" height="28" rx="7" className="fill-accent" />
      <g className="fill-accent-ink">
        <circle cx="8.5" cy="11" r="2" />
        <circle cx="8.5" cy="17" r="2" />
        <rect x="13" y="6.5" width="1.6" height="15" />
        <rect x="17" y="6.5" width="4" height="15" />
      </g>
    </svg>
  );
}

/** 9 x 12, in the colour of the text: the closing sign, or the opening one. */
export function RepeatSign({ open = false, className }: { open?: boolean; className?: string }) {
  return (
    <svg
      viewBox="0 0 9 12"
      width="9"
      height="12"
      aria-hidden
      className={classes('flex-none', open && '-scale-x-100', className)}
      fill="currentColor"
    >
      <circle cx="1.4" cy="4" r="1.3" />
      <circle cx="1.4" cy="8" r="1.3" />
      <rect x="4" y="0.5" width="1" height="11" />
      <rect x="6.3" y="0.5" width="2.4" height="11" />
    </svg>
  );
}
