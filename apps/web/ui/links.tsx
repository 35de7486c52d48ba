/** Owns links to addresses that come from data: only http and https become links, everything else stays text. */
import type { ReactNode } from 'react';

export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

export function DataLink({ href, children }: { href: string; children?: ReactNode }) {
  if (!isWebAddress(href)) return <>{children ?? href}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className="underline decoration-line2 underline-offset-3">
      {children ?? href}
    </a>
  );
}
