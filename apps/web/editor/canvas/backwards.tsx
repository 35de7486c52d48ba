/** Owns the question behind a line that was drawn backwards: "Make this a loop?" In place, with what each kind does. */
import { useLayoutEffect, useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import { RepeatSign } from '../../ui/mark.tsx';
import type { WrapAs } from '../document/containers.ts';
import { change, documentOf } from '../document/store.ts';
import { nodesBetween } from './connecting.ts';
import { useEditor } from './context.ts';
import { setView, useView } from './view.ts';

export function Backwards() {
  const asked = useView((view) => view.backwards);
  const { workflow } = useEditor();
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null || asked === null) return;
    current.style.left = `${Math.min(asked.screen.x, innerWidth - 320)}px`;
    current.style.top = `${Math.min(asked.screen.y, innerHeight - 180)}px`;
    current.querySelector('button')?.focus();
  }, [asked]);
  if (asked === null) return null;
  const { from, to } = asked.wire;
  const close = (): void => setView({ backwards: null });
  const make = (as: WrapAs): void => {
    close();
    change(workflow, { do: 'wrap', ids: nodesBetween(documentOf(workflow).definition, to, from), as });
  };
  return (
    <div
      ref={box}
      role="dialog"
      aria-label="Make this a loop?"
      className="appear fixed z-30 w-[304px] rounded-node border border-line bg-surface p-3 shadow-2"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <p className="flex items-center gap-2 font-semibold">
        <RepeatSign className="text-accent" />
        Make this a loop?
      </p>
      <p className="mt-1 mb-3 text-meta text-ink2">
        {to} to {from} run again: for the next batch of the list, or until a condition holds.
      </p>
      <div className="flex gap-1.5">
        <Button small kind="primary" onClick={() => make('batches')}>
          Batches
        </Button>
        <Button small onClick={() => make('until')}>
          Until
        </Button>
        <Button small kind="ghost" onClick={close}>
          Cancel
        </Button>
      </div>
    </div>
  );
}
