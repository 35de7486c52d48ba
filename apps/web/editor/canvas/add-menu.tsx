/** Owns the add menu: search over repeats, ready groups, nodes and workflows; keys from the first letter on. */
import { Search } from 'lucide-react';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useApi } from '../../app/api.ts';
import { classes } from '../../ui/classes.ts';
import { INSERTABLE } from '../../start/template-list.ts';
import { RepeatSign } from '../../ui/mark.tsx';
import { useCatalog } from '../catalog/use-catalog.ts';
import { entriesOf, type Entry, found } from './entries.ts';
import { NodeIcon } from './icons.tsx';
import type { AddMenu as Opened } from './view.ts';

const WIDTH = 360;
const HEIGHT = 420;

export interface AddMenuProps {
  menu: Opened;
  onChoose(entry: Entry): void;
  onClose(): void;
}

export function AddMenu({ menu, onChoose, onClose }: AddMenuProps) {
  const catalog = useCatalog();
  const { data } = useApi('GET /workflows', { query: { limit: 60 } }, { staleTime: 60_000 });
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const entries = useMemo(
    () => entriesOf(catalog?.views.values() ?? [], data?.items ?? [], INSERTABLE),
    [catalog, data],
  );
  const shown = useMemo(() => found(entries, search), [entries, search]);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    current.style.left = `${Math.max(8, Math.min(menu.screen.x, innerWidth - WIDTH - 8))}px`;
    current.style.top = `${Math.max(60, Math.min(menu.screen.y, innerHeight - HEIGHT - 8))}px`;
  }, [menu]);
  useEffect(() => {
    const onDown = (event: PointerEvent): void => {
      if (box.current !== null && !box.current.contains(event.target as Node)) onClose();
    };
    addEventListener('pointerdown', onDown, true);
    return () => removeEventListener('pointerdown', onDown, true);
  }, [onClose]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at, shown]);
  const choose = (entry: Entry | undefined): void => {
    if (entry !== undefined) onChoose(entry);
  };
  return (
    <div
      ref={box}
      role="dialog"
      aria-label="Add a node"
      className="appear fixed z-30 flex max-h-[420px] w-[360px] flex-col rounded-node border border-line bg-surface shadow-2"
    >
      <label className="flex h-11 flex-none items-center gap-2 border-b border-line px-3 text-ink3">
        <Search size={16} strokeWidth={1.5} aria-hidden />
        <input
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={shown[at] === undefined ? undefined : `${id}-${at}`}
          aria-label="Find a node, a repeat or a workflow"
          placeholder="Find a node, a repeat or a workflow"
          className="h-full min-w-0 flex-1 bg-transparent text-ink outline-none"
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
            if (step !== 0) setAt((now) => Math.max(0, Math.min(shown.length - 1, now + step)));
            else if (event.key === 'Enter') choose(shown[at]);
            else if (event.key === 'Escape') onClose();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
      </label>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label="What can be added"
        className="min-h-0 flex-1 overflow-y-auto p-1.5"
      >
        {shown.length === 0 && <p className="px-2 py-4 text-ink3">Nothing is called that.</p>}
        {shown.map((entry, index) => (
          <div key={entry.key} role="presentation">
            {search === '' && entry.group !== shown[index - 1]?.group && (
              <p aria-hidden className="px-2 pt-2 pb-1 text-meta font-semibold text-ink3">
                {entry.group}
              </p>
            )}
            <div
              role="option"
              id={`${id}-${index}`}
              aria-selected={index === at}
              className={classes(
                'flex cursor-default items-center gap-2.5 rounded-chip px-2 py-1.5',
                index === at && 'bg-hover',
              )}
              onPointerMove={() => setAt(index)}
              onClick={() => choose(entry)}
            >
              <span
                className={classes(
                  'grid size-7 flex-none place-items-center rounded-control',
                  entry.group === 'Repeat' ? 'bg-accent-soft text-accent' : 'bg-hover text-ink2',
                )}
              >
                {entry.group === 'Repeat' ? <RepeatSign /> : <NodeIcon type={entry.type} />}
              </span>
              <span className="min-w-0 flex-1">
                <span className="cut block leading-4 font-medium">{entry.title}</span>
                <span className="cut block text-[11px] leading-[14px] text-ink3" title={entry.says}>
                  {entry.says}
                </span>
              </span>
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
