/**
 * Owns questions before something that cannot be taken back: asked in place, under the buttons, in words that say what
 * happens and how often. One at a time. Nothing below moves.
 */
import { useEffect, useRef } from 'react';
import { create } from 'zustand';
import { useKeys } from '../app/keys.ts';
import { Button } from '../ui/button.tsx';

interface Question {
  text: string;
  yes: string;
  no: string;
  run(): void;
}

const useQuestion = create<{ question: Question | null }>(() => ({ question: null }));

export function ask(question: Question): void {
  useQuestion.setState({ question });
}
const close = (): void => useQuestion.setState({ question: null });

export function Asked() {
  const question = useQuestion((state) => state.question);
  useEffect(() => close, []);
  return question === null ? null : <Open question={question} />;
}

function Open({ question: { text, yes, no, run } }: { question: Question }) {
  const box = useRef<HTMLDivElement>(null);
  useKeys('question', [{ keys: 'Esc', does: no, run: close }]);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector('button')?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <div
      ref={box}
      role="alertdialog"
      aria-label={text}
      className="appear absolute top-2 right-4 z-20 flex items-center gap-3 rounded-node border border-line2 bg-surface py-2 pr-2 pl-4 shadow-2"
    >
      <p className="max-w-[640px]">{text}</p>
      <Button small onClick={close}>
        {no}
      </Button>
      <Button
        small
        kind="danger"
        onClick={() => {
          close();
          run();
        }}
      >
        {yes}
      </Button>
    </div>
  );
}
