/** Owns finding: workflows, runs, nodes, settings by name. */
import { Dialog } from '../ui/dialog.tsx';

export function FindDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="Find" bare width="find" onClose={onClose}>
      <input className="w-full" />
    </Dialog>
  );
}
