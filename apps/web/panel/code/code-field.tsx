/**
 * Owns the code editor in its frame: loaded when it is first needed, full height on request, its own mistakes below it,
 * and being where a field of the data goes that is chosen beside it. The editor itself is editor.tsx.
 */
import { Maximize2, Minimize2 } from 'lucide-react';
import { createContext, lazy, Suspense, useContext, useEffect, useId, useRef, useState } from 'react';
import { create } from 'zustand';
import type { Diagnostic } from '@rondo/api/schemas/shared.ts';
import { IconButton } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { soleCode } from './one-expression.ts';
import type { EditorLanguage } from './languages.ts';
import type { Scope } from './scope.ts';
import type { ExpressionPlace } from './template-parts.ts';

const Editor = lazy(() => import('./editor.tsx'));

export const ScopeContext = createContext<Scope | null>(null);

interface Caret {
  /** Of the field that was last in use. */
  field: string | null;
  insert: ((code: string) => void) | null;
  /** What is written there, for its preview. */
  text: string;
  /** Where its preview goes: below it. */
  slot: HTMLElement | null;
}

const NOWHERE: Caret = { field: null, insert: null, text: '', slot: null };

/** Where a chosen field goes, and what is previewed. One in the page. */
export const useCaret = create<Caret>(() => NOWHERE);

export function forgetCaret(): void {
  useCaret.setState(NOWHERE);
}

export interface CodeFieldProps {
  value: string;
  onChange(value: string): void;
  label: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  language: EditorLanguage;
  place?: ExpressionPlace;
  readOnly?: boolean;
  placeholder?: string;
  /** Lines that are seen at least. */
  lines?: number;
  /** What the text would be as a template: of one expression, with its braces. */
  template?: string;
  /** Shown only here; the server says the rest. */
  mistakes?: boolean;
  className?: string;
}

export function CodeField({ label, lines = 1, mistakes: shows = true, className, template, ...props }: CodeFieldProps) {
  const field = useId();
  const scope = useContext(ScopeContext);
  const [wide, setWide] = useState(false);
  const [mistakes, setMistakes] = useState<readonly Diagnostic[]>([]);
  const slot = useRef<HTMLDivElement>(null);
  const isMine = useCaret((caret) => caret.field === field);
  const [line, setLine] = useState<string | null>(null);
  const text = template ?? line ?? props.value;
  useEffect(() => {
    if (isMine) useCaret.setState({ text });
  }, [isMine, text]);
  useEffect(
    () => () => {
      if (useCaret.getState().field === field) forgetCaret();
    },
    [field],
  );
  const said = shows ? mistakes : [];
  const describedBy = [props.describedBy, said.length > 0 ? `${field}-mistakes` : undefined].filter(Boolean).join(' ');
  const size = { 1: 'min-h-8', 3: 'min-h-[72px]', 6: 'min-h-[132px]', 10: 'min-h-[212px]' }[lines] ?? 'min-h-8';
  return (
    <div className={classes('flex min-w-0 flex-col gap-1', wide ? 'absolute inset-0 z-20 bg-surface p-3' : className)}>
      {wide && <p className="font-semibold">{label}</p>}
      <div
        data-code={field}
        className={classes(
          'group relative min-w-0 rounded-control border bg-surface',
          wide ? 'min-h-0 flex-1 overflow-auto' : classes(size, lines > 1 && 'max-h-[320px] overflow-auto'),
          props.invalid === true || said.some((one) => one.severity === 'error') ? 'border-failed' : 'border-line2',
          'focus-within:border-ink focus-within:ring-[3px] focus-within:ring-selected',
          props.readOnly === true && 'bg-sunken',
        )}
      >
        <Suspense fallback={<Loading value={props.value} label={label} />}>
          <Editor
            {...props}
            label={label}
            describedBy={describedBy === '' ? undefined : describedBy}
            scope={scope}
            onMistakes={setMistakes}
            onFocus={(insert) => useCaret.setState({ field, insert, text, slot: slot.current })}
            onEscape={wide ? () => setWide(false) : undefined}
            onCaret={setLine}
            onExpand={() => setWide((so) => !so)}
          />
        </Suspense>
        {(lines > 1 || wide) && (
          <span
            className={classes(
              'absolute top-1 right-1 bg-surface',
              wide ? '' : 'opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 focus-within:opacity-100',
            )}
          >
            <IconButton
              small
              label={wide ? 'Back to its size' : 'Full height'}
              keys="Cmd E"
              icon={wide ? <Minimize2 size={14} aria-hidden /> : <Maximize2 size={14} aria-hidden />}
              onClick={() => setWide(!wide)}
            />
          </span>
        )}
      </div>
      {said.length > 0 && (
        <ul id={`${field}-mistakes`} className="text-meta text-failed">
          {said.map((one, at) => (
            <li key={at} className="break-words">
              {one.message}
              {one.fix?.edits?.[0] !== undefined && props.readOnly !== true && (
                <button
                  type="button"
                  className="ml-1.5 inline-block font-medium text-ink underline underline-offset-3"
                  onClick={() => {
                    const text = String(one.fix?.edits?.[0]?.value);
                    props.onChange(template === undefined ? text : (soleCode(text) ?? text));
                  }}
                >
                  {one.fix.text}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <div ref={slot} className="empty:hidden pt-1" />
    </div>
  );
}

/** The text, before the editor is here: readable, and of the same size. */
function Loading({ value, label }: { value: string; label: string }) {
  return (
    <pre aria-label={label} className="px-2.5 py-[5px] font-mono text-body leading-5 break-words whitespace-pre-wrap">
      {value}
    </pre>
  );
}
