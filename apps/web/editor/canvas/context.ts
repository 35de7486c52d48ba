/** Owns what every part of the canvas is given: which workflow, whether it can be edited, how to open a node. */
import { createContext, useContext } from 'react';

export interface Editor {
  workflow: string;
  /** Why it cannot be edited; empty: it can. */
  unless: string;
  /** The panel of a node, at its loop section or as it was. */
  open(id: string, at?: 'loop'): void;
}

export const EditorContext = createContext<Editor>({ workflow: '', unless: '', open: () => undefined });
export const useEditor = (): Editor => useContext(EditorContext);
