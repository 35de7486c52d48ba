/** Owns how settings are laid out: sections with a heading, rows with their control at the right. */
import type { ReactNode } from 'react';

export function Section({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <section className="mb-8">
      <div className="mb-2 flex min-h-8 items-center gap-3">
        <h2 className="flex-1 text-section">{title}</h2>
        {action}
      </div>
      <div className="divide-y divide-line rounded-card border border-line bg-surface">{children}</div>
    </section>
  );
}

export interface SettingRowProps {
  title: ReactNode;
  help?: ReactNode;
  /** Where its value comes from. */
  from?: ReactNode;
  children: ReactNode;
}

export function SettingRow({ title, help, from, children }: SettingRowProps) {
  return (
    <div className="flex items-start gap-6 px-4 py-3">
      <div className="min-w-0 flex-1">
        <div className="font-medium">{title}</div>
        {help !== undefined && <p className="text-meta text-ink3">{help}</p>}
        {from !== undefined && <p className="mt-1 text-meta text-ink2">{from}</p>}
      </div>
      <div className="flex min-h-8 w-[240px] flex-none items-center justify-end gap-2">{children}</div>
    </div>
  );
}
