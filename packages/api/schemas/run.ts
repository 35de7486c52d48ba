/** Owns runs, their loops and iterations as the API gives and takes them. */
import { z } from 'zod';
import { cursor, failure, id, iterationStatus, json, limit, loopStatus, runStatus, time } from './shared.ts';

export const loop = z.object({
  path: z.string(),
  node: z.string(),
  /** Title of the node. */
  title: z.string(),
  status: loopStatus,
  total: z.number().int().nullable(),
  completed: z.number().int(),
  failed: z.number().int(),
  skipped: z.number().int(),
  inFlight: z.number().int(),
  /** Iterations settled a second, of the last ten seconds; null when it does not move. */
  rate: z.number().nullable(),
  /** Milliseconds to the end at that rate; null when it cannot be told. */
  leftMs: z.number().nullable(),
  startedAt: time,
  durationMs: z.number(),
  /** What is in force now; null where a value is not bounded. */
  parallel: z.number().int(),
  perSecond: z.number().nullable(),
  /** What the definition says, where that was overridden. */
  defined: z.object({ parallel: z.number().int(), perSecond: z.number().nullable() }).nullable(),
  /** Set, and not in force yet. */
  asked: z.object({ parallel: z.number().int(), perSecond: z.number().nullable() }).optional(),
});

export const runSummary = z.object({
  id,
  workflow: z.string(),
  workflowId: id.nullable(),
  version: z.number().int().nullable(),
  status: runStatus,
  /** Asked for, not reached yet. */
  control: z.enum(['none', 'pause', 'cancel']),
  startedBy: z.string().nullable(),
  trigger: z.string().nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  durationMs: z.number().nullable(),
  /** The input in at most 120 characters. */
  input: z.string(),
  /** Of its biggest loop. */
  completed: z.number().int(),
  failed: z.number().int(),
  total: z.number().int().nullable(),
  score: z.string().nullable(),
  failure: failure.nullable(),
});

export const run = runSummary.extend({
  /** The definition that runs. */
  definition: z.record(z.string(), json),
  output: json,
  /** Someone drives it and was heard of within 15 s. */
  alive: z.boolean(),
  heartbeatAt: time.nullable(),
  loops: z.array(loop),
  /** Loop to show first: the first that fails, else the biggest. */
  shown: z.string().nullable(),
  /** What the model calls of all its iterations cost, those that were done again too; null: none were made. */
  usage: z.object({ tokensIn: z.number(), tokensOut: z.number(), cost: z.number() }).nullable(),
  /** What it waits for. */
  waits: z.array(z.object({ path: z.string(), name: z.string(), url: z.string().nullable() })),
});

export const startBody = z.object({
  input: json.optional().describe('Input object of the run.'),
  items: z.array(json).max(100_000).optional().describe('Input items, instead of input.'),
  mode: z
    .enum(['async', 'wait', 'stream'])
    .default('async')
    .describe('async answers at once with 202, wait when the run has ended, stream with its events.'),
  trigger: z.string().optional(),
  conversation: z.string().max(200).optional(),
  /** Only up to this node, for "run up to here". */
  upTo: z.string().optional(),
  pins: z.record(z.string(), json).optional(),
  limit: z.number().int().min(0).optional(),
  version: z.number().int().optional(),
});

export const runListQuery = z.object({
  cursor: cursor.optional(),
  limit,
  status: z.string().max(100).optional().describe('One or several statuses, joined by commas.'),
  workflow: id.optional(),
  trigger: z.string().max(200).optional(),
  failed: z.enum(['true', 'false']).optional().describe('true: only runs with failed iterations.'),
  search: z.string().max(200).optional(),
  needs: z
    .enum(['look'])
    .optional()
    .describe('look: of each workflow the newest run that failed or has failures, unless a later one ended well.'),
});

export const causeRow = z.object({
  id: z.string(),
  message: z.string(),
  node: z.string().nullable(),
  count: z.number().int(),
  first: z.number().int(),
  last: z.number().int(),
  /** Counts per column of the score. */
  columns: z.array(z.number().int()),
  /** `still failing`, `1 burst`, `3 bursts`, `every 3rd`, `scattered`, `all`, `first n`. */
  pattern: z.string(),
});

export const score = z.object({
  /** Grows with every change. */
  revision: z.number().int(),
  by: z.enum(['position', 'time', 'duration']),
  total: z.number().int().nullable(),
  /** Iterations per cell. */
  per: z.number().int(),
  columns: z.number().int(),
  rows: z.number().int(),
  /**
   * One byte per cell, base64: high nibble the worst status (0 not started, 1 skipped, 2 completed, 3 in flight,
   * 4 waiting, 5 failed), low nibble floor(log2(failures)) + 1.
   */
  cells: z.string(),
  /** by=duration: bounds of the bars in ms, completed and failed per bar. by=time: bounds of the columns. */
  bounds: z.array(z.number()).optional(),
  /** Made of a sample of so many iterations, and of all that failed. */
  sampled: z.object({ rows: z.number().int(), of: z.number().int() }).optional(),
  completed: z.array(z.number().int()).optional(),
  failed: z.array(z.number().int()).optional(),
  /** Of a loop with loops inside, where a cell is one iteration: iterations inside each, and how many of them failed. */
  inner: z.array(z.number().int()).optional(),
  innerFailed: z.array(z.number().int()).optional(),
});

export const scoreQuery = z.object({
  by: z.enum(['position', 'time', 'duration']).default('position'),
  since: z.coerce.number().int().optional(),
});

const ms = z.coerce.number().min(0);

/** Which iterations; all that is said must hold. */
export const iterationFilter = z.object({
  status: iterationStatus.optional(),
  cause: z.string().max(100).optional(),
  rerun: z.coerce.number().int().min(1).optional().describe('Those that this re-run of the loop did again.'),
  minMs: ms.optional().describe('Duration in ms, at least.'),
  maxMs: ms.optional().describe('Duration in ms, at most.'),
});

export const iterationQuery = iterationFilter.extend({
  search: z.string().max(200).optional(),
  sort: z.enum(['position', 'duration', 'started']).default('position'),
  cursor: cursor.optional().describe('`index:n` begins at iteration n.'),
  limit,
});

export const iterationRow = z.object({
  index: z.number().int(),
  status: iterationStatus,
  /** What people call the item: name, title, id, url, else its JSON in short. */
  item: z.string(),
  /** Result or error in at most 120 characters. */
  text: z.string(),
  cause: z.string().nullable(),
  node: z.string().nullable(),
  attempts: z.number().int(),
  durationMs: z.number(),
  startedAt: time,
});

export const iterationPage = z.object({
  items: z.array(iterationRow),
  next: z.string().nullable(),
  /** Of a search, and of durations: so many rows were looked at by the end of this answer. */
  searched: z.object({ rows: z.number().int(), of: z.number().int().nullable() }).nullable(),
});

export const attempt = z.object({
  /** From 1. Of very many the first and the last ones are kept. */
  number: z.number().int(),
  /** ms from the start of the iteration. */
  startMs: z.number(),
  durationMs: z.number(),
  failed: z.boolean(),
  failure: failure.optional(),
});

export const stepView = z.object({
  id: z.string(),
  title: z.string(),
  type: z.string(),
  status: z.enum(['completed', 'failed', 'skipped', 'running', 'waiting']),
  output: z.array(z.array(json)).nullable(),
  /** Only the number of items was kept. */
  cut: z.boolean(),
  failure: failure.nullable(),
  /** Path of the loop that the step is, inside this iteration. */
  loop: z.string().nullable(),
  /** What its expressions came to; kept of failed iterations. */
  arguments: json.optional(),
  /** They are shortened; the whole has so many characters. */
  argumentsOf: z.number().int().optional(),
  /** What came to the step that failed; absent: not kept. */
  input: z.array(json).optional(),
  /** Where they were recorded: not of steps that were run many iterations at a time. */
  attempts: z.array(attempt).optional(),
});

export const iteration = z.object({
  index: z.number().int(),
  status: iterationStatus,
  input: z.array(json),
  output: z.array(json),
  /** The iteration's values are cut at this many bytes; null: they are whole. */
  cutAt: z.number().int().nullable(),
  steps: z.array(stepView),
  logs: z.string(),
  failure: failure.nullable(),
  cause: z.string().nullable(),
  attempts: z.number().int(),
  /** Of the iteration as a whole, where it was begun anew. */
  tries: z.array(attempt).optional(),
  usage: z.object({ tokensIn: z.number(), tokensOut: z.number(), cost: z.number() }).nullable(),
  startedAt: time,
  durationMs: z.number(),
  /** Nested loops of this iteration. */
  loops: z.array(loop),
  /** What it was before each re-run that did it again, oldest first. */
  earlier: z.array(
    z.object({
      /** The re-run that did it again after this. */
      rerun: z.number().int(),
      status: iterationStatus,
      message: z.string().nullable(),
      attempts: z.number().int(),
      startedAt: time,
      durationMs: z.number(),
    }),
  ),
  /** Neighbours with the same filter. */
  previous: z.number().int().nullable(),
  following: z.number().int().nullable(),
});

export const redriveBody = z.object({
  loop: z.string().optional().describe('Path of a loop; default all loops.'),
  status: iterationStatus.optional(),
  cause: z.string().optional(),
  indices: z.array(z.number().int().min(0)).max(100_000).optional(),
  version: z
    .number()
    .int()
    .optional()
    .describe(
      'The run goes on by this version of its workflow. Default: the newest where it fits, else the one it has.',
    ),
});

export const redriven = z.object({
  count: z.number().int().describe('Iterations that run again.'),
  mayRepeat: z.number().int().describe('Of these, how many may repeat an effect that has no idempotency key.'),
  version: z.number().int().nullable().optional().describe('The version of the workflow by which they run.'),
});

/** Re-runs of a loop; the newest says what became of it. */
export const rerun = z.object({
  /** Of this loop, from 1. */
  number: z.number().int(),
  at: time,
  by: z.string().nullable(),
  count: z.number().int(),
  /** Of the newest: how its iterations stand now; null for older ones. */
  now: z.object({ completed: z.number().int(), failed: z.number().int(), other: z.number().int() }).nullable(),
});

/** What happened when, besides the iterations of loops. */
export const timeline = z.object({
  /** Nodes outside loops, in the order in which they started. */
  steps: z.array(
    z.object({
      node: z.string(),
      title: z.string(),
      type: z.string(),
      status: z.enum(['completed', 'failed', 'skipped', 'running', 'waiting']),
      startedAt: time,
      /** Null: it goes on. */
      endedAt: time.nullable(),
    }),
  ),
  marks: z.array(
    z.object({
      at: time,
      who: z.string().nullable(),
      what: z.enum(['pause', 'resume', 'cancel', 'rerun', 'limits', 'taken-over']),
      /** Of a loop. */
      path: z.string().nullable(),
      /** limits: what is asked for, null where it was put back. rerun: how many, by which version. */
      detail: z.record(z.string(), json),
    }),
  ),
});

export const dials = z
  .object({
    parallel: z.number().int().min(1).max(10_000).nullable().optional().describe('null: what the definition says.'),
    perSecond: z.number().positive().nullable().optional().describe('null: what the definition says.'),
    tolerate: z
      .object({ count: z.number().int().min(0).optional(), share: z.number().min(0).max(1).optional() })
      .optional(),
  })
  .describe('Changed while the loop runs; what is in flight is never stopped.');

export const common = z.object({
  failed: z.number().int(),
  completed: z.number().int(),
  /** Field paths that hold for the failed and hardly for the completed. */
  fields: z.array(z.object({ path: z.string(), says: z.string(), failed: z.number(), completed: z.number() })),
});

/** What the fields of a loop's items look like, over a sample of it. */
export const fieldFacts = z.object({
  /** Items that were looked at, of so many. */
  looked: z.number().int(),
  of: z.number().int(),
  fields: z.array(
    z.object({
      path: z.array(z.string()),
      /** How many of them are empty or have none. */
      empty: z.number().int(),
      /** All of them are lists, so long. */
      items: z.object({ least: z.number().int(), most: z.number().int() }).nullable(),
      /** Different values; null: too many to tell, or no single values. */
      values: z.number().int().nullable(),
    }),
  ),
});

export type FieldFacts = z.output<typeof fieldFacts>;
export type Loop = z.output<typeof loop>;
export type RunSummary = z.output<typeof runSummary>;
export type Run = z.output<typeof run>;
export type Cause = z.output<typeof causeRow>;
export type Score = z.output<typeof score>;
export type IterationRow = z.output<typeof iterationRow>;
export type Iteration = z.output<typeof iteration>;
export type Rerun = z.output<typeof rerun>;
export type TimelineView = z.output<typeof timeline>;
export type Attempt = z.output<typeof attempt>;
export type StepView = z.output<typeof stepView>;

/** Events of GET /runs/{id}/events, by name. */
export const RUN_EVENTS = {
  /** Status of the run, and what was asked of it. */
  run: z.object({ status: runStatus, control: z.enum(['none', 'pause', 'cancel']), alive: z.boolean() }),
  /** All loops that have changed, in one event a tick. */
  progress: z.object({ loops: z.array(loop) }),
  /** A loop's score has changed: ask for it again, with this revision. */
  score: z.object({ path: z.string(), revision: z.number().int() }),
  /** A top-level step. */
  step: z.object({ node: z.string(), status: z.enum(['running', 'waiting', 'completed', 'failed', 'skipped']) }),
  answer: z.object({ text: z.string() }),
  log: z.object({ node: z.string(), line: z.string() }),
  /** The end; nothing comes after it. */
  end: z.object({ status: runStatus, output: json, failure: failure.nullable() }),
} as const;
export type RunEventName = keyof typeof RUN_EVENTS;
export type RunEvent = { [N in RunEventName]: { name: N; data: z.output<(typeof RUN_EVENTS)[N]> } }[RunEventName];
