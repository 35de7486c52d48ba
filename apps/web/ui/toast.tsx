/**
 * Owns toasts: rare, for what happened elsewhere or can be undone. Never for each failure, never for what the screen
 * shows anyway. Said politely to screen readers.
 */
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { create } from 'zustand';
import { Button } from './button.tsx';

interface Toast {
  id: number;
  text: string;
  action?: { label: string; run(): void };
}

const useToasts = create<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }));
const MOST = 3;
const STAYS_MS = 8_000;
let count = 0;

export function toast(text: string, action?: Toast['action']): void {
  count += 1;
  const one: Toast = { id: count, text, ...(action === undefined ? {} : { action }) };
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, one].slice(-MOST) }));
}

function remove(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((one) => one.id !== id) }));
}

export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div role="status" className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-[380px] flex-col gap-2">
      {toasts.map((one) => (
        <One key={one.id} toast={one} />
      ))}
    </div>
  );
}

function One({ toast: { id, text, action } }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => remove(id), STAYS_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className="appear pointer-events-auto flex items-center gap-3 rounded-node border border-line bg-surface py-2 pr-2 pl-3 shadow-2">
      <p className="flex-1 break-words">{text}</p>
      {action !== undefined && (
        <Button
          small
          onClick={() => {
            remove(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <button
        type="button"
        aria-label="Close"
        onClick={() => remove(id)}
        className="grid size-[26px] place-items-center rounded-chip text-ink3 hover:bg-hover"
      >
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}
