/** Owns dialogs: over the page, with a title, closed by Esc. Not for set-up of nodes (the panel) or for questions that fit in place. */
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export interface DialogProps {
  title: string;
  /** Below the title; also what screen readers say of the dialog. */
  description?: ReactNode;
  /** Hides the title from sight, not from screen readers. */
  bare?: boolean;
  width?: 'find' | 'form' | 'wide';
  onClose(): void;
  /** Buttons, the main one last. */
  actions?: ReactNode;
  children: ReactNode;
}

const WIDTHS = {
  find: 'w-[640px] top-[12vh]',
  form: 'w-[480px] top-[16vh]',
  wide: 'w-[1232px] h-[780px] top-1/2 -translate-y-1/2',
};

export function Dialog({ title, description, bare = false, width = 'form', onClose, actions, children }: DialogProps) {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-backdrop" />
        <Radix.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={classes(
            'appear fixed left-1/2 z-40 flex max-h-[86vh] max-w-[calc(100vw-32px)] -translate-x-1/2 flex-col rounded-dialog border border-line bg-surface shadow-3',
            WIDTHS[width],
          )}
        >
          <div className={bare ? 'sr-only' : 'flex flex-none items-start gap-3 pt-4 pr-14 pb-1 pl-5'}>
            <div className="flex-1">
              <Radix.Title className="text-title font-semibold">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="mt-1 text-ink2">{description}</Radix.Description>
              )}
            </div>
          </div>
          <div className={classes('min-h-0 flex-1 overflow-y-auto', !bare && 'px-5 py-3')}>{children}</div>
          {actions !== undefined && (
            <div className="flex flex-none justify-end gap-2 border-t border-line px-5 py-3">{actions}</div>
          )}
          {/* Last in order, so that the focus begins in the content. */}
          {!bare && (
            <Radix.Close
              aria-label="Close"
              className="absolute top-3.5 right-4 grid size-[26px] place-items-center rounded-chip text-ink3 hover:bg-hover hover:text-ink"
            >
              <X size={16} strokeWidth={1.5} aria-hidden />
            </Radix.Close>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
