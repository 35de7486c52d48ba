/** Owns segments: one of a few, all visible: filters of a list, ways to look at something. */
import { ToggleGroup } from 'radix-ui';
import type { ReactNode } from 'react';

export interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  onChange(value: T): void;
  options: readonly { value: T; label: ReactNode }[];
}

export function Segments<T extends string>({ label, value, onChange, options }: SegmentsProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => next !== '' && onChange(next as T)}
      className="inline-flex h-7 flex-none rounded-control border border-line2 bg-surface"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="inline-flex items-center gap-1.5 border-r border-line px-2.5 text-meta font-medium whitespace-nowrap text-ink2 transition-colors first:rounded-l-[6px] last:rounded-r-[6px] last:border-r-0 hover:text-ink data-[state=on]:bg-selected data-[state=on]:font-semibold data-[state=on]:text-ink"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
