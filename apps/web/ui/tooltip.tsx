/** Owns tooltips: a few words for what has an icon only, the exact number behind a short one, why a button is off. */
import { Tooltip as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { Keys } from './keys.tsx';

export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={300} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}

interface TooltipProps {
  text: ReactNode;
  keys?: string;
  side?: 'top' | 'right' | 'bottom' | 'left';
  /** One element that takes a ref and the focus. */
  children: ReactElement;
}

export function Tooltip({ text, keys, side = 'bottom', children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="appear z-50 flex max-w-[320px] items-center gap-2 rounded-chip bg-ink px-2 py-1 text-meta break-words text-surface"
        >
          {text}
          {keys !== undefined && <Keys keys={keys} inherit />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
