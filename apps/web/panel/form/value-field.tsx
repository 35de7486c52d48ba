/**
 * Owns a field that takes any JSON: its kind, and the control of that kind. What was entered under another kind comes
 * back with it.
 */
import { useEffect, useRef, useState } from 'react';
import { Select, Switch } from '../../ui/input.tsx';
import { CodeField } from '../code/code-field.tsx';
import { hasTemplate } from '../code/one-expression.ts';
import { NumberInput } from './number-input.tsx';

export type ValueKindName = 'text' | 'number' | 'boolean' | 'null' | 'json';

export function kindOfValue(value: unknown): ValueKindName {
  if (value === undefined || typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return value === null ? 'null' : 'json';
}

/** A value in another kind, where it can be read as one. */
export function valueAs(value: unknown, kind: ValueKindName): unknown {
  switch (kind) {
    case 'text':
      return value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
      return Number.isFinite(number) ? number : 0;
    }
    case 'boolean':
      return value === 'true' || value === 1;
    case 'null':
      return null;
    case 'json':
      if (typeof value === 'string') {
        try {
          const read: unknown = JSON.parse(value);
          if (read !== null && typeof read === 'object') return read;
        } catch {
          // It is text; it becomes an element of a list.
        }
      }
      return value === undefined || value === null || value === '' ? {} : [value];
  }
}

const KINDS: readonly (readonly [ValueKindName, string])[] = [
  ['text', 'Text'],
  ['number', 'Number'],
  ['boolean', 'True/false'],
  ['null', 'Nothing'],
  ['json', 'JSON'],
];

export interface ValueFieldProps {
  value: unknown;
  onChange(value: unknown): void;
  label: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  readOnly?: boolean;
  placeholder?: string;
  lines?: number;
}

export function ValueField(props: ValueFieldProps) {
  const { control, kind } = useValueField(props);
  return (
    <div className="flex min-w-0 items-start gap-1.5">
      <div className="min-w-0 flex-1">{control}</div>
      <div className="flex h-8 w-[104px] flex-none items-center">{kind}</div>
    </div>
  );
}

/** The control and the choice of kind, for wherever they stand. */
export function useValueField({ value, onChange, label, readOnly = false, lines = 1, ...rest }: ValueFieldProps) {
  const kind = kindOfValue(value);
  const remembered = useRef<Partial<Record<ValueKindName, unknown>>>({});
  useEffect(() => {
    if (value !== undefined) remembered.current[kind] = value;
  }, [kind, value]);
  const setKind = (next: ValueKindName): void => onChange(remembered.current[next] ?? valueAs(value, next));
  const control = (
    <>
      {kind === 'text' && (
        <CodeField
          {...rest}
          label={label}
          language="template"
          lines={lines}
          readOnly={readOnly}
          value={typeof value === 'string' ? value : ''}
          onChange={onChange}
        />
      )}
      {kind === 'number' && (
        <NumberInput
          label={label}
          value={value as number}
          onChange={(next) => onChange(next ?? 0)}
          readOnly={readOnly}
        />
      )}
      {kind === 'boolean' && (
        <span className="flex h-8 items-center gap-2">
          <Switch label={label} checked={value === true} onChange={onChange} disabled={readOnly} />
          <span className="text-meta text-ink2">{value === true ? 'true' : 'false'}</span>
        </span>
      )}
      {kind === 'null' && <span className="flex h-8 items-center text-meta text-ink3">null</span>}
      {kind === 'json' && <JsonField {...rest} label={label} value={value} onChange={onChange} readOnly={readOnly} />}
    </>
  );
  const choice = hasTemplate(value) ? (
    <span className="text-meta text-ink3" title="What an expression gives may be of any kind.">
      with expression
    </span>
  ) : (
    <Select
      small
      label={`Kind of ${label}`}
      value={kind}
      onChange={(next) => setKind(next as ValueKindName)}
      options={KINDS}
      disabled={readOnly}
    />
  );
  return { control, kind: choice };
}

/** JSON as text. What cannot be read stays in the field and is said; it is not in the workflow yet. */
export function JsonField({ value, onChange, label, ...rest }: ValueFieldProps) {
  const written = value === undefined ? '' : JSON.stringify(value, null, 2);
  const [text, setText] = useState(written);
  const [wrong, setWrong] = useState('');
  const own = useRef(written);
  useEffect(() => {
    if (written === own.current) return;
    own.current = written;
    setText(written);
    setWrong('');
  }, [written]);
  const take = (next: string): void => {
    setText(next);
    if (next.trim() === '') {
      own.current = '';
      setWrong('');
      onChange(undefined);
      return;
    }
    try {
      const read: unknown = JSON.parse(next);
      own.current = JSON.stringify(read, null, 2);
      setWrong('');
      onChange(read);
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <CodeField
        {...rest}
        label={label}
        language="json"
        lines={3}
        value={text}
        onChange={take}
        invalid={wrong !== ''}
      />
      {wrong !== '' && (
        <p role="alert" className="text-meta text-failed">
          This is not JSON yet, so the value before it still holds: {wrong}.
        </p>
      )}
    </div>
  );
}
