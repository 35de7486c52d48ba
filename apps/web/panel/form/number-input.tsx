/** Owns a field for a number: what is not one stays in the field and is said, and is not in the workflow yet. */
import { useEffect, useState } from 'react';
import { Input } from '../../ui/input.tsx';

export interface NumberInputProps {
  id?: string;
  label: string;
  describedBy?: string | undefined;
  invalid?: boolean | undefined;
  value: number | undefined;
  onChange(value: number | undefined): void;
  whole?: boolean;
  min?: number | undefined;
  max?: number | undefined;
  placeholder?: string;
  readOnly?: boolean;
}

export function NumberInput({
  id,
  label,
  describedBy,
  invalid,
  value,
  onChange,
  whole = false,
  min,
  max,
  placeholder,
  readOnly = false,
}: NumberInputProps) {
  const written = value === undefined ? '' : String(value);
  const [typed, setTyped] = useState(written);
  const wrong = wrongWith(typed, { whole, min, max });
  useEffect(
    () => setTyped((before) => (Number(before) === value && before.trim() !== '' ? before : written)),
    [value, written],
  );
  return (
    <>
      <Input
        {...(id === undefined ? {} : { id })}
        aria-label={id === undefined ? label : undefined}
        aria-describedby={describedBy}
        aria-invalid={invalid === true || wrong !== '' || undefined}
        inputMode={whole ? 'numeric' : 'decimal'}
        value={typed}
        placeholder={placeholder}
        readOnly={readOnly}
        onChange={(event) => {
          const next = event.target.value;
          setTyped(next);
          if (next.trim() === '') onChange(undefined);
          else if (wrongWith(next, { whole, min, max }) === '') onChange(Number(next));
        }}
      />
      {wrong !== '' && (
        <p role="alert" className="mt-1 text-meta text-failed">
          {wrong}
        </p>
      )}
    </>
  );
}

export function wrongWith(
  text: string,
  { whole = false, min, max }: { whole?: boolean; min?: number | undefined; max?: number | undefined },
): string {
  if (text.trim() === '') return '';
  const value = Number(text);
  if (!Number.isFinite(value)) return 'This is not a number.';
  if (whole && !Number.isInteger(value)) return 'A whole number is needed.';
  if (min !== undefined && value < min) return `At least ${min}.`;
  if (max !== undefined && value > max) return `At most ${max}.`;
  return '';
}
