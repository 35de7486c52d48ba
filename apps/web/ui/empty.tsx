/** Owns empty states: a sentence with a next step. */
import type { ReactNode } from 'react';

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-[420px] flex-col items-start gap-2 px-4 py-16">
      <h2 className="text-section">{title}</h2>
      {children !== undefined && <div className="text-ink2 [&_a]:underline [&_a]:underline-offset-3">{children}</div>}
      {action !== undefined && <div className="mt-2">{action}</div>}
    </div>
  );
}
