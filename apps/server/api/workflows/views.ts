/**
 * Owns how the API shows workflows: summaries, triggers with addresses, diagnostics. What takes work is done once per
 * state of a file. Changes nothing.
 */
import type { z } from 'zod';
import type { diagnostic } from '@rondo/api/schemas/shared.ts';
import type { triggerSummary, workflow, workflowSummary } from '@rondo/api/schemas/workflow.ts';
import type { Diagnostic } from '@rondo/core/errors.ts';
import { checkText } from '@rondo/core/lint/check.ts';
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';
import type { RunRecord } from '@rondo/core/ports.ts';
import type { Trigger } from '../../triggers/read.ts';
import { repeatsOf } from '../../workflows/repeats.ts';
import type { Workflow } from '../../workflows/workflow.ts';
import type { ApiContext } from '../context.ts';
import { biggestLoop, lastRunOf } from '../runs/views.ts';

export type DiagnosticView = z.input<typeof diagnostic>;
type TriggerView = z.input<typeof triggerSummary>;
type WorkflowView = z.input<typeof workflow>;
type SummaryView = z.input<typeof workflowSummary>;

const RECENT = 16;

export function diagnosticView(one: Diagnostic): DiagnosticView {
  const { severity, code, node, path, line, column, message, fix } = one;
  return {
    severity,
    code,
    node: node ?? null,
    path: [...path],
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    message,
    fix:
      fix == null
        ? null
        : {
            text: fix.text,
            ...(fix.edits === undefined
              ? {}
              : { edits: fix.edits.map(({ path: at, value }) => ({ path: [...at], value })) }),
          },
  };
}

/** Looked at in another way than the library does: with the linter, and the definition even where it has mistakes. */
interface Looked {
  definition: Definition | null;
  diagnostics: Diagnostic[];
  nodes: number;
  loops: number;
  /** Trigger nodes that the server does not act on. */
  started: { node: string; kind: 'manual' | 'workflow' }[];
}

const looked = new WeakMap<Workflow, Looked>();

export function look(context: ApiContext, one: Workflow): Looked {
  const known = looked.get(one);
  if (known !== undefined) return known;
  const parsed = one.text === '' ? null : parseDefinition(one.text, one.shown);
  const definition = parsed?.definition ?? null;
  const counts = { nodes: 0, loops: 0 };
  const started: Looked['started'] = [];
  for (const [node, spec] of Object.entries(definition?.nodes ?? {})) {
    count(context, spec, counts);
    const kind = context.registry.get(spec.type)?.trigger;
    if ((kind === 'manual' || kind === 'workflow') && spec.disabled !== true) started.push({ node, kind });
  }
  const seen = new Set(one.diagnostics.map((found) => `${found.code} ${found.path.join('/')}`));
  const more = one.text === '' ? [] : checkText(one.text, one.shown, context.registry);
  const diagnostics = [
    ...one.diagnostics,
    ...more.filter((found) => !seen.has(`${found.code} ${found.path.join('/')}`)),
  ];
  const found = { definition, diagnostics, ...counts, started };
  looked.set(one, found);
  return found;
}

function count(context: ApiContext, spec: NodeDefinition, into: { nodes: number; loops: number }): void {
  into.nodes += 1;
  if (context.registry.get(spec.type)?.group === 'loop') into.loops += 1;
  for (const inner of Object.values(spec.body ?? {})) count(context, inner, into);
}

function triggersOf(context: ApiContext, one: Workflow): TriggerView[] {
  const views = look(context, one).started.map((start): TriggerView => ({ ...start }));
  return [...views, ...one.triggers.map((trigger) => triggerView(context, trigger))];
}

function triggerView(context: ApiContext, trigger: Trigger): TriggerView {
  const { node, kind } = trigger;
  switch (kind) {
    case 'webhook':
      return {
        node,
        kind,
        url: `${context.url()}/hooks/${trigger.path.text}`,
        method: trigger.webhook.methods.join(', '),
      };
    case 'form':
      return { node, kind, url: `${context.url()}/forms/${trigger.path.text}` };
    case 'schedule':
      return {
        node,
        kind,
        schedule: scheduleText(trigger.schedule.id),
        nextAt: trigger.schedule.next(context.clock.now()),
      };
    case 'error':
      return { node, kind };
  }
}

/** `every 15m`, `0 9 * * 1-5, Europe/Berlin`. */
function scheduleText(id: string): string {
  const [cron, every, timezone] = JSON.parse(id) as [string[], string | number | null, string];
  if (every !== null) return typeof every === 'number' ? `every ${every} ms` : `every ${every}`;
  return `${cron.join('; ')}, ${timezone}`;
}

export function workflowView(context: ApiContext, one: Workflow): WorkflowView {
  const { definition, diagnostics } = look(context, one);
  const version = context.versions.record(one.key, one.text, null);
  return {
    id: one.key,
    name: one.name,
    file: one.shown,
    version: version.version,
    changedAt: version.changedAt,
    changedBy: version.changedBy,
    text: one.text,
    definition: definition as WorkflowView['definition'],
    diagnostics: diagnostics.map(diagnosticView),
    triggers: triggersOf(context, one),
  };
}

/** Of a text that the workflow had. */
export function versionView(context: ApiContext, one: Workflow, version: number): WorkflowView | null {
  const had = context.versions.get(one.key, version);
  if (had === undefined) return null;
  const { text, changedAt, changedBy } = had;
  const { definition } = parseDefinition(text, one.shown);
  const diagnostics = checkText(text, one.shown, context.registry).map(diagnosticView);
  return {
    id: one.key,
    name: definition?.name ?? one.name,
    file: one.shown,
    version,
    changedAt,
    changedBy,
    text,
    definition: definition as WorkflowView['definition'],
    diagnostics,
    triggers: [],
  };
}

export async function summaryView(context: ApiContext, one: Workflow): Promise<SummaryView> {
  const { definition, diagnostics, nodes, loops } = look(context, one);
  const version = context.versions.record(one.key, one.text, null);
  const runs = await runsOf(context, one);
  const last = runs[0];
  return {
    id: one.key,
    name: one.name,
    description: definition?.description ?? null,
    file: one.shown,
    version: version.version,
    changedAt: version.changedAt,
    changedBy: version.changedBy,
    loops,
    repeats: definition === null ? null : repeatsOf(definition),
    nodes,
    triggers: triggersOf(context, one),
    errors: diagnostics.filter((found) => found.severity === 'error').length,
    warnings: diagnostics.filter((found) => found.severity === 'warning').length,
    last: last === undefined ? null : await lastRunOf(context, last),
    recent: await Promise.all(
      runs.map(async (run) => ({
        id: run.id,
        status: run.status,
        failed: (await biggestLoop(context, run))?.failed ?? 0,
      })),
    ),
  };
}

/** By name, which other workflows may have, too. */
async function runsOf(context: ApiContext, one: Workflow): Promise<RunRecord[]> {
  const runs = await context.store.listRuns({ limit: RECENT * 2, workflow: one.name });
  return runs.filter((run) => context.facts.of(run).workflowId === one.key).slice(0, RECENT);
}
