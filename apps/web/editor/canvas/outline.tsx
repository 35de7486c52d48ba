/** Owns the canvas as a list: its equal for screen readers, and for everybody who prefers one. Reached by Tab. */
import { memo, useCallback, useDeferredValue, useMemo } from 'react';
import { select, useDocument } from '../document/store.ts';
import { type Placed, placedNodes } from '../document/tree.ts';
import { wiresInto } from '../document/wires.ts';
import { useEditor } from './context.ts';
import { useView } from './view.ts';

export function Outline() {
  const { workflow, open } = useEditor();
  // Behind the canvas by a moment: two thousand lines must not stand in the way of a key.
  const definition = useDeferredValue(useDocument(workflow, (document) => document.definition));
  const selection = useDeferredValue(useDocument(workflow, (document) => document.selection));
  const explanations = useDeferredValue(useView((view) => view.explanations));
  const diagnostics = useDeferredValue(useView((view) => view.diagnostics));
  const chosen = useMemo(() => new Set(selection), [selection]);
  const onFocus = useCallback((id: string) => select(workflow, [id]), [workflow]);
  const lines = useMemo(
    () =>
      placedNodes(definition).map((one) => ({
        id: one.id,
        depth: one.depth,
        text: textOf(one, explanations.get(one.id)?.runs ?? null, diagnostics.get(one.id)?.length ?? 0),
      })),
    [definition, explanations, diagnostics],
  );
  return (
    <nav aria-label="Nodes of the workflow, as a list" className="sr-only focus-within:not-sr-only">
      <ol className="absolute top-0 left-16 z-20 max-h-[60vh] w-[420px] overflow-y-auto rounded-node border border-line bg-surface p-2 shadow-2">
        {lines.map((line) => (
          <Line key={line.id} {...line} selected={chosen.has(line.id)} onFocus={onFocus} onOpen={open} />
        ))}
      </ol>
    </nav>
  );
}

interface LineProps {
  id: string;
  depth: number;
  text: string;
  selected: boolean;
  onFocus(id: string): void;
  onOpen(id: string): void;
}

const Line = memo(function Line({ id, depth, text, selected, onFocus, onOpen }: LineProps) {
  return (
    <li>
      <button
        type="button"
        aria-current={selected || undefined}
        className="w-full rounded-chip px-2 py-1 text-left hover:bg-hover"
        style={{ paddingLeft: 8 + depth * 16 }}
        onFocus={() => onFocus(id)}
        onClick={() => onOpen(id)}
      >
        {text}
      </button>
    </li>
  );
});

function textOf({ id, node, container, level }: Placed, runs: string | null, problems: number): string {
  const before = wiresInto(level, id).map((wire) => wire.from);
  return (
    `${node.title ?? id}, ${node.type}` +
    (container === null ? '' : `, inside ${container}`) +
    (before.length === 0 ? '' : `, after ${before.join(' and ')}`) +
    (runs === null ? '' : `, runs ${runs}`) +
    (problems === 0 ? '' : `, ${problems} ${problems === 1 ? 'problem' : 'problems'}`)
  );
}
