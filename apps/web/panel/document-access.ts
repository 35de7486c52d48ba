/**
 * Owns what the panel needs of the document that is edited, and nothing more: the definition, what is said about it,
 * and one way to change it. The document itself is the editor's (editor/document); each change is a step of its undo.
 */
import type { Diagnostic } from '@rondo/api/schemas/shared.ts';
import type { Definition, NodeDefinition, NodeId } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { keepPreviousData } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import { useApi } from '../app/api.ts';
import { useMay } from '../app/session.ts';
import { change, load, useDocument } from '../editor/document/store.ts';
import { placedNode } from '../editor/document/tree.ts';
import { type Edit, valueAt, withEdits } from './edits.ts';
import type { NodeTypes } from './place.ts';

export interface DocumentAccess {
  /** Its id on the server. */
  workflow: string;
  definition: Definition;
  types: NodeTypes;
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

const CHECK_AFTER_MS = 400;

/** Null while the workflow or the node types are not here yet. */
export function useDocumentOf(workflow: string): DocumentAccess | null {
  const saved = useApi('GET /workflows/{id}', { params: { id: workflow } }).data;
  useEffect(() => {
    if (saved !== undefined) load(saved);
  }, [saved]);
  const definition = useDocument(workflow, (document) => document.definition);
  const loaded = useDocument(workflow, (document) => document.version !== null);
  const locked = useDocument(workflow, (document) => document.readOnly);
  const may = useMay('workflow:write');
  const nodes = useApi('GET /nodes', {}, { staleTime: Number.POSITIVE_INFINITY }).data;
  const types = useMemo(() => new Map(nodes?.nodes.map((one) => [one.type, one])), [nodes]);
  const diagnostics = useDiagnostics(definition, saved?.diagnostics ?? [], loaded);
  const readOnly = locked ?? (may.allowed ? '' : may.why);
  return useMemo(() => {
    if (!loaded || nodes === undefined) return null;
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
  }, [workflow, definition, types, nodes, loaded, diagnostics, readOnly]);
}

/** What compiler and linter say of the definition as it is now, a moment after the last change. */
function useDiagnostics(definition: Definition, first: readonly Diagnostic[], enabled: boolean): readonly Diagnostic[] {
  const [asked, setAsked] = useState<Definition | null>(null);
  useEffect(() => {
    if (!enabled) return undefined;
    const timer = setTimeout(() => setAsked(definition), CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [definition, enabled]);
  const body = { definition: asked as unknown as Record<string, unknown> };
  const { data } = useApi('POST /workflows/check', { body }, { enabled: asked !== null, placeholderData: keepPreviousData });
  return data?.diagnostics ?? first;
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
