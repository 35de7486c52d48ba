/** Owns the list of everything that is said of the workflow, errors first; each leads to its node. */
import type { Diagnostic } from '@rondo/core/errors.ts';
import { X } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { DiagnosticRow } from '../../ui/diagnostic.tsx';
import { change, select, useDocument } from '../document/store.ts';
import { setView, useView } from '../canvas/view.ts';

const ORDER = ['error', 'warning', 'hint'] as const;

/** What is left when kept warnings are taken out. */
export function useProblems(workflow: string): readonly Diagnostic[] {
  const byNode = useView((view) => view.diagnostics);
  const general = useView((view) => view.general);
  const layout = useDocument(workflow, (document) => document.definition.layout);
  return [...general, ...[...byNode.values()].flat()]
    .filter((one) => one.node === null || layout?.[one.node]?.keep?.includes(one.code) !== true)
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

export function WarningsPanel({ workflow, unless }: { workflow: string; unless: string }) {
  const problems = useProblems(workflow);
  return (
    <aside aria-label="Warnings" className="flex w-80 flex-none flex-col border-l border-line bg-surface">
      <header className="flex h-11 flex-none items-center border-b border-line pr-2 pl-4">
        <h2 className="flex-1 text-section">What to look at</h2>
        <IconButton small label="Close" icon={<X size={14} aria-hidden />} onClick={() => setView({ side: null })} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4">
        {problems.length === 0 && <p className="py-4 text-ink2">Nothing. Compiler and linter have no more to say.</p>}
        {problems.map((one) => {
          const { node, fix } = one;
          const edits = fix?.edits;
          return (
            <div key={`${one.code} ${one.path.join('/')}`} className="border-b border-line">
              <DiagnosticRow
                severity={one.severity}
                message={one.message}
                where={
                  node === null ? undefined : (
                    <button
                      type="button"
                      className="underline underline-offset-2"
                      onClick={() => select(workflow, [node])}
                    >
                      {node}
                    </button>
                  )
                }
                fix={
                  edits === undefined
                    ? null
                    : {
                        text: fix?.text ?? 'Fix it',
                        run: () => change(workflow, { do: 'edits', edits, text: fix?.text ?? 'Fix' }),
                        unless,
                      }
                }
                {...(one.severity === 'error' || node === null
                  ? {}
                  : { onKeep: () => change(workflow, { do: 'keep', id: node, code: one.code }) })}
              />
            </div>
          );
        })}
      </div>
    </aside>
  );
}
