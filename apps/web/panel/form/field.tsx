/**
 * Owns the frame of one field: label, what it is for, fixed or expression, back to the default, and what is wrong with
 * it, each with its fix. Short controls stand beside their label, long ones below it.
 */
import { Braces, Info, RotateCcw } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import type { Diagnostic } from '@rondo/api/schemas/shared.ts';
import { Button } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { StatusShape, WarningShape } from '../../ui/status.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { useNodeForm } from './node-form.ts';

export interface FieldIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

export interface FormFieldProps {
  label: string;
  help?: string;
  required?: boolean;
  /** Beside the label instead of below it. */
  beside?: boolean;
  /** Right of the label: fixed or expression. */
  mode?: ReactNode;
  /** Takes the value away. */
  onReset?: (() => void) | undefined;
  diagnostics?: readonly Diagnostic[];
  /** Several controls inside: a group, not one labelled control. */
  group?: boolean;
  /** The mode is always to be seen, not only near the pointer or the focus. */
  loud?: boolean;
  children: (ids: FieldIds) => ReactNode;
}

export function FormField({
  label,
  help = '',
  required = false,
  beside = false,
  mode,
  onReset,
  diagnostics = [],
  group = false,
  loud = false,
  children,
}: FormFieldProps) {
  const id = useId();
  const described = [help !== '' && `${id}-help`, diagnostics.length > 0 && `${id}-said`].filter(Boolean).join(' ');
  const ids: FieldIds = {
    id,
    'aria-describedby': described === '' ? undefined : described,
    'aria-invalid': diagnostics.some((one) => one.severity === 'error') || undefined,
  };
  const Label = group ? 'span' : 'label';
  return (
    <div
      {...(group ? { role: 'group', 'aria-labelledby': `${id}-label` } : {})}
      className={classes(
        'group/field',
        beside ? 'grid grid-cols-[132px_minmax(0,1fr)] items-start gap-x-2.5' : 'flex flex-col gap-1',
      )}
    >
      <div className={classes('flex min-w-0 items-center gap-1', beside ? 'min-h-8' : 'min-h-5')}>
        <Label id={`${id}-label`} {...(group ? {} : { htmlFor: id })} className="cut text-meta font-semibold text-ink2">
          {label}
          {required && (
            <>
              <span aria-hidden> *</span>
              <span className="sr-only"> required</span>
            </>
          )}
        </Label>
        {help !== '' && (
          <>
            <Tooltip text={help} side="top">
              <button
                type="button"
                aria-label={`About ${label}`}
                className="grid size-4 flex-none place-items-center rounded-full text-ink3 opacity-60 group-hover/field:opacity-100 hover:text-ink focus-visible:opacity-100"
              >
                <Info size={12} aria-hidden />
              </button>
            </Tooltip>
            <span id={`${id}-help`} className="sr-only">
              {help}
            </span>
          </>
        )}
        <span className="flex-1" />
        {onReset !== undefined && (
          <Tooltip text="Back to the default">
            <button
              type="button"
              aria-label={`${label}: back to the default`}
              onClick={onReset}
              className="grid size-5 flex-none place-items-center rounded-chip text-ink3 opacity-0 group-focus-within/field:opacity-100 group-hover/field:opacity-100 hover:bg-hover hover:text-ink focus-visible:opacity-100"
            >
              <RotateCcw size={12} aria-hidden />
            </button>
          </Tooltip>
        )}
        {!beside && mode !== undefined && <Quiet loud={loud}>{mode}</Quiet>}
      </div>
      <div className="flex min-w-0 flex-col gap-1">
        {beside && mode !== undefined ? (
          <div className="flex min-w-0 items-start gap-2">
            <div className="min-w-0 flex-1">{children(ids)}</div>
            <div className="flex h-8 flex-none items-center">{mode}</div>
          </div>
        ) : (
          children(ids)
        )}
        {diagnostics.length > 0 && (
          <div id={`${id}-said`} className="flex flex-col gap-1">
            {diagnostics.map((one, at) => (
              <Said key={`${one.code} ${at}`} diagnostic={one} />
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

/** Twenty times the same choice is noise: it appears where one is. */
function Quiet({ loud, children }: { loud: boolean; children: ReactNode }) {
  return (
    <span
      className={
        loud
          ? undefined
          : 'opacity-0 transition-opacity group-focus-within/field:opacity-100 group-hover/field:opacity-100 focus-within:opacity-100'
      }
    >
      {children}
    </span>
  );
}

/** One diagnostic at its field: what, why, one button that fixes it, Keep. */
export function Said({ diagnostic }: { diagnostic: Diagnostic }) {
  const { fix, keep, readOnly } = useNodeForm();
  const isError = diagnostic.severity === 'error';
  const fixable = diagnostic.fix?.edits !== undefined && diagnostic.fix.edits.length > 0;
  return (
    <div
      className={classes(
        'flex items-center gap-2.5 rounded-[8px] border py-1.5 pr-1.5 pl-3 text-meta',
        isError ? 'border-failed-line bg-failed-soft' : 'border-warn-line bg-warn-soft',
      )}
    >
      <span className={isError ? 'text-failed' : 'text-warn'}>
        {isError ? <StatusShape status="failed" size={12} /> : <WarningShape size={16} />}
      </span>
      <p className="min-w-0 flex-1 break-words">
        <span className="sr-only">{diagnostic.severity}: </span>
        {diagnostic.message}
        {diagnostic.fix !== null && !fixable && <span className="text-ink2"> {diagnostic.fix.text}</span>}
      </p>
      {fixable && (
        <Button
          small
          kind="primary"
          unless={readOnly ? 'It cannot be changed here.' : ''}
          onClick={() => fix(diagnostic)}
        >
          {(diagnostic.fix?.text ?? '').replace(/\.$/, '')}
        </Button>
      )}
      {!isError && !readOnly && (
        <Button small kind="ghost" onClick={() => keep(diagnostic)}>
          Keep
        </Button>
      )}
    </div>
  );
}

/** Fixed or expression as one small switch, for controls that stand beside their label. */
export function ModeIcon({
  label,
  value,
  onChange,
  disabled = false,
}: {
  label: string;
  value: 'first' | 'second';
  onChange(value: 'first' | 'second'): void;
  disabled?: boolean;
}) {
  const written = value === 'second';
  return (
    <Tooltip text={written ? 'Back to a fixed value' : 'Write an expression'}>
      <button
        type="button"
        aria-label={`${label} as an expression`}
        aria-pressed={written}
        disabled={disabled}
        onClick={() => onChange(written ? 'first' : 'second')}
        className={classes(
          'grid size-[26px] place-items-center rounded-chip hover:bg-hover hover:text-ink disabled:opacity-40',
          written ? 'bg-selected text-ink' : 'text-ink3',
        )}
      >
        <Braces size={14} aria-hidden />
      </button>
    </Tooltip>
  );
}

/** Fixed | Expression, in small words right of the label. */
export function ModeToggle({
  label,
  first,
  second,
  value,
  onChange,
  disabled = false,
}: {
  label: string;
  first: string;
  second: string;
  value: 'first' | 'second';
  onChange(value: 'first' | 'second'): void;
  disabled?: boolean;
}) {
  const choice = (one: 'first' | 'second', text: string) => (
    <button
      type="button"
      aria-pressed={value === one}
      disabled={disabled}
      onClick={() => value !== one && onChange(one)}
      className={classes(
        'rounded-chip',
        value === one ? 'text-ink3' : 'font-medium text-ink underline underline-offset-3',
      )}
    >
      {text}
    </button>
  );
  return (
    <span
      role="group"
      aria-label={label}
      className="flex flex-none items-center gap-1 text-meta whitespace-nowrap text-ink3"
    >
      {choice('first', first)}
      <span aria-hidden>or</span>
      {choice('second', second)}
    </span>
  );
}
