/** Owns menus: what a button offers, one entry a line, with its key. Not for choosing a value in a form (select.tsx). */
import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.ts';
import { Keys } from './keys.tsx';

const ENTRY =
  'flex h-[29px] cursor-default items-center gap-2 rounded-chip px-2 outline-none select-none data-[highlighted]:bg-hover data-[disabled]:opacity-50';

export interface MenuProps {
  trigger: ReactElement;
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
  /** It was pressed before it was here. */
  opened?: boolean;
  children: ReactNode;
}

export function Menu({ trigger, side = 'bottom', align = 'start', opened = false, children }: MenuProps) {
  return (
    <Radix.Root modal={false} defaultOpen={opened}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="appear z-50 max-h-[var(--radix-dropdown-menu-content-available-height)] min-w-[180px] overflow-y-auto rounded-node border border-line bg-surface p-1 shadow-2"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItemProps {
  onSelect(): void;
  icon?: ReactNode;
  keys?: string;
  /** Why it cannot be chosen. */
  unless?: string;
  children: ReactNode;
}

export function MenuItem({ onSelect, icon, keys, unless = '', children }: MenuItemProps) {
  return (
    <Radix.Item className={ENTRY} onSelect={onSelect} disabled={unless !== ''}>
      {icon}
      <span className="flex-1">{children}</span>
      {unless !== '' && <span className="text-meta text-ink3">{unless}</span>}
      {keys !== undefined && <Keys keys={keys} />}
    </Radix.Item>
  );
}

export function MenuRadio({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChange(value: string): void;
}) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <MenuLabel>{label}</MenuLabel>
      {options.map(([one, text]) => (
        <Radix.RadioItem key={one} value={one} className={ENTRY}>
          <span className="flex-1">{text}</span>
          <Radix.ItemIndicator>
            <Check size={14} aria-hidden />
          </Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuLabel({ children, className }: { children: ReactNode; className?: string }) {
  return <Radix.Label className={classes('px-2 py-1 text-meta text-ink3', className)}>{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
