/**
 * Owns what the panel needs of the document that is edited, and nothing more: the definition, what is said about it,
 * and one way to change it. The editor gives it; the panel alone (tests, a link to a node) has the saved version.
 */
import type { Diagnostic } from '@rondo/core/errors.ts';
import type { Definition, NodeId } from '@rondo/core/model/definition.ts';
import { createContext, useContext } from 'react';
import type { Edit } from './edits.ts';
import type { NodeTypes } from './place.ts';

export interface DocumentAccess {
  /** Its id on the server. */
  workflow: string;
  definition: Definition;
  types: NodeTypes;
  diagnostics: readonly Diagnostic[];
  /** Why nothing can be changed here; empty: it can be. */
  readOnly: string;
  /** One step of undo. Changes with the same `merge`, one after the other, are one step. */
  change(edits: readonly Edit[], options: { what: string; merge?: string }): void;
  /** Its id, and every expression that names it. */
  rename(node: NodeId, id: NodeId): void;
}

export const DocumentContext = createContext<DocumentAccess | null>(null);

export function useDocumentAccess(): DocumentAccess {
  const access = useContext(DocumentContext);
  if (access === null) throw new Error('The panel needs a document.');
  return access;
}
