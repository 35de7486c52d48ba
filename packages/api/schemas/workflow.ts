/** Owns workflows as the API gives and takes them: the thing, its versions, what is said about it. */
import { z } from 'zod';
import { diagnostic, id, json, runStatus, time } from './shared.ts';

/** A definition in the native format (docs/FORMAT.md), as an object. Checked by the compiler, not here. */
export const definition = z.record(z.string(), json).describe('A workflow in the native format.');

export const triggerSummary = z.object({
  node: z.string(),
  kind: z.enum(['manual', 'schedule', 'webhook', 'form', 'error', 'workflow']),
  /** Webhook and form: address. */
  url: z.string().optional(),
  method: z.string().optional(),
  /** Schedule: in words, and when it fires next. */
  schedule: z.string().optional(),
  nextAt: time.nullable().optional(),
});

/** The last runs in short: one character per run in the list. */
export const lastRun = z.object({
  id,
  status: runStatus,
  startedAt: time.nullable(),
  durationMs: z.number().nullable(),
  completed: z.number().int(),
  failed: z.number().int(),
  total: z.number().int().nullable(),
  /** Encoded cells of its biggest loop in at most 44 columns of one row (schemas/score.ts). */
  score: z.string().nullable(),
});

export const workflowSummary = z.object({
  id,
  name: z.string(),
  description: z.string().nullable(),
  /** Path of its file below the folder of workflows. */
  file: z.string(),
  version: z.number().int(),
  changedAt: time,
  changedBy: z.string().nullable(),
  loops: z.number().int(),
  /** Its deepest loop in words (For Each, Batches of 50, Until ...), and how many lie inside one another; null: none. */
  repeats: z.object({ words: z.string(), depth: z.number().int() }).nullable(),
  nodes: z.number().int(),
  triggers: z.array(triggerSummary),
  errors: z.number().int(),
  warnings: z.number().int(),
  last: lastRun.nullable(),
  /** Newest first, at most 16. */
  recent: z.array(z.object({ id, status: runStatus, failed: z.number().int() })),
});

export const presence = z.object({
  people: z.array(z.object({ name: z.string(), since: time })).describe('Others who have it open.'),
  version: z.number().int().describe('The newest version.'),
  changedBy: z.string().nullable(),
});

export const workflow = z.object({
  id,
  name: z.string(),
  file: z.string(),
  version: z.number().int(),
  changedAt: time,
  changedBy: z.string().nullable(),
  /** As it lies in the file: comments and order included. */
  text: z.string(),
  /** Null: the text cannot be read as a definition; the diagnostics say why. */
  definition: definition.nullable(),
  diagnostics: z.array(diagnostic),
  triggers: z.array(triggerSummary),
});

export const workflowBody = z
  .object({
    /** Either the text of a native file, or a definition. */
    text: z.string().max(10_000_000).optional(),
    definition: definition.optional(),
    /** What changed, for the history. */
    note: z.string().max(500).optional(),
    /** PUT: the version that the change is made upon; another one there now is a conflict (409). */
    version: z.number().int().optional(),
    /** POST: name of the file; default made of the workflow's name. */
    file: z.string().max(200).optional(),
  })
  .refine((body) => (body.text === undefined) !== (body.definition === undefined), 'Give text or definition.');

export const version = z.object({
  version: z.number().int(),
  changedAt: time,
  changedBy: z.string().nullable(),
  note: z.string().nullable(),
  runs: z.number().int(),
});

export const explanation = z.object({
  node: z.string(),
  runs: z.enum(['never', 'once', 'per item', 'per batch', 'per page', 'per round']),
  why: z.string(),
  inside: z.array(z.string()),
});

export const checkBody = z
  .object({ text: z.string().max(10_000_000).optional(), definition: definition.optional() })
  .refine((body) => (body.text === undefined) !== (body.definition === undefined), 'Give text or definition.');

export const checked = z.object({
  diagnostics: z.array(diagnostic),
  explanations: z.array(explanation),
  /** The compiled plan as an indented tree; null with errors. */
  plan: z.string().nullable(),
});

export const foreignFormat = z.enum(['n8n', 'dify', 'openflow']);

export const convertBody = z.object({
  text: z.string().max(10_000_000),
  format: foreignFormat.optional().describe('Default: found out by the content.'),
  strict: z.boolean().default(false).describe('Keep the defects of the product too.'),
  file: z.string().max(200).default('workflow'),
});

export const converted = z.object({
  format: foreignFormat.nullable(),
  definition: definition.nullable(),
  text: z.string().nullable().describe('The definition as a native file.'),
  diagnostics: z.array(diagnostic),
});

export type WorkflowSummary = z.output<typeof workflowSummary>;
export type Workflow = z.output<typeof workflow>;
