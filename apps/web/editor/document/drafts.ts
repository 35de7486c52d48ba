/** Owns edits that the server does not have yet, in the browser's storage: a reload or a lost connection loses none. */
import type { Definition } from '@rondo/core/model/definition.ts';
import { isDirty, type Document } from './document.ts';

interface Draft {
  version: number | null;
  definition: Definition;
}

const keyFor = (workflow: string): string => `rondo.draft.${workflow}`;
/** After the last key: writing a large workflow takes longer than one. What leaves the page is written at once. */
const WRITE_MS = 250;
const waiting = new Map<string, { document: Document; timer: ReturnType<typeof setTimeout> }>();

export function keepDraft(document: Document): void {
  const { workflow } = document;
  forget(workflow);
  if (!isDirty(document)) {
    dropDraft(workflow);
    return;
  }
  waiting.set(workflow, { document, timer: setTimeout(() => write(workflow), WRITE_MS) });
}

function forget(workflow: string): void {
  clearTimeout(waiting.get(workflow)?.timer);
  waiting.delete(workflow);
}

if (typeof addEventListener === 'function') {
  const writeAll = (): void => [...waiting.keys()].forEach(write);
  addEventListener('pagehide', writeAll);
  addEventListener('beforeunload', writeAll);
  addEventListener('visibilitychange', writeAll);
}

function write(workflow: string): void {
  const document = waiting.get(workflow)?.document;
  forget(workflow);
  if (document === undefined) return;
  const draft: Draft = { version: document.version, definition: document.definition };
  try {
    localStorage.setItem(keyFor(document.workflow), JSON.stringify(draft));
  } catch {
    // Storage is full or forbidden; the page still has the edits.
  }
}

export function readDraft(workflow: string): Draft | null {
  write(workflow);
  try {
    const text = localStorage.getItem(keyFor(workflow));
    return text === null ? null : (JSON.parse(text) as Draft);
  } catch {
    return null;
  }
}

export function dropDraft(workflow: string): void {
  forget(workflow);
  try {
    localStorage.removeItem(keyFor(workflow));
  } catch {
    // Nothing to drop.
  }
}
