/**
 * Owns applying the edits of a fix to the text of a workflow file: comments and order of YAML stay,
 * JSON stays JSON. Does not decide which edits.
 */
import { parseDocument } from 'yaml';
import type { TextEdit } from '@rondo/core/errors.ts';

/** An edit without a value removes its place. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const isJson = /^\uFEFF?\s*\{/.test(text);
  const document = parseDocument(text, { merge: false });
  for (const edit of edits) {
    if (edit.value === undefined) document.deleteIn(edit.path);
    else document.setIn(edit.path, document.createNode(edit.value));
  }
  if (isJson) {
    const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
    return `${JSON.stringify(document.toJS(), null, indent)}\n`;
  }
  return document.toString({ lineWidth: 0 });
}
