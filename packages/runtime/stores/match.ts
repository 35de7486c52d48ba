/**
 * Owns what "contains this text" means when rows are searched: the one rule that every store
 * follows, however it narrows the rows first. Reads no store.
 */
import type { IterationRow } from '@rondo/core/ports.ts';

/** Only ASCII letters: what databases fold without a collation of their own. */
function fold(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * The texts to look for, as typed and as it stands inside JSON text: somebody who types `say "hi"`
 * means the value, somebody who types `"status":404` the text.
 */
export function needles(search: string): string[] {
  const typed = fold(search);
  const inJson = fold(JSON.stringify(search).slice(1, -1));
  return typed === inJson ? [typed] : [typed, inJson];
}

export function contains(row: IterationRow, wanted: readonly string[]): boolean {
  const texts = [row.input, row.output, row.failure === null ? '' : JSON.stringify(row.failure)];
  return texts.some((text) => {
    const folded = fold(text);
    return wanted.some((needle) => folded.includes(needle));
  });
}
