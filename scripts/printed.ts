/**
 * Owns writing a file that is printed from code, and telling whether the committed one is up to
 * date. Does not make the text; architecture.ts, limits.ts and schema.ts do.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repository.ts';

export interface Printed {
  /** Relative to the root. */
  file: string;
  text: string;
}

export function isUpToDate(printed: Printed): boolean {
  const path = join(ROOT, printed.file);
  return existsSync(path) && readFileSync(path, 'utf8') === printed.text;
}

export function write(printed: Printed): void {
  if (isUpToDate(printed)) {
    console.log(`${printed.file} is up to date`);
    return;
  }
  writeFileSync(join(ROOT, printed.file), printed.text);
  console.log(`${printed.file} written`);
}

/** `document` with the lines between the two marker comments replaced. */
export function betweenMarkers(document: string, name: string, text: string): string {
  const begin = `<!-- printed: ${name} -->`;
  const end = `<!-- end: ${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`markers of "${name}" not found`);
  return `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`;
}
