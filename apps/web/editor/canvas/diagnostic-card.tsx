/** Owns the card below a node: what is said of it, the button that repairs it, Keep. */
import type { Diagnostic } from '@rondo/core/errors.ts';
import { NodeToolbar, Position } from '@xyflow/react';
import { X } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { StatusShape, WarningShape } from '../../ui/status.tsx';
import { change } from '../document/store.ts';
import { useEditor } from './context.ts';
import { setView, useView } from './view.ts';

export function DiagnosticCard({
  id,
  problems,
  kept,
}: {
  id: string;
  problems: readonly Diagnostic[];
  kept: readonly Diagnostic[];
}) {
  const open = useView((view) => view.card === id);
  const { workflow, unless, open: openNode } = useEditor();
  if (!open || problems.length + kept.length === 0) return null;
  const close = (): void => setView({ card: null });
  return (
    <NodeToolbar isVisible position={Position.Bottom} offset={8} align="start">
      <section
        aria-label={`What is said of ${id}`}
        className="nodrag nopan w-[248px] rounded-[9px] border border-warn-line bg-surface p-2.5 shadow-2"
      >
        {problems.map((one) => {
          const isError = one.severity === 'error';
          const edits = one.fix?.edits;
          return (
            <div key={`${one.code} ${one.path.join('/')}`} className="pb-2 last:pb-0">
              <div className="flex items-start gap-[7px]">
                <span className={isError ? 'mt-0.5 text-failed' : 'text-warn'}>
                  {isError ? <StatusShape status="failed" size={13} /> : <WarningShape />}
                </span>
                <p className="min-w-0 flex-1 text-meta break-words">{one.message}</p>
                {one === problems[0] && (
                  <button type="button" aria-label="Close" className="text-ink3 hover:text-ink" onClick={close}>
                    <X size={14} aria-hidden />
                  </button>
                )}
              </div>
              {one.fix !== null && <p className="mt-1 text-meta text-ink2">{one.fix.text}</p>}
              <div className="mt-2 flex gap-1.5">
                {edits !== undefined && (
                  <Button
                    small
                    kind="primary"
                    unless={unless}
                    onClick={() => {
                      close();
                      change(workflow, { do: 'edits', edits, text: one.fix?.text ?? 'Fix' });
                    }}
                  >
                    Fix it
                  </Button>
                )}
                <Button small onClick={() => openNode(id)}>
                  Open
                </Button>
                {!isError && (
                  <Button
                    small
                    kind="ghost"
                    unless={unless}
                    onClick={() => {
                      close();
                      change(workflow, { do: 'keep', id, code: one.code });
                    }}
                  >
                    Keep
                  </Button>
                )}
              </div>
            </div>
          );
        })}
        {kept.length > 0 && <p className="text-meta text-ink3">{kept.length} kept as meant.</p>}
      </section>
    </NodeToolbar>
  );
}
