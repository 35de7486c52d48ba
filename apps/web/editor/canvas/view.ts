/**
 * Owns what the canvas shows beside the definition and changes often: what is said of nodes, facts of the shown run,
 * what is being dropped where, open menus. One canvas at a time. Not saved, not undone.
 */
import type { Cause } from '@rondo/api/schemas/run.ts';
import type { Diagnostic } from '@rondo/core/errors.ts';
import type { Explanation } from '@rondo/core/lint/explain.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { create } from 'zustand';
import type { Point } from '../document/commands.ts';
import type { Wire } from '../document/wires.ts';
import type { Difference } from '../history/difference.ts';

/** What the shown run says of a node that has a loop of its own on the top level. */
export interface LoopFacts {
  path: string;
  status: string;
  total: number | null;
  completed: number;
  failed: number;
  skipped: number;
  inFlight: number;
  rate: number | null;
  leftMs: number | null;
}

export interface AddMenu {
  /** Of the window. */
  screen: Point;
  /** Of the canvas: the corner of the new node; null: where there is room. */
  flow: Point | null;
  container: string | null;
  after: { from: string; fromPort: string | null } | null;
  into: Wire | null;
}

interface View {
  diagnostics: ReadonlyMap<string, readonly Diagnostic[]>;
  /** Of the whole workflow, not of a node. */
  general: readonly Diagnostic[];
  explanations: ReadonlyMap<string, Explanation>;
  run: string | null;
  facts: ReadonlyMap<string, LoopFacts>;
  steps: ReadonlyMap<string, string>;
  /** Why iterations failed, by `causesKey`. */
  causes: ReadonlyMap<string, readonly Cause[]>;
  /** The container that what is dragged would go into; '': out of its container. */
  target: string | null;
  /** The node whose warning is open. */
  card: string | null;
  menu: AddMenu | null;
  /** A line that was drawn backwards. */
  backwards: { wire: Wire; screen: Point } | null;
  /** Nodes by what a version changed. */
  differences: ReadonlyMap<string, Difference>;
  /** Shown instead of the document: another version, read-only. */
  version: { number: number; definition: Definition } | null;
  side: 'history' | 'warnings' | null;
}

export const EMPTY_VIEW: View = {
  diagnostics: new Map(),
  general: [],
  explanations: new Map(),
  run: null,
  facts: new Map(),
  steps: new Map(),
  causes: new Map(),
  target: null,
  card: null,
  menu: null,
  backwards: null,
  differences: new Map(),
  version: null,
  side: null,
};

export const useView = create<View>(() => EMPTY_VIEW);
export const setView = (patch: Partial<View>): void => useView.setState(patch);

export const causesKey = (run: string, path: string): string => `${run} ${path}`;
