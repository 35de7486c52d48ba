/**
 * Owns what the panel needs of the document that is edited, and nothing more: the definition, what is said about it,
 * and one way to change it. The document itself is the editor's (editor/document); each change is a step of its undo.
 */
import type { Diagnostic } from '@rondo/api/schemas/shared.ts';
import type { Definition, NodeDefinition, NodeId } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { createContext, useContext, useMemo } from 'react';
import { useMay } from '../app/session.ts';
import type { Catalog } from '../editor/catalog/catalog.ts';
import { useCatalog } from '../editor/catalog/use-catalog.ts';
import { useView } from '../editor/canvas/view.ts';
import { change, useDocument } from '../editor/document/store.ts';
import { placedNode } from '../editor/document/tree.ts';
import { type Edit, valueAt, withEdits } from './edits.ts';

export interface DocumentAccess {
  /** Its id on the server. */
  workflow: string;
  definition: Definition;
  types: Catalog;
  diagnostics: readonly Diagnostic[];
  /** Why nothing can be changed here; empty: it can be. */
  readOnly: string;
  /** Places from the top of the definition. */
  edit(edits: readonly Edit[], what: string): void;
  /** Places below one node. */
  editNode(node: NodeId, edits: readonly Edit[], what: string): void;
  /** Its id, and every expression that names it. */
  rename(node: NodeId, id: NodeId): void;
  /** What is said of it is meant so. */
  keep(node: NodeId, code: string): void;
}

export const DocumentContext = createContext<DocumentAccess | null>(null);

export function useDocumentAccess(): DocumentAccess {
  const access = useContext(DocumentContext);
  if (access === null) throw new Error('The panel needs a document.');
  return access;
}

/** Null while the workflow or the node types are not here yet; the editor loads both. */
export function useDocumentOf(workflow: string): DocumentAccess | null {
  const definition = useDocument(workflow, (document) => document.definition);
  const loaded = useDocument(workflow, (document) => document.version !== null);
  const locked = useDocument(workflow, (document) => document.readOnly);
  const may = useMay('workflow:write');
  const types = useCatalog();
  const diagnostics = useDiagnostics(definition);
  const readOnly = locked ?? (may.allowed ? '' : may.why);
  return useMemo(() => {
    if (!loaded || types === null) return null;
    return {
      workflow,
      definition,
      types,
      diagnostics,
      readOnly,
      edit: (edits, what) => changeTop(workflow, definition, edits, what),
      editNode: (node, edits, what) => changeNode(workflow, definition, node, edits, what),
      rename: (id, to) => change(workflow, { do: 'rename', id, to }),
      keep: (id, code) => change(workflow, { do: 'keep', id, code }),
    };
  }, [workflow, definition, types, loaded, diagnostics, readOnly]);
}

/** What the editor's check says of the definition as it is now, without what is meant so. */
function useDiagnostics(definition: Definition): readonly Diagnostic[] {
  const byNode = useView((view) => view.diagnostics);
  const general = useView((view) => view.general);
  const { layout } = definition;
  return useMemo(
    () =>
      [...general, ...[...byNode.values()].flat()].filter(
        (one) => one.node === null || layout?.[one.node]?.keep?.includes(one.code) !== true,
      ),
    [byNode, general, layout],
  );
}

function changeTop(workflow: string, definition: Definition, edits: readonly Edit[], what: string): void {
  const next = withEdits(definition, edits);
  if (next !== definition) change(workflow, { do: 'replace', definition: next, text: what });
}

function changeNode(workflow: string, definition: Definition, id: NodeId, edits: readonly Edit[], what: string): void {
  const placed = placedNode(definition, id);
  if (placed === null) return;
  const [only] = edits;
  const section = only?.path[0];
  // One place is one command, so that typing on joins into one step of undo.
  if (edits.length === 1 && only !== undefined && section === 'with' && only.path.length > 1) {
    change(workflow, { do: 'set', id, path: only.path.slice(1), value: only.value as Json | undefined });
    return;
  }
  const next: NodeDefinition = withEdits(placed.node, edits);
  if (edits.length === 1 && only !== undefined && section === 'loop' && only.path.length > 1) {
    const field = String(only.path[1]);
    change(workflow, { do: 'loop', id, fields: { [field]: valueAt(next.loop, [field]) } });
    return;
  }
  if (edits.length === 1 && only?.path.length === 1 && section !== 'body' && section !== 'loop' && section !== 'with') {
    change(workflow, { do: 'fields', id, fields: { [String(section)]: only.value } });
    return;
  }
  changeTop(workflow, definition, [{ path: placed.path, value: next }], what);
}
