/** Owns the card of the start screens: 420 wide, in the middle of nothing. */
import type { FormEvent, ReactNode } from 'react';
import { Mark } from '../ui/mark.tsx';

export interface StartCardProps {
  title: string;
  text?: ReactNode;
  error?: string | null;
  onSubmit(event: FormEvent): void;
  children: ReactNode;
}

export function StartCard({ title, text, error = null, onSubmit, children }: StartCardProps) {
  return (
    <main className="grid h-full place-items-center overflow-y-auto bg-bg p-4">
      <form
        onSubmit={onSubmit}
        className="flex w-[420px] max-w-full flex-col gap-4 rounded-card border border-line bg-surface p-8 shadow-2"
      >
        <div className="flex items-center gap-2.5">
          <Mark size={28} />
          <span className="text-title font-semibold">Rondo</span>
        </div>
        <div>
          <h1 className="text-page">{title}</h1>
          {text !== undefined && <p className="mt-1 text-ink2">{text}</p>}
        </div>
        {children}
        {error !== null && (
          <p role="alert" className="text-failed">
            {error}
          </p>
        )}
      </form>
    </main>
  );
}
