/** Owns what many answers share: JSON, ids, times, pages, problems. */
import { z } from 'zod';

export const json: z.ZodType = z.unknown().describe('Any JSON value.');

export const id = z.string().min(1).max(200);

/** ms since 1970. */
export const time = z.number().int().describe('Milliseconds since 1970.');

export const cursor = z.string().max(500).describe('Where the page before ended, as that page said in `next`.');

export const limit = z.coerce.number().int().min(1).max(500).default(60).describe('Most elements of the page.');

/** A page of a list. */
export function page<T extends z.ZodType>(element: T) {
  return z.object({
    items: z.array(element),
    next: z.string().nullable().describe('Cursor of the next page; null at the end.'),
  });
}

/** RFC 9457. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
});

export const textEdit = z.object({ path: z.array(z.union([z.string(), z.number()])), value: json.optional() });

export const diagnostic = z.object({
  severity: z.enum(['error', 'warning', 'hint']),
  code: z.string(),
  node: z.string().nullable(),
  path: z.array(z.union([z.string(), z.number()])),
  line: z.number().int().optional(),
  column: z.number().int().optional(),
  message: z.string(),
  fix: z.object({ text: z.string(), edits: z.array(textEdit).optional() }).nullable(),
});

export const failure = z.object({
  code: z.string(),
  message: z.string(),
  node: z.string().optional(),
  path: z.string().optional(),
  item: z.number().int().optional(),
  fix: z.string().optional(),
  retry: z.enum(['yes', 'no']).optional(),
  data: z.record(z.string(), json).optional(),
  cause: z.string().optional(),
});

export const runStatus = z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled']);
export const iterationStatus = z.enum(['running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled']);
export const loopStatus = z.enum(['running', 'waiting', 'completed', 'failed', 'cancelled']);

export type Diagnostic = z.output<typeof diagnostic>;
export type Failure = z.output<typeof failure>;
