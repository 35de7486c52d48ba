/** Owns the words beside the name: which version this is, and whether the server has it. */
import { isDirty } from './document/document.ts';
import { useDocument } from './document/store.ts';
import { useConnection } from '../app/connection.ts';

export function SavedState({ workflow }: { workflow: string }) {
  const version = useDocument(workflow, (document) => document.version);
  const dirty = useDocument(workflow, isDirty);
  const saving = useDocument(workflow, (document) => document.saving !== null);
  const trouble = useDocument(workflow, (document) => document.trouble);
  const readOnly = useDocument(workflow, (document) => document.readOnly);
  const offline = useConnection((state) => state.lostAt !== null);
  const state =
    readOnly !== null
      ? 'read-only'
      : trouble !== null || (offline && dirty)
        ? 'not saved: kept in this browser'
        : saving || dirty
          ? 'saving'
          : 'saved';
  return (
    <span className={trouble === null ? 'cut text-ink3' : 'cut text-warn'} title={trouble ?? undefined}>
      version {version}, {state}
    </span>
  );
}
