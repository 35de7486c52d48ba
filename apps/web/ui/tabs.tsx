/** Owns tabs: parts of one thing, of which one is shown. For a choice of how to look at it see segments.tsx. */
import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export interface TabsProps {
  label: string;
  value: string;
  onChange(value: string): void;
  tabs: readonly { value: string; label: string; note?: ReactNode }[];
  /** The part that is shown. */
  children: ReactNode;
}

export function Tabs({ label, value, onChange, tabs, children }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className="flex min-h-0 flex-col">
      <Radix.List aria-label={label} className="flex flex-none gap-[18px] border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px border-b-2 border-transparent py-2 font-medium whitespace-nowrap text-ink2 hover:text-ink data-[state=active]:border-ink data-[state=active]:text-ink"
          >
            {tab.label}
            {tab.note !== undefined && <span className="ml-1 font-normal text-ink3">{tab.note}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={value} className="min-h-0 flex-1 pt-3">
        {children}
      </Radix.Content>
    </Radix.Root>
  );
}
