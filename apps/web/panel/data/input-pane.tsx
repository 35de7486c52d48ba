/** Owns the Input pane: what the node got in the iteration that is shown, and everything its expressions can name. */
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { bytes, counted } from '../../ui/format.ts';
import { ValueView } from '../../ui/value-view.tsx';
import type { DataRoot } from '../code/scope.ts';
import { FieldsView } from './fields-view.tsx';
import type { NodeData } from './node-data.ts';
import { type DataForm, Pane } from './pane.tsx';

export interface InputPaneProps {
  title: string;
  data: NodeData | null;
  roots: readonly DataRoot[];
  /** Never run: what would be the next step. */
  empty: { text: string; run: { label: string; unless: string; run(): void } | null } | null;
}

export function InputPane({ title, data, roots, empty }: InputPaneProps) {
  const [form, setForm] = useState<DataForm>('fields');
  const items = data?.input.flatMap((one) => one.items) ?? [];
  const value = items.length === 1 ? items[0] : items;
  return (
    <Pane
      title="Input"
      note={data === null ? '' : counted(items.length, 'item')}
      form={form}
      onForm={setForm}
      foot={
        <p className="flex-none px-3.5 pt-2 pb-3 text-meta text-ink3">
          Drag a field into the form, or type <code>{'{{'}</code>.
        </p>
      }
    >
      {empty !== null && (
        <div className="m-3.5 flex flex-col items-start gap-2 rounded-control border border-line bg-surface p-3 text-meta text-ink2">
          <p>{empty.text}</p>
          {empty.run !== null && (
            <Button small kind="primary" unless={empty.run.unless} onClick={empty.run.run}>
              {empty.run.label}
            </Button>
          )}
        </div>
      )}
      {form === 'fields' && <FieldsView roots={roots} />}
      {form !== 'fields' && data !== null && (
        <ValueView
          label={`Input of ${title}`}
          value={form === 'table' ? items : value}
          as={form === 'table' ? 'table' : 'tree'}
          className="p-3"
        />
      )}
      {data?.cutAt != null && <p className="px-3.5 pb-2 text-meta text-warn">Values are cut at {bytes(data.cutAt)}.</p>}
    </Pane>
  );
}
