/** Owns what floats over the canvas: add, note, tidy, container; zoom; the way out of an empty canvas. */
import { useReactFlow, useStore } from '@xyflow/react';
import { Group, LayoutGrid, Minus, Plus, StickyNote } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { change } from '../document/store.ts';
import { tidy, wrap } from './actions.ts';
import { useEditor } from './context.ts';
import { setView } from './view.ts';

const stroke = { size: 16, strokeWidth: 1.5, 'aria-hidden': true } as const;

export function Toolbar({ onNote }: { onNote(): void }) {
  const { workflow, unless } = useEditor();
  return (
    <div
      role="toolbar"
      aria-label="Canvas"
      aria-orientation="vertical"
      className="absolute top-4 left-4 z-10 flex flex-col gap-0.5 rounded-node border border-line bg-surface p-1 shadow-2"
    >
      <button
        type="button"
        aria-label="Add a node"
        title="Add a node (/)"
        aria-disabled={unless !== '' || undefined}
        className="grid size-[34px] place-items-center rounded-control bg-ink text-surface"
        onClick={(event) => {
          const { right, top } = event.currentTarget.getBoundingClientRect();
          if (unless === '')
            setView({
              menu: { screen: { x: right + 10, y: top - 4 }, flow: null, container: null, after: null, into: null },
            });
        }}
      >
        <Plus {...stroke} />
      </button>
      <IconButton
        label="Note"
        icon={<StickyNote {...stroke} />}
        unless={unless}
        onClick={onNote}
        className="!size-[34px]"
      />
      <IconButton
        label="Tidy"
        keys="T"
        icon={<LayoutGrid {...stroke} />}
        unless={unless}
        onClick={() => tidy(workflow)}
        className="!size-[34px]"
      />
      <Menu
        side="right"
        trigger={
          <button
            type="button"
            aria-label="Wrap the selected nodes"
            title="Wrap the selected nodes (L)"
            className="grid size-[34px] place-items-center rounded-control text-ink2 hover:bg-hover hover:text-ink"
          >
            <Group {...stroke} />
          </button>
        }
      >
        <MenuItem keys="L" unless={unless} onSelect={() => wrap(workflow)}>
          For each item
        </MenuItem>
        <MenuItem unless={unless} onSelect={() => wrap(workflow, 'batches')}>
          In batches
        </MenuItem>
        <MenuItem unless={unless} onSelect={() => wrap(workflow, 'until')}>
          Until a condition
        </MenuItem>
        <MenuItem unless={unless} onSelect={() => wrap(workflow, 'branches')}>
          Together, as one piece
        </MenuItem>
      </Menu>
    </div>
  );
}

export function Zoom({ lifted }: { lifted: boolean }) {
  const { zoomIn, zoomOut, fitView, zoomTo } = useReactFlow();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div
      className="absolute left-4 z-10 flex h-8 items-center rounded-[8px] border border-line bg-surface text-meta text-ink2 shadow-1"
      style={{ bottom: lifted ? 176 : 16 }}
    >
      <IconButton
        small
        label="Smaller"
        icon={<Minus size={14} strokeWidth={1.5} aria-hidden />}
        onClick={() => void zoomOut()}
      />
      <button
        type="button"
        className="h-full min-w-14 px-1.5"
        title="Fit everything (1)"
        onClick={() =>
          void (percent === 100 ? fitView({ padding: 0.1, maxZoom: 1, includeHiddenNodes: true }) : zoomTo(1))
        }
      >
        {percent}&#8239;%
      </button>
      <IconButton
        small
        label="Larger"
        icon={<Plus size={14} strokeWidth={1.5} aria-hidden />}
        onClick={() => void zoomIn()}
      />
    </div>
  );
}

const STARTS: readonly { title: string; says: string; id: string; type: string; with?: Record<string, never> }[] = [
  { title: 'When I press Run', says: 'With an input that you type or paste', id: 'start', type: 'manual' },
  { title: 'From a file', says: 'CSV, JSON, Excel, row by row', id: 'rows', type: 'read-file' },
  { title: 'From an API', says: 'HTTP, page by page', id: 'fetch', type: 'http-request' },
];

/** Three nodes in outline and the question that comes first. */
export function EmptyCanvas() {
  const { workflow, unless } = useEditor();
  return (
    <div className="pointer-events-none absolute inset-0 z-[5] grid place-items-center">
      <div className="pointer-events-auto text-center">
        <p className="mb-4 text-page font-semibold">Where does the list come from?</p>
        <div className="flex gap-4">
          {STARTS.map((start) => (
            <button
              key={start.type}
              type="button"
              disabled={unless !== ''}
              className="w-[190px] rounded-node border border-dashed border-line2 bg-surface px-4 py-3 text-left hover:border-ink3"
              onClick={() => {
                if (start.type !== 'manual') {
                  change(workflow, { do: 'add', id: 'start', node: { type: 'manual' } });
                  change(workflow, {
                    do: 'add',
                    id: start.id,
                    node: { type: start.type },
                    after: { from: 'start', fromPort: null },
                  });
                } else change(workflow, { do: 'add', id: start.id, node: { type: start.type } });
              }}
            >
              <b className="block font-semibold">{start.title}</b>
              <span className="text-meta text-ink3">{start.says}</span>
            </button>
          ))}
        </div>
        <p className="mt-4 text-meta text-ink3">Or drop a workflow file of n8n, Dify or Windmill, or paste one.</p>
      </div>
    </div>
  );
}
