/**
 * Owns cursors of pages: opaque to clients, checked when they come back. Does not page.
 */
import type { z } from 'zod';
import { Problem } from '../http/problem.ts';

export function writeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Throws Problem 400 for anything that `writeCursor` did not make of such a value. */
export function readCursor<S extends z.ZodType>(text: string | undefined, schema: S): z.output<S> | null {
  if (text === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    throw new Problem(400, 'cursor-invalid', 'The cursor is not one that a page of this list gave.');
  }
}
