/** Owns keys and values: fields to set, headers, query. A key that is there already is said, not overwritten. */
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Input } from '../../ui/input.tsx';
import { type Path, withKey } from '../edits.ts';
import { useNodeForm } from './node-form.ts';
import { JsonField, ValueField } from './value-field.tsx';

export interface EntriesProps {
  label: string;
  value: unknown;
  path: Path;
  set(value: unknown): void;
}

export function Entries({ label, value, set }: EntriesProps) {
  const { readOnly } = useNodeForm();
  if (value !== undefined && (value === null || typeof value !== 'object' || Array.isArray(value)))
    return <JsonField label={label} value={value} onChange={set} readOnly={readOnly} />;
  const object = (value ?? {}) as Record<string, unknown>;
  const names = Object.keys(object);
  const put = (name: string, next: unknown): void =>
    set(Object.fromEntries(Object.entries(object).map(([key, one]) => [key, key === name ? (next ?? '') : one])));
  const remove = (name: string): void =>
    set(names.length === 1 ? undefined : Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)));
  return (
    <div className="flex flex-col gap-1.5">
      {names.map((name, at) => (
        <div
          key={at}
          role="group"
          aria-label={`${label}: ${name === '' ? 'no name yet' : name}`}
          className="flex items-start gap-1.5"
        >
          <Key
            name={name}
            taken={names.filter((one) => one !== name)}
            readOnly={readOnly}
            onChange={(to) => set(withKey(object, name, to))}
          />
          <div className="min-w-0 flex-1">
            <ValueField
              label={`Value of ${name}`}
              value={object[name]}
              onChange={(next) => put(name, next)}
              readOnly={readOnly}
            />
          </div>
          {!readOnly && (
            <span className="pt-[3px]">
              <IconButton
                small
                label={`Remove ${name}`}
                icon={<X size={14} aria-hidden />}
                onClick={() => remove(name)}
              />
            </span>
          )}
        </div>
      ))}
      {!readOnly && (
        <span>
          <Button
            small
            icon={<Plus size={14} aria-hidden />}
            unless={names.includes('') ? 'Name the new one first.' : ''}
            onClick={() => set(Object.fromEntries([...Object.entries(object), ['', '']]))}
          >
            Add a field
          </Button>
        </span>
      )}
    </div>
  );
}

interface KeyProps {
  name: string;
  taken: readonly string[];
  readOnly: boolean;
  onChange(name: string): void;
}

function Key({ name, taken, readOnly, onChange }: KeyProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? name;
  const clash = taken.includes(shown);
  return (
    <span className="w-[128px] flex-none">
      <Input
        aria-label="Name of the field"
        aria-invalid={clash || undefined}
        className="font-mono"
        placeholder="name"
        value={shown}
        readOnly={readOnly}
        autoFocus={name === ''}
        onChange={({ target }) => {
          setTyped(target.value);
          if (!taken.includes(target.value)) onChange(target.value);
        }}
        onBlur={() => setTyped(null)}
      />
      {clash && (
        <span role="alert" className="text-meta text-failed">
          There is one already.
        </span>
      )}
    </span>
  );
}
