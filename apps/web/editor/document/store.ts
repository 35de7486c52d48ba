/**
 * Owns the one document of a workflow that canvas and panel share, and keeping it on the server: load, autosave, drafts
 * that survive a reload, conflicts with another editor. What a change does is document.ts.
 *
 *   useDocument(workflow, (document) => document.definition)
 *   change(workflow, { do: 'set', id: 'fetch', path: ['url'], value: 'https://...' })
 */
import type { Definition } from '@rondo/core/model/definition.ts';
import type { Workflow } from '@rondo/api/schemas/workflow.ts';
import { createStore, type StoreApi, useStore } from 'zustand';
import { ApiError, call, keyOf as queryKeyOf, messageOf, queryClient } from '../../app/api.ts';
import { toast } from '../../ui/toast.tsx';
import type { Command } from './commands.ts';
import { type Action, type Document, evolve, isDirty, openDocument } from './document.ts';
import { dropDraft, keepDraft, readDraft } from './drafts.ts';

type Store = StoreApi<Document>;

const EMPTY: Definition = { rondo: 1, name: '', nodes: {} };
/** After the last change. A save is a version, so pauses of thought are waited for. */
const SAVE_MS = 1_500;
const AGAIN_MS = 5_000;
const stores = new Map<string, Store>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const notes = new Map<string, string>();

export function documentStore(workflow: string): Store {
  let store = stores.get(workflow);
  if (store === undefined) {
    store = createStore<Document>(() => openDocument(workflow, EMPTY, null));
    stores.set(workflow, store);
  }
  return store;
}

export function useDocument<T>(workflow: string, select: (document: Document) => T): T {
  return useStore(documentStore(workflow), select);
}

export const documentOf = (workflow: string): Document => documentStore(workflow).getState();

export function send(workflow: string, action: Action): void {
  const store = documentStore(workflow);
  const before = store.getState();
  const after = evolve(before, action);
  if (after === before) return;
  store.setState(after, true);
  const { note } = after;
  if (note !== null && note.count !== before.note?.count) {
    const canUndo = !note.refused && after.past.length > before.past.length;
    toast(note.text, canUndo ? { label: 'Undo', run: () => undo(workflow) } : undefined);
  }
  if (after.definition !== before.definition && action.type !== 'loaded' && action.type !== 'draft') {
    keepDraft(after);
    planSave(workflow, SAVE_MS);
  }
}

/** One change of the definition, as a command that can be undone. */
export function change(workflow: string, command: Command): void {
  send(workflow, { type: 'command', command, at: performance.now() });
}

export const undo = (workflow: string): void => send(workflow, { type: 'undo' });
export const redo = (workflow: string): void => send(workflow, { type: 'redo' });
export const select = (workflow: string, ids: readonly string[]): void => send(workflow, { type: 'select', ids });

/** What the server says of the workflow now. Edits that are not saved yet are kept. */
export function load(workflow: Pick<Workflow, 'id' | 'version' | 'definition' | 'changedBy'>): void {
  if (workflow.definition === null) return;
  const definition = workflow.definition as unknown as Definition;
  const { id, version, changedBy } = workflow;
  const document = documentOf(id);
  if (document.version === version) return;
  if (document.version === null) {
    send(id, { type: 'loaded', definition, version });
    const draft = readDraft(id);
    if (draft === null) return;
    if (draft.version !== version) {
      // Mine was made upon an older version: both are offered.
      send(id, { type: 'draft', definition: draft.definition });
      send(id, { type: 'conflict', version, by: changedBy, definition });
      return;
    }
    send(id, { type: 'draft', definition: draft.definition });
    planSave(id, SAVE_MS);
    return;
  }
  if (document.saving !== null || version < document.version) return;
  if (isDirty(document)) send(id, { type: 'conflict', version, by: changedBy, definition });
  else send(id, { type: 'loaded', definition, version });
}

function planSave(workflow: string, afterMs: number): void {
  clearTimeout(timers.get(workflow));
  timers.set(
    workflow,
    setTimeout(() => void save(workflow), afterMs),
  );
}

/** What the next version is noted with, in the history. */
export function noteNextVersion(workflow: string, note: string): void {
  notes.set(workflow, note);
}

/** Saves now what is not saved yet. Answers whether the server has it all. */
export async function save(workflow: string): Promise<boolean> {
  clearTimeout(timers.get(workflow));
  const { definition, version, saving, conflict, readOnly } = documentOf(workflow);
  if (!isDirty(documentOf(workflow))) return true;
  if (conflict !== null || version === null || readOnly !== null) return false;
  if (saving !== null) {
    planSave(workflow, SAVE_MS);
    return false;
  }
  send(workflow, { type: 'saving', definition });
  try {
    const note = notes.get(workflow) ?? documentOf(workflow).past.at(-1)?.text;
    const answer = await call('PUT /workflows/{id}', {
      params: { id: workflow },
      body: {
        definition: definition as unknown as Record<string, unknown>,
        version,
        ...(note === undefined ? {} : { note }),
      },
    });
    notes.delete(workflow);
    queryClient.setQueryData(queryKeyOf('GET /workflows/{id}', { params: { id: workflow } }), answer);
    send(workflow, { type: 'saved', version: answer.version, definition });
    if (isDirty(documentOf(workflow))) planSave(workflow, SAVE_MS);
    else dropDraft(workflow);
    return !isDirty(documentOf(workflow));
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) await meet(workflow);
    else {
      send(workflow, { type: 'failed', message: messageOf(error) });
      // Without an answer it may work later; a no stays a no until the next edit.
      if (!(error instanceof ApiError) || error.status >= 500) planSave(workflow, AGAIN_MS);
    }
    return false;
  }
}

/** Another editor was first: fetch what they saved. */
async function meet(workflow: string): Promise<void> {
  try {
    const theirs = await call('GET /workflows/{id}', { params: { id: workflow } });
    if (theirs.definition === null) return;
    send(workflow, {
      type: 'conflict',
      version: theirs.version,
      by: theirs.changedBy,
      definition: theirs.definition as unknown as Definition,
    });
  } catch (error) {
    send(workflow, { type: 'failed', message: messageOf(error) });
  }
}

export function resolve(workflow: string, keep: 'mine' | 'theirs'): void {
  send(workflow, { type: 'resolve', keep });
  if (keep === 'mine') planSave(workflow, 0);
  else dropDraft(workflow);
}
