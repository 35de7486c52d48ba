/** Owns the beginning of a new workflow: empty, from a template, or from a file of another product. */
import { FileDown, Plus } from 'lucide-react';
import { chooseImport } from '../app/import.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { EMPTY } from './template-list.ts';
import { TemplateTiles } from './templates.tsx';
import { useCreate } from './use-create.ts';

export function NewWorkflow({ onClose }: { onClose(): void }) {
  const { create, busy, error } = useCreate();
  return (
    <Dialog
      title="New workflow"
      description="Empty, or with sample data that runs at once."
      width="find"
      onClose={onClose}
      actions={
        <>
          <Button
            icon={<FileDown size={16} strokeWidth={1.5} aria-hidden />}
            onClick={() => {
              onClose();
              chooseImport();
            }}
          >
            Import file
          </Button>
          <Button
            kind="primary"
            icon={<Plus size={16} strokeWidth={1.5} aria-hidden />}
            busy={busy}
            onClick={() => create(EMPTY)}
          >
            Empty workflow
          </Button>
        </>
      }
    >
      <TemplateTiles className="grid-cols-2" />
      {error !== null && (
        <p role="alert" className="mt-2 text-failed">
          {error}
        </p>
      )}
    </Dialog>
  );
}
