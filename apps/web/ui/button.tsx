/** Owns buttons: with words, with an icon only, and links that look like them. A disabled one says why. */
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'wouter';
import { classes } from './classes.ts';
import { Keys } from './keys.tsx';
import { Tooltip } from './tooltip.tsx';

export type ButtonKind = 'plain' | 'primary' | 'ghost' | 'danger';

interface Look {
  kind?: ButtonKind;
  /** 26 high instead of 32. */
  small?: boolean;
  /** Before the words; 16 px, 14 in a small one. */
  icon?: ReactNode;
}

export interface ButtonProps extends Look, Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled' | 'className'> {
  /** Shown at its right; the key itself is bound by useKeys. */
  keys?: string;
  /** Why it cannot be pressed; empty or absent: it can. It stays focusable, so that everybody can learn why. */
  unless?: string | undefined;
  /** It does what it is asked to; a second press would do it twice. */
  busy?: boolean;
  className?: string;
}

const KINDS: Record<ButtonKind, string> = {
  plain: 'border-line2 bg-surface text-ink hover:bg-hover',
  primary: 'forced-color-adjust-none border-accent bg-accent text-accent-ink hover:brightness-95',
  ghost: 'border-transparent text-ink2 hover:bg-hover hover:text-ink',
  danger: 'border-line2 bg-surface text-ink hover:bg-hover',
};

function lookOf({ kind = 'plain', small = false }: Look, square: boolean, off: boolean): string {
  const size = small
    ? square
      ? 'size-[26px] rounded-chip'
      : 'h-[26px] gap-1.5 rounded-chip px-[9px] text-meta'
    : square
      ? 'size-8 rounded-control'
      : 'h-8 gap-[7px] rounded-control px-3';
  return classes(
    'inline-flex flex-none items-center justify-center border font-medium whitespace-nowrap transition-colors',
    size,
    KINDS[kind],
    off && 'cursor-not-allowed opacity-50',
  );
}

export function Button({
  kind,
  small,
  icon,
  keys,
  unless = '',
  busy = false,
  children,
  className,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const off = unless !== '' || busy;
  const button = (
    <button
      {...rest}
      type={type}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      onClick={off ? (event) => event.preventDefault() : onClick}
      className={classes(lookOf({ ...(kind && { kind }), ...(small && { small }) }, false, off), className)}
    >
      {icon}
      {children}
      {keys !== undefined && <Keys keys={keys} inherit={kind === 'primary'} />}
    </button>
  );
  return unless === '' ? button : <Tooltip text={unless}>{button}</Tooltip>;
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** Its name for screen readers, and in the tooltip. */
  label: string;
  icon: ReactNode;
}

export function IconButton({
  label,
  icon,
  kind = 'ghost',
  small,
  keys,
  unless = '',
  busy = false,
  className,
  onClick,
  ...rest
}: IconButtonProps) {
  const off = unless !== '' || busy;
  return (
    <Tooltip text={unless === '' ? label : unless} {...(keys === undefined ? {} : { keys })}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        aria-disabled={off || undefined}
        onClick={off ? (event) => event.preventDefault() : onClick}
        className={classes(lookOf({ kind, ...(small && { small }) }, true, off), className)}
      >
        {icon}
      </button>
    </Tooltip>
  );
}

export interface ButtonLinkProps extends Look {
  href: string;
  children: ReactNode;
  className?: string;
}

/** Goes somewhere in the studio. For addresses out of data see links.tsx. */
export function ButtonLink({ href, kind, small, icon, children, className }: ButtonLinkProps) {
  return (
    <Link
      href={href}
      className={classes(lookOf({ ...(kind && { kind }), ...(small && { small }) }, false, false), className)}
    >
      {icon}
      {children}
    </Link>
  );
}
