/** Owns fields inside fields: an object with known fields, a list of such, a list of values. */
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ParameterView } from '@rondo/api/schemas/node.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import type { Path } from '../edits.ts';
import { useNodeForm } from './node-form.ts';
import { Parameters } from './parameters.tsx';
import { JsonField, ValueField } from './value-field.tsx';

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export function Group({ specs, value, path }: { specs: readonly ParameterView[]; value: unknown; path: Path }) {
  if (value !== undefined && !isObject(value)) return <Odd value={value} path={path} />;
  return (
    <div className="border-l-2 border-line pl-3">
      <Parameters specs={specs} value={value ?? {}} path={path} />
    </div>
  );
}

/** What a form cannot show: as it is, to be repaired. */
function Odd({ value, path }: { value: unknown; path: Path }) {
  const { set, readOnly } = useNodeForm();
  return (
    <JsonField label={String(path.at(-1))} value={value} onChange={(next) => set(path, next)} readOnly={readOnly} />
  );
}

export interface ListProps {
  label: string;
  value: unknown;
  path: Path;
  set(value: unknown): void;
}

export function ListOfObjects({ label, specs, value, path, set }: ListProps & { specs: readonly ParameterView[] }) {
  const { readOnly } = useNodeForm();
  if (value !== undefined && !Array.isArray(value)) return <Odd value={value} path={path} />;
  const list = (value ?? []) as unknown[];
  const one = singular(label);
  return (
    <Rows list={list} label={one} set={set} onAdd={() => set([...list, {}])} readOnly={readOnly}>
      {(element, at) => <Group specs={specs} value={element} path={[...path, at]} />}
    </Rows>
  );
}

export function ListOfValues({ label, value, path, set }: ListProps) {
  const { readOnly } = useNodeForm();
  if (value !== undefined && !Array.isArray(value)) return <Odd value={value} path={path} />;
  const list = (value ?? []) as unknown[];
  const one = singular(label);
  return (
    <Rows list={list} label={one} set={set} onAdd={() => set([...list, ''])} readOnly={readOnly}>
      {(element, at) => (
        <ValueField
          label={`${one} ${at + 1}`}
          value={element}
          onChange={(next) => set(list.map((old, index) => (index === at ? (next ?? '') : old)))}
          readOnly={readOnly}
        />
      )}
    </Rows>
  );
}

const singular = (label: string): string => label.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');

interface RowsProps {
  list: readonly unknown[];
  /** Of one: "Message". */
  label: string;
  set(value: unknown): void;
  onAdd(): void;
  readOnly: boolean;
  children(element: unknown, at: number): ReactNode;
}

function Rows({ list, label, set, onAdd, readOnly, children }: RowsProps) {
  const move = (at: number, by: number): void => {
    const next = [...list];
    const [one] = next.splice(at, 1);
    next.splice(at + by, 0, one);
    set(next);
  };
  const name = label.toLowerCase();
  return (
    <div className="flex flex-col gap-2">
      {list.map((element, at) => (
        <div key={at} role="group" aria-label={`${label} ${at + 1}`} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">{children(element, at)}</div>
          {!readOnly && (
            <span className="flex flex-none pt-[3px]">
              {list.length > 1 && (
                <>
                  <IconButton
                    small
                    label={`Move ${name} ${at + 1} up`}
                    icon={<ArrowUp size={12} aria-hidden />}
                    unless={at === 0 ? 'It is the first.' : ''}
                    onClick={() => move(at, -1)}
                  />
                  <IconButton
                    small
                    label={`Move ${name} ${at + 1} down`}
                    icon={<ArrowDown size={12} aria-hidden />}
                    unless={at === list.length - 1 ? 'It is the last.' : ''}
                    onClick={() => move(at, 1)}
                  />
                </>
              )}
              <IconButton
                small
                label={`Remove ${name} ${at + 1}`}
                icon={<X size={14} aria-hidden />}
                onClick={() => set(list.length === 1 ? undefined : list.filter((_, index) => index !== at))}
              />
            </span>
          )}
        </div>
      ))}
      {!readOnly && (
        <span>
          <Button small icon={<Plus size={14} aria-hidden />} onClick={onAdd}>
            Add {name}
          </Button>
        </span>
      )}
    </div>
  );
}
