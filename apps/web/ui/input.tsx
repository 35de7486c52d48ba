/**
 * Owns fields of forms: text, number, secret, choice, switch, with label, explanation and error. Always labelled;
 * filled with surface on another ground, as their border alone is weak.
 */
import { ChevronDown } from 'lucide-react';
import { Checkbox as RadixCheckbox, Switch as RadixSwitch } from 'radix-ui';
import { type InputHTMLAttributes, type ReactNode, type Ref, type TextareaHTMLAttributes, useId } from 'react';
import { classes } from './classes.ts';

const FRAME =
  'rounded-control border border-line2 bg-surface text-ink aria-invalid:border-failed disabled:cursor-not-allowed disabled:bg-sunken disabled:text-ink3';

export interface FieldProps {
  label: ReactNode;
  /** Below the label. */
  help?: ReactNode;
  error?: string | undefined;
  /** Given the ids that tie label, help and error to the control. */
  children: (ids: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean | undefined;
  }) => ReactNode;
}

export function Field({ label, help, error, children }: FieldProps) {
  const id = useId();
  const described = [help !== undefined && `${id}-help`, error !== undefined && `${id}-error`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-meta font-semibold text-ink2">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {help !== undefined && (
        <p id={`${id}-help`} className="text-meta text-ink3">
          {help}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className="text-meta text-failed">
          {error}
        </p>
      )}
    </div>
  );
}

export type InputProps = InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

export function Input({ className, ...rest }: InputProps) {
  return <input {...rest} className={classes('h-8 w-full min-w-0 px-2.5 read-only:bg-sunken', FRAME, className)} />;
}

export function TextArea({ className, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea {...rest} className={classes('min-h-20 w-full px-2.5 py-1.5', FRAME, className)} />;
}

/** A field with its label beside or above. */
export function TextField({
  label,
  help,
  error,
  ...rest
}: Omit<InputProps, 'id'> & Pick<FieldProps, 'label' | 'help' | 'error'>) {
  return (
    <Field label={label} {...(help === undefined ? {} : { help })} error={error}>
      {(ids) => <Input {...rest} {...ids} />}
    </Field>
  );
}

export interface SelectProps {
  /** For screen readers, where no label stands beside it. */
  label?: string;
  id?: string;
  value: string;
  onChange(value: string): void;
  options: readonly (readonly [value: string, label: string])[];
  small?: boolean;
  disabled?: boolean;
}

/** The browser's own list: it works with every keyboard, screen reader and phone. */
export function Select({ label, id, value, onChange, options, small = false, disabled = false }: SelectProps) {
  return (
    <span className="relative inline-flex min-w-0">
      <select
        aria-label={label}
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
        className={classes(
          'w-full min-w-0 cursor-pointer appearance-none pr-7 pl-2.5',
          FRAME,
          small ? 'h-7 text-meta' : 'h-8',
        )}
      >
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
      <ChevronDown
        size={14}
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-ink3"
      />
    </span>
  );
}

export interface SwitchProps {
  label: string;
  checked: boolean;
  onChange(checked: boolean): void;
  disabled?: boolean;
  id?: string;
}

export function Switch({ label, checked, onChange, disabled = false, id }: SwitchProps) {
  return (
    <RadixSwitch.Root
      id={id}
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
      className="h-5 w-9 flex-none rounded-full border border-line2 bg-surface p-px transition-colors disabled:opacity-50 data-[state=checked]:border-ink data-[state=checked]:bg-ink"
    >
      <RadixSwitch.Thumb className="block size-4 rounded-full bg-ink3 transition-transform data-[state=checked]:translate-x-4 data-[state=checked]:bg-surface" />
    </RadixSwitch.Root>
  );
}

export interface CheckboxProps {
  label: string;
  /** Beside it, instead of for screen readers only. */
  shown?: boolean;
  checked: boolean | 'indeterminate';
  onChange(checked: boolean): void;
  disabled?: boolean;
}

export function Checkbox({ label, shown = false, checked, onChange, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-2">
      <RadixCheckbox.Root
        id={id}
        aria-label={shown ? undefined : label}
        checked={checked}
        onCheckedChange={(next) => onChange(next === true)}
        disabled={disabled}
        className="grid size-4 flex-none place-items-center rounded-[4px] border border-line2 bg-surface text-surface data-[state=checked]:border-ink data-[state=checked]:bg-ink data-[state=indeterminate]:border-ink data-[state=indeterminate]:bg-ink"
      >
        <RadixCheckbox.Indicator>
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden fill="none" stroke="currentColor" strokeWidth="2">
            <path d={checked === 'indeterminate' ? 'M3 6h6' : 'M2.5 6.500l2.500 2.500 4.500-5.500'} />
          </svg>
        </RadixCheckbox.Indicator>
      </RadixCheckbox.Root>
      {shown && <label htmlFor={id}>{label}</label>}
    </span>
  );
}
