/** Owns the beginning of a new workflow: empty, or from a template. */
import { Dialog } from '../ui/dialog.tsx';

export function NewWorkflow({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="New workflow" onClose={onClose}>
      {null}
    </Dialog>
  );
}
