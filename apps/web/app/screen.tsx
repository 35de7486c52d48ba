/**
 * Owns the frame of one screen: breadcrumb left, state in the middle, actions right, the primary one last; below it
 * the content. Every screen is one of these.
 */
import { Fragment, type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';
import { classes } from '../ui/classes.ts';
import { visibleText } from '../ui/odd-characters.ts';

export interface Crumb {
  label: string;
  href?: string;
  /** Instead of the label, such as a picker of loops. */
  content?: ReactNode;
}

export interface ScreenProps {
  /** Of the browser's tab; the last crumb is the heading. */
  title: string;
  crumbs: readonly Crumb[];
  /** After the crumbs: badges, tabs, fields. */
  state?: ReactNode;
  actions?: ReactNode;
  /** How the content scrolls: as one page (default), or not at all, because it has parts that do. */
  scroll?: 'page' | 'parts';
  /** Put instead of the crumbs, such as the word mark of Home. */
  lead?: ReactNode;
  children?: ReactNode;
}

export function Screen({ title, crumbs, state, actions, scroll = 'page', lead, children }: ScreenProps) {
  useEffect(() => {
    document.title = visibleText(title === 'Rondo' ? title : `${title} · Rondo`);
  }, [title]);
  return (
    <div className="flex h-full min-w-0 flex-col">
      <header className="flex h-[var(--header)] flex-none items-center gap-3 border-b border-line bg-surface px-4">
        {lead ?? <Crumbs crumbs={crumbs} />}
        <div className="flex min-w-0 flex-1 items-center gap-3">{state}</div>
        {actions !== undefined && <div className="flex flex-none items-center gap-2">{actions}</div>}
      </header>
      <main className={classes('min-h-0 flex-1', scroll === 'page' ? 'overflow-y-auto' : 'flex flex-col')}>
        {children}
      </main>
    </div>
  );
}

function Crumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  const last = crumbs.length - 1;
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-2 whitespace-nowrap">
      {crumbs.map(({ label, href, content }, index) => (
        <Fragment key={`${index} ${label}`}>
          {index > 0 && (
            <span aria-hidden className="text-line2">
              /
            </span>
          )}
          {content ??
            (index === last ? (
              <h1 className="cut font-semibold" aria-current="page">
                {label}
              </h1>
            ) : href === undefined ? (
              <span className="cut text-ink2">{label}</span>
            ) : (
              <Link href={href} className="cut text-ink2 hover:text-ink">
                {label}
              </Link>
            ))}
        </Fragment>
      ))}
    </nav>
  );
}
