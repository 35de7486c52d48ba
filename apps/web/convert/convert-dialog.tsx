/** Owns importing a file of another product: what changes, before anything is saved. */
import type { ImportSource } from '../app/import.ts';
import { Dialog } from '../ui/dialog.tsx';

export interface ConvertDialogProps {
  source: ImportSource;
  onClose(): void;
}

export function ConvertDialog({ source, onClose }: ConvertDialogProps) {
  return (
    <Dialog title={`Import ${source.name}`} width="wide" onClose={onClose}>
      <pre className="text-meta">{source.text.slice(0, 10_000)}</pre>
    </Dialog>
  );
}
