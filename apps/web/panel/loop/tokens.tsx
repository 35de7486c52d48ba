/** Owns the tokens of the loop sentence: what can be changed stands in a frame in the middle of the words. */
import { ChevronDown } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Menu, MenuRadio } from '../../ui/menu.tsx';
import { Popover } from '../../ui/popover.tsx';
import { classes } from '../../ui/classes.ts';
import { wrongWith } from '../form/number-input.tsx';

const FRAME =
  'mx-px inline-flex h-6 max-w-full items-center gap-1 rounded-chip border border-line2 bg-surface px-2 align-baseline text-body leading-[22px] font-semibold text-ink whitespace-nowrap hover:bg-hover aria-invalid:border-failed';

interface TokenProps {
  /** For screen readers: the words around it are not read with it. */
  label: string;
  readOnly: boolean;
}

export interface ChoiceProps extends TokenProps {
  value: string;
  options: readonly (readonly [value: string, words: string])[];
  onChange(value: string): void;
}

export function Choice({ label, value, options, onChange, readOnly }: ChoiceProps) {
  const words = options.find(([one]) => one === value)?.[1] ?? value;
  if (readOnly || options.length < 2) return <b className="font-semibold text-ink">{words}</b>;
  return (
    <Menu
      trigger={
        <button type="button" className={FRAME} aria-label={`${label}: ${words}`}>
          {words}
          <ChevronDown size={12} aria-hidden className="text-ink3" />
        </button>
      }
    >
      <MenuRadio label={label} value={value} options={options} onChange={onChange} />
    </Menu>
  );
}

export interface NumberTokenProps extends TokenProps {
  value: number;
  onChange(value: number): void;
  min?: number;
  max?: number;
}

/** As wide as its number. Taken when it is whole and within its bounds. */
export function NumberToken({ label, value, onChange, readOnly, min = 1, max = 10_000 }: NumberTokenProps) {
  const [typed, setTyped] = useState(String(value));
  useEffect(() => setTyped(String(value)), [value]);
  if (readOnly) return <b className="font-semibold text-ink">{value}</b>;
  const wrong = wrongWith(typed, { whole: true, min, max });
  return (
    <input
      aria-label={label}
      aria-invalid={wrong !== '' || undefined}
      title={wrong === '' ? undefined : wrong}
      inputMode="numeric"
      value={typed}
      style={{ width: `calc(${Math.max(1, typed.length)}ch + 20px)` }}
      className={classes(FRAME, 'text-center')}
      onChange={({ target }) => {
        setTyped(target.value);
        if (target.value.trim() !== '' && wrongWith(target.value, { whole: true, min, max }) === '')
          onChange(Number(target.value));
      }}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
        const next = value + by;
        if (by === 0 || next < min || next > max) return;
        event.preventDefault();
        onChange(next);
      }}
      onBlur={() => setTyped(String(value))}
    />
  );
}

export interface DetailProps extends TokenProps {
  /** What it says closed. */
  words: ReactNode;
  children: ReactNode;
}

/** More than one number: opens a few fields. */
export function Detail({ label, words, children, readOnly }: DetailProps) {
  if (readOnly) return <b className="font-semibold text-ink">{words}</b>;
  return (
    <Popover
      label={label}
      trigger={
        <button type="button" className={FRAME}>
          <span className="sr-only">{label}: </span>
          <span className="cut max-w-[300px]">{words}</span>
          <ChevronDown size={12} aria-hidden className="text-ink3" />
        </button>
      }
    >
      <div className="flex w-[320px] flex-col gap-2">{children}</div>
    </Popover>
  );
}
