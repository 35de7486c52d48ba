/**
 * Owns the handlers of the contracts about workflows: list, save, check, convert. A save writes the file and a
 * version, and is refused when somebody else saved meanwhile. Runs are started in runs/start.ts.
 */
import { readFile, rename, rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { z } from 'zod';
import type { workflowContracts } from '@rondo/api/contracts/workflows.ts';
import type { checkBody, workflowBody } from '@rondo/api/schemas/workflow.ts';
import { compile } from '@rondo/core/compile/compile.ts';
import { printPlan } from '@rondo/core/compile/print.ts';
import { convert, detectFormat } from '@rondo/core/convert/convert.ts';
import { diagnostic, type Diagnostic } from '@rondo/core/errors.ts';
import { checkText } from '@rondo/core/lint/check.ts';
import { explain } from '@rondo/core/lint/explain.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';
import { checkShape } from '@rondo/core/model/shape.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { patchDefinition } from '@rondo/core/model/patch/patch.ts';
import { writeDefinition } from '@rondo/core/model/write.ts';
import { checkAttaches } from '../../access/attach.ts';
import { checkUnlimited, isInReach } from '../../access/reach.ts';
import { Problem } from '../../http/problem.ts';
import type { Workflow } from '../../workflows/workflow.ts';
import { callerOf, workflowOf, type ApiContext } from '../context.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { Handlers } from '../implement.ts';
import { newFile, writeWhole } from './files.ts';
import { createPresence } from './presence.ts';
import { createTurns } from './turns.ts';
import { diagnosticView, summaryView, versionView, workflowView } from './views.ts';

type Own = Omit<typeof workflowContracts, 'startRun'>;

/** Name and file of the last one of a page: names may be the same. */
const Place = z.tuple([z.string(), z.string()]);

export function workflowHandlers(context: ApiContext): Handlers<Own> {
  const presence = createPresence(context.clock.now);
  const inTurn = createTurns();
  return {
    async presence({ params: { id }, caller }) {
      const one = workflowOf(context, id, { caller });
      const { version, changedBy } =
        context.versions.latest(one.key) ?? context.versions.record(one.key, one.text, null);
      return { people: presence.here(one.key, callerOf({ caller })), version, changedBy };
    },
    async listWorkflows({ query: { cursor, limit, search }, caller }) {
      const after = readCursor(cursor, Place);
      const wanted = search?.toLowerCase();
      const all = context
        .library()
        .list()
        .filter((one) => isInReach(callerOf({ caller }), one.key))
        .filter((one) => wanted === undefined || `${one.name}\n${one.shown}`.toLowerCase().includes(wanted))
        .sort(compare);
      const from = after === null ? all : all.filter((one) => compare(one, { name: after[0], shown: after[1] }) > 0);
      const shown = from.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: await Promise.all(shown.map((one) => summaryView(context, one))),
        next: last === undefined || from.length <= limit ? null : writeCursor([last.name, last.shown]),
      };
    },
    async createWorkflow({ body, caller }) {
      const by = callerOf({ caller });
      checkUnlimited(by);
      const { text, definition } = textOf(body, body.file ?? 'workflow');
      checkAttaches(by, definition, null);
      const wanted = definition?.id;
      if (
        wanted !== undefined &&
        context
          .library()
          .list()
          .some((one) => one.key === wanted)
      )
        throw new Problem(409, 'id-taken', `There is a workflow with the id ${wanted} already.`);
      const file = newFile(context.folder, body.file, definition?.name ?? 'workflow');
      await writeWhole(file, text);
      const shown = relative(context.folder, file);
      context.versions.record(wanted ?? shown, text, by.name, body.note ?? null);
      return workflowView(context, await readBack(context, file));
    },
    async getWorkflow({ params: { id }, query: { version }, caller }) {
      const one = workflowOf(context, id, { caller });
      if (version === undefined) return workflowView(context, one);
      const view = versionView(context, one, version);
      if (view === null) throw new Problem(404, 'version-not-found', `${one.name} has no version ${version}.`);
      return view;
    },
    updateWorkflow: ({ params: { id }, body, caller }) =>
      inTurn(id, async () => {
        // What was changed in the file meanwhile is a version, too.
        await context.library().refresh();
        const one = workflowOf(context, id, { caller });
        const { version } = context.versions.record(one.key, one.text, null);
        if (body.version !== undefined && body.version !== version) {
          throw new Problem(
            409,
            'version-conflict',
            `${one.name} was changed meanwhile: it has version ${version} now.`,
            {
              more: { version },
            },
          );
        }
        const { text, definition } = textOf(body, one.shown, one.text);
        checkAttaches(callerOf({ caller }), definition, one.definition);
        const key = definition?.id ?? one.shown;
        if (
          key !== one.key &&
          context
            .library()
            .list()
            .some((other) => other.key === key)
        )
          throw new Problem(409, 'id-taken', `There is a workflow with the id ${key} already.`);
        const file = await nativeFile(one);
        await writeWhole(file, text);
        context.versions.rename(one.key, key);
        context.versions.record(key, text, callerOf({ caller }).name, body.note ?? null);
        return workflowView(context, await readBack(context, file));
      }),
    async deleteWorkflow({ params: { id }, caller }) {
      const one = workflowOf(context, id, { caller });
      await rm(one.file, { force: true });
      context.versions.forget(one.key);
      await context.library().refresh();
      return undefined;
    },
    async listVersions({ params: { id }, query: { cursor, limit }, caller }) {
      const one = workflowOf(context, id, { caller });
      const before = readCursor(cursor, z.number().int()) ?? Number.MAX_SAFE_INTEGER;
      const found = context.versions.list(one.key, before, limit + 1);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return { items, next: last === undefined || found.length <= limit ? null : writeCursor(last.version) };
    },
    async checkWorkflow({ body }) {
      const text = body.text ?? textOfDefinition(body.definition as Json);
      const parsed = parseDefinition(text, 'workflow');
      const definition = parsed.definition ?? parsed.sound ?? null;
      const diagnostics = checkText(text, 'workflow', context.registry);
      const plan = parsed.definition === null ? null : compile(parsed.definition, context.registry).plan;
      return {
        diagnostics: diagnostics.map(diagnosticView),
        explanations: definition === null ? [] : explainSafely(context, definition),
        plan: plan === null ? null : printPlan(plan),
      };
    },
    async convertWorkflow({ body: { text, format: given, strict, file } }) {
      const format = given ?? detectFormat(text, file);
      if (format === null) {
        const { diagnostics } = parseDefinition(text, file);
        const known = diagnostics.length > 0 ? diagnostics : [unknownFile(file)];
        return { format: null, definition: null, text: null, diagnostics: known.map(diagnosticView) };
      }
      const { definition, diagnostics } = convert(text, format, { strict, file });
      return {
        format,
        definition: definition as Record<string, unknown> | null,
        text: definition === null ? null : writeDefinition(definition),
        diagnostics: diagnostics.map(diagnosticView),
      };
    },
  };
}

function compare(a: Pick<Workflow, 'name' | 'shown'>, b: Pick<Workflow, 'name' | 'shown'>): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.shown === b.shown ? 0 : a.shown < b.shown ? -1 : 1;
}

function unknownFile(file: string): Diagnostic {
  return diagnostic('file-format', [], `${file} is a Rondo workflow already, or none that Rondo knows.`);
}

/** The linter may meet what the compiler refuses. */
function explainSafely(context: ApiContext, definition: Definition): ReturnType<typeof explain> {
  try {
    return explain(definition, context.registry);
  } catch (error) {
    context.report(`explaining ${definition.name}: ${String(error)}`);
    return [];
  }
}

type Body = z.output<typeof workflowBody> | z.output<typeof checkBody>;

/** Text with its definition. A text that is no definition at all is refused; one with mistakes is not. */
function textOf(body: Body, file: string, old = ''): { text: string; definition: Definition | null } {
  const text = body.text ?? textOfDefinition(body.definition as Json, file, old);
  const { definition, sound, diagnostics } = parseDefinition(text, file);
  const read = definition ?? sound ?? null;
  if (read === null) {
    throw new Problem(422, 'workflow-invalid', diagnostics[0]?.message ?? 'This is not a workflow.', {
      more: { diagnostics: diagnostics.map(diagnosticView) },
    });
  }
  return { text, definition: read };
}

/** Of what has the wrong form, JSON, in which the mistakes can be shown. */
function textOfDefinition(value: Json, file = 'workflow', old = ''): string {
  const wrong = checkShape(value).some((one) => one.severity === 'error');
  if (wrong) return `${JSON.stringify(value, null, 2)}\n`;
  const definition = value as unknown as Definition;
  // What a person wrote stays: comments, order, spelling of all that did not change.
  const isNative = old !== '' && parseDefinition(old, file).definition !== null;
  return isNative ? patchDefinition(old, definition, file) : writeDefinition(definition);
}

async function readBack(context: ApiContext, file: string): Promise<Workflow> {
  await context.library().refresh();
  const one = context
    .library()
    .list()
    .find((each) => each.file === file);
  if (one === undefined) throw new Problem(503, 'file-failed', 'The workflow was written but cannot be read.');
  return one;
}

/** A file of another product is kept under another name; the workflow goes on as a native file beside it. */
async function nativeFile(one: Workflow): Promise<string> {
  const text = await readFile(one.file, 'utf8').catch(() => '');
  if (detectFormat(text, one.shown) === null) return one.file;
  await rename(one.file, `${one.file}.original`);
  return one.file.replace(/\.(ya?ml|json)$/, '.yaml');
}
