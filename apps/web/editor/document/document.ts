/**
 * Owns the state of a workflow that is being edited: the definition, undo and redo, selection, what is saved and what
 * is not. A pure reducer: `evolve(document, action)`. Does not call the server (store.ts).
 */
import type { Definition, NodeId } from '@rondo/core/model/definition.ts';
import { apply, type Command } from './commands.ts';
import { idsOf } from './tree.ts';

export interface Change {
  /** The definition before it. */
  before: Definition;
  selection: readonly string[];
  /** In words, for undo: "Remove 2 nodes". */
  text: string;
  /** Changes with the same key within a short time are one: typing into a field. */
  key: string;
  at: number;
}

export interface Document {
  workflow: string;
  definition: Definition;
  /** The version that edits are made upon; null: not on the server yet. */
  version: number | null;
  /** What the server has of it; compared by identity. */
  saved: Definition;
  saving: Definition | null;
  past: readonly Change[];
  future: readonly Change[];
  selection: readonly string[];
  /** Somebody else has saved this version meanwhile. */
  conflict: { version: number; by: string | null; definition: Definition } | null;
  /** Why the last attempt to save did not work; it is tried again. */
  trouble: string | null;
  /** Why it cannot be edited; null: it can. */
  readOnly: string | null;
  /** What the last command said, or why it was refused; for a toast. `count` tells two alike apart. */
  note: { text: string; refused: boolean; count: number } | null;
}

export type Action =
  | { type: 'loaded'; definition: Definition; version: number | null }
  | { type: 'draft'; definition: Definition }
  | { type: 'command'; command: Command; at: number }
  | { type: 'undo' }
  | { type: 'redo' }
  | { type: 'select'; ids: readonly string[] }
  | { type: 'saving'; definition: Definition }
  | { type: 'saved'; version: number; definition: Definition }
  | { type: 'failed'; message: string }
  | { type: 'conflict'; version: number; by: string | null; definition: Definition }
  /** Keep mine: the next save goes upon the other version. Take theirs: mine can be had back by undo. */
  | { type: 'resolve'; keep: 'mine' | 'theirs' }
  | { type: 'readOnly'; why: string | null };

const MOST_CHANGES = 200;
/** Typing is one change until there is a pause of so many ms. */
const TOGETHER_MS = 1_200;

export function openDocument(workflow: string, definition: Definition, version: number | null): Document {
  return {
    workflow,
    definition,
    version,
    saved: definition,
    saving: null,
    past: [],
    future: [],
    selection: [],
    conflict: null,
    trouble: null,
    readOnly: null,
    note: null,
  };
}

export const isDirty = (document: Document): boolean => document.definition !== document.saved;

export function evolve(document: Document, action: Action): Document {
  switch (action.type) {
    case 'loaded':
      return { ...openDocument(document.workflow, action.definition, action.version), readOnly: document.readOnly };
    case 'draft':
      return { ...document, definition: action.definition };
    case 'command':
      return commanded(document, action.command, action.at);
    case 'undo':
      return undone(document);
    case 'redo':
      return redone(document);
    case 'select': {
      const same =
        action.ids.length === document.selection.length && action.ids.every((id, at) => id === document.selection[at]);
      return same ? document : { ...document, selection: action.ids };
    }
    case 'saving':
      return { ...document, saving: action.definition, trouble: null };
    case 'saved':
      return { ...document, saving: null, saved: action.definition, version: action.version, trouble: null };
    case 'failed':
      return { ...document, saving: null, trouble: action.message };
    case 'conflict':
      return { ...document, saving: null, conflict: action };
    case 'resolve':
      return resolved(document, action.keep);
    case 'readOnly':
      return document.readOnly === action.why ? document : { ...document, readOnly: action.why };
  }
}

function commanded(document: Document, command: Command, at: number): Document {
  const note = (text: string, refused: boolean): Document['note'] => ({
    text,
    refused,
    count: (document.note?.count ?? 0) + 1,
  });
  if (document.readOnly !== null) return { ...document, note: note(document.readOnly, true) };
  const done = apply(document.definition, command);
  if ('refused' in done) return { ...document, note: note(done.refused, true) };
  const { definition, selection = document.selection, says } = done;
  if (definition === document.definition) return evolve(document, { type: 'select', ids: selection });
  const key = keyOf(command);
  const last = document.past.at(-1);
  const joins = last !== undefined && key !== '' && last.key === key && at - last.at < TOGETHER_MS;
  const change: Change = joins
    ? { ...last, at }
    : { before: document.definition, selection: document.selection, text: textOf(command), key, at };
  const past = joins ? [...document.past.slice(0, -1), change] : [...document.past, change].slice(-MOST_CHANGES);
  return {
    ...document,
    definition,
    past,
    future: [],
    selection: present(definition, selection),
    note: says === undefined ? document.note : note(says, false),
  };
}

function undone(document: Document): Document {
  const last = document.past.at(-1);
  if (last === undefined || document.readOnly !== null) return document;
  const back: Change = { ...last, before: document.definition, selection: document.selection };
  return {
    ...document,
    definition: last.before,
    past: document.past.slice(0, -1),
    future: [...document.future, back],
    selection: present(last.before, last.selection),
  };
}

function redone(document: Document): Document {
  const next = document.future.at(-1);
  if (next === undefined || document.readOnly !== null) return document;
  const back: Change = { ...next, before: document.definition, selection: document.selection, key: '' };
  return {
    ...document,
    definition: next.before,
    past: [...document.past, back],
    future: document.future.slice(0, -1),
    selection: present(next.before, next.selection),
  };
}

function present(definition: Definition, ids: readonly string[]): readonly string[] {
  const nodes = idsOf(definition);
  const kept = ids.filter((id) => nodes.has(id) || definition.layout?.[id]?.note !== undefined);
  return kept.length === ids.length ? ids : kept;
}

function resolved(document: Document, keep: 'mine' | 'theirs'): Document {
  const { conflict } = document;
  if (conflict === null) return document;
  const base = { ...document, conflict: null, version: conflict.version, saved: conflict.definition };
  if (keep === 'mine') return base;
  const change: Change = {
    before: document.definition,
    selection: document.selection,
    text: `Take version ${conflict.version}`,
    key: '',
    at: 0,
  };
  return {
    ...base,
    definition: conflict.definition,
    past: [...document.past, change],
    future: [],
    selection: present(conflict.definition, document.selection),
  };
}

/** Empty: it never joins with another. */
function keyOf(command: Command): string {
  switch (command.do) {
    case 'set':
      return `set ${command.id} ${command.path.join('/')}`;
    case 'loop':
      return `loop ${command.id} ${Object.keys(command.fields).join(',')}`;
    case 'fields':
      return `fields ${command.id} ${Object.keys(command.fields).join(',')}`;
    case 'workflow':
      return `workflow ${Object.keys(command.fields).join(',')}`;
    case 'note':
      return command.text === null ? '' : `note ${command.id}`;
    default:
      return '';
  }
}

const nodes = (ids: readonly NodeId[]): string => (ids.length === 1 ? String(ids[0]) : `${ids.length} nodes`);

function textOf(command: Command): string {
  switch (command.do) {
    case 'add':
      return `Add ${command.id}`;
    case 'remove':
      return `Remove ${nodes(command.ids)}`;
    case 'rename':
      return `Rename ${command.id}`;
    case 'connect':
      return `Connect ${command.wire.from} and ${command.wire.to}`;
    case 'disconnect':
      return `Disconnect ${command.wire.from} and ${command.wire.to}`;
    case 'result':
      return `Result of ${command.container}`;
    case 'set':
      return `Set ${command.path.join('.')} of ${command.id}`;
    case 'loop':
      return `Loop of ${command.id}`;
    case 'fields':
      return `Set ${Object.keys(command.fields).join(', ')} of ${command.id}`;
    case 'disable':
      return `${command.disabled ? 'Disable' : 'Enable'} ${nodes(command.ids)}`;
    case 'pin':
      return `${command.items === null ? 'Unpin' : 'Pin'} ${command.id}`;
    case 'place':
      return command.tidy === true ? 'Tidy' : `Move ${nodes(Object.keys(command.places))}`;
    case 'fold':
      return `${command.collapsed ? 'Fold' : 'Unfold'} ${command.id}`;
    case 'note':
      return command.text === null ? 'Remove a note' : 'Note';
    case 'keep':
      return `Keep ${command.id} as it is`;
    case 'wrap':
      return `Wrap ${nodes(command.ids)} in a loop`;
    case 'unwrap':
      return `Unwrap ${command.id}`;
    case 'move':
      return `Move ${nodes(command.ids)}`;
    case 'paste':
      return command.as === 'duplicate' ? 'Duplicate' : 'Paste';
    case 'edits':
    case 'replace':
      return command.text;
    case 'workflow':
      return `Set ${Object.keys(command.fields).join(', ')}`;
  }
}
