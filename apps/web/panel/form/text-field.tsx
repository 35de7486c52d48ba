/** Owns fields that are texts or expressions: text with {{ }} in it, or one expression without its braces. */
import { useEffect, useRef, useState } from 'react';
import { CodeField } from '../code/code-field.tsx';
import { asExpression, hasTemplate, soleCode } from '../code/one-expression.ts';
import type { ExpressionPlace } from '../code/template-parts.ts';
import { ModeToggle } from './field.tsx';

export interface ExpressionFieldProps {
  /** With its braces; anything else counts as empty. */
  value: unknown;
  onChange(value: string | undefined): void;
  label: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  readOnly?: boolean;
  place?: ExpressionPlace;
  lines?: number;
  placeholder?: string;
}

/** One expression; what is stored has the braces, what is seen has not. */
export function ExpressionField({
  value,
  onChange,
  place,
  placeholder = '$json.field',
  ...rest
}: ExpressionFieldProps) {
  const stored = typeof value === 'string' ? (soleCode(value) ?? value) : '';
  // What is typed keeps its spaces, although they are not stored.
  const [typed, setTyped] = useState(stored);
  const shown = typed.trim() === stored.trim() ? typed : stored;
  return (
    <CodeField
      {...rest}
      language="expression"
      {...(place === undefined ? {} : { place })}
      placeholder={placeholder}
      value={shown}
      template={asExpression(shown)}
      onChange={(code) => {
        setTyped(code);
        onChange(code.trim() === '' ? undefined : asExpression(code));
      }}
    />
  );
}

/** Whether a value is shown as one expression. Does not change while one types; only the user changes it. */
export function useExpressionMode(value: unknown): [boolean, (on: boolean) => void] {
  const looks = typeof value === 'string' && soleCode(value) !== null;
  const [on, setOn] = useState(looks);
  // Text with more than one expression in it cannot be shown as one.
  return [on && (looks || !hasTemplate(value)), setOn];
}

/** Fixed value or expression, which remembers what the other one was. */
export function useFixedOrExpression(value: unknown, onChange: (value: unknown) => void) {
  const isTemplate = hasTemplate(value);
  const [chosen, setChosen] = useState<'first' | 'second'>(isTemplate ? 'second' : 'first');
  const fixed = useRef<unknown>(isTemplate ? undefined : value);
  const expression = useRef<unknown>(isTemplate ? value : undefined);
  useEffect(() => {
    if (isTemplate) expression.current = value;
    else fixed.current = value;
  }, [value, isTemplate]);
  const mode: 'first' | 'second' = isTemplate ? 'second' : chosen;
  const setMode = (next: 'first' | 'second'): void => {
    setChosen(next);
    if (next === 'first' && isTemplate) onChange(fixed.current);
    if (next === 'second' && expression.current !== undefined) onChange(expression.current);
  };
  return { mode, setMode };
}

const LONG = /prompt|system|text|message|content|template|body|instruction|query|notes|html|description|^sql$/i;

export interface TextFieldProps {
  name: string;
  value: unknown;
  onChange(value: string | undefined): void;
  label: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  readOnly?: boolean;
  placeholder?: string;
  place?: ExpressionPlace;
  /** Several lines at once. */
  long?: boolean;
}

export const isLongText = (name: string, value: unknown): boolean =>
  (typeof value === 'string' && (value.includes('\n') || value.length > 72)) || LONG.test(name);

/** Text with {{ }}, and its toggle for the label's row. */
export function useTextField({ name, value, onChange, long, ...rest }: TextFieldProps) {
  const [sole, setSole] = useExpressionMode(value);
  const lines = (long ?? isLongText(name, value)) ? 3 : 1;
  const toggle = (
    <ModeToggle
      label={`How ${rest.label} is written`}
      first="Text with {{ }}"
      second="one expression"
      value={sole ? 'second' : 'first'}
      onChange={(next) => setSole(next === 'second')}
      disabled={rest.readOnly === true || (!sole && hasTemplate(value) && soleCode(value) === null)}
    />
  );
  const control = sole ? (
    <ExpressionField {...rest} lines={lines} value={value} onChange={onChange} />
  ) : (
    <CodeField
      {...rest}
      language="template"
      lines={lines}
      value={typeof value === 'string' ? value : ''}
      onChange={(text) => onChange(text === '' ? undefined : text)}
    />
  );
  return { toggle, control };
}
