/** Owns the canvas as a list: its equal for screen readers, and for everybody who prefers one. Reached by Tab. */
import { useMemo } from 'react';
import { select, useDocument } from '../document/store.ts';
import { placedNodes } from '../document/tree.ts';
import { wiresInto } from '../document/wires.ts';
import { useEditor } from './context.ts';
import { useView } from './view.ts';

export function Outline() {
  const { workflow, open } = useEditor();
  const definition = useDocument(workflow, (document) => document.definition);
  const selection = useDocument(workflow, (document) => document.selection);
  const explanations = useView((view) => view.explanations);
  const diagnostics = useView((view) => view.diagnostics);
  const nodes = useMemo(() => placedNodes(definition), [definition]);
  return (
    <nav aria-label="Nodes of the workflow, as a list" className="sr-only focus-within:not-sr-only">
      <ol className="absolute top-0 left-16 z-20 max-h-[60vh] w-[420px] overflow-y-auto rounded-node border border-line bg-surface p-2 shadow-2">
        {nodes.map(({ id, node, depth, container, level }) => {
          const said = explanations.get(id);
          const problems = diagnostics.get(id) ?? [];
          const before = wiresInto(level, id).map((wire) => wire.from);
          return (
            <li key={id}>
              <button
                type="button"
                aria-current={selection.includes(id) || undefined}
                className="w-full rounded-chip px-2 py-1 text-left hover:bg-hover"
                style={{ paddingLeft: 8 + depth * 16 }}
                onFocus={() => select(workflow, [id])}
                onClick={() => open(id)}
              >
                {node.title ?? id}, {node.type}
                {container === null ? '' : `, inside ${container}`}
                {before.length === 0 ? '' : `, after ${before.join(' and ')}`}
                {said === undefined ? '' : `, runs ${said.runs}`}
                {problems.length === 0 ? '' : `, ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
