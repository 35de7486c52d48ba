/** Owns the frame of the panes beside the form: title, what there is, how to look at it. */
import type { ReactNode } from 'react';
import { Segments } from '../../ui/segments.tsx';

export type DataForm = 'fields' | 'json' | 'table';

export interface PaneProps {
  title: string;
  note?: ReactNode;
  form: DataForm;
  onForm(form: DataForm): void;
  /** At the right of the header. */
  action?: ReactNode;
  foot?: ReactNode;
  children: ReactNode;
}

export function Pane({ title, note, form, onForm, action, foot, children }: PaneProps) {
  return (
    <section aria-label={title} className="flex min-h-0 min-w-0 flex-col bg-sunken">
      <header className="flex h-10 flex-none items-center gap-2 border-b border-line px-3.5">
        <h3 className="font-semibold">{title}</h3>
        <span className="flex min-w-0 flex-1 items-center gap-2 text-meta text-ink3">{note}</span>
        {action}
        <span className="origin-right scale-90">
          <Segments<DataForm>
            label={`Form of ${title}`}
            value={form}
            onChange={onForm}
            options={[
              { value: 'fields', label: 'Fields' },
              { value: 'json', label: 'JSON' },
              { value: 'table', label: 'Table' },
            ]}
          />
        </span>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
      {foot}
    </section>
  );
}
