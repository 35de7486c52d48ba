/** Owns the file that is being imported: from the button, from a drop anywhere, from a paste. Does not convert it. */
import { create } from 'zustand';
import { toast } from '../ui/toast.tsx';

export interface ImportSource {
  /** Name of the file; empty for pasted text. */
  name: string;
  text: string;
}

export const useImport = create<{ source: ImportSource | null }>(() => ({ source: null }));

/** What the server takes. */
const MOST_BYTES = 10_000_000;

export function openImport(source: ImportSource): void {
  useImport.setState({ source });
}

export function closeImport(): void {
  useImport.setState({ source: null });
}

export async function importFile(file: File): Promise<void> {
  if (file.size > MOST_BYTES) {
    toast(`${file.name} is larger than 10 MB. A workflow file is text; is this one data?`);
    return;
  }
  openImport({ name: file.name, text: await file.text() });
}

/** Asks for a file. */
export function chooseImport(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,.yaml,.yml';
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file !== undefined) void importFile(file);
  });
  input.click();
}
