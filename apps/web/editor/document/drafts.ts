/** Owns edits that the server does not have yet, in the browser's storage: a reload or a lost connection loses none. */
import type { Definition } from '@rondo/core/model/definition.ts';
import { isDirty, type Document } from './document.ts';

interface Draft {
  version: number | null;
  definition: Definition;
}

const keyFor = (workflow: string): string => `rondo.draft.${workflow}`;

export function keepDraft(document: Document): void {
  if (!isDirty(document)) {
    dropDraft(document.workflow);
    return;
  }
  const draft: Draft = { version: document.version, definition: document.definition };
  try {
    localStorage.setItem(keyFor(document.workflow), JSON.stringify(draft));
  } catch {
    // Storage is full or forbidden; the page still has the edits.
  }
}

export function readDraft(workflow: string): Draft | null {
  try {
    const text = localStorage.getItem(keyFor(workflow));
    return text === null ? null : (JSON.parse(text) as Draft);
  } catch {
    return null;
  }
}

export function dropDraft(workflow: string): void {
  try {
    localStorage.removeItem(keyFor(workflow));
  } catch {
    // Nothing to drop.
  }
}
