/**
 * Owns previews of expressions: a parameter, evaluated for data that the request brings or that an iteration of a run
 * had. Evaluates in an evaluator child only, under short limits. Stores nothing.
 */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { preview, previewBody, previewScope } from '@rondo/api/schemas/node.ts';
import { compileParameter } from '@rondo/core/expression/compile.ts';
import { rulesOf } from '@rondo/core/expression/dialect.ts';
import { failure, type Failure } from '@rondo/core/errors.ts';
import type { Dialect } from '@rondo/core/model/definition.ts';
import { encodeItem, itemFromWire, type Json } from '@rondo/core/model/item.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import type { Template } from '@rondo/core/model/plan.ts';
import type { Evaluator, Program, ProgramContext } from '@rondo/core/ports.ts';
import type { Caller } from '../../http/route.ts';
import { loopOf, type ApiContext } from '../context.ts';
import { itemsOf } from '../runs/items.ts';

type Body = z.output<typeof previewBody>;
type Scope = z.output<typeof previewScope>;
type Answer = z.input<typeof preview>;

export interface Preview {
  of(body: Body, caller: Caller | null): Promise<Answer>;
  close(): Promise<void>;
}

const UNIT_MS = 1_000;
const MOST_BYTES = 64 * 1024;
/** Programs that the child knows; with more it is begun anew. */
const MOST_PROGRAMS = 500;

export function createPreview(context: () => ApiContext, makeEvaluator: () => Evaluator): Preview {
  let evaluator: Evaluator | null = null;
  let programs = new Set<string>();
  const ready = async (): Promise<Evaluator> => {
    if (programs.size >= MOST_PROGRAMS) {
      const old = evaluator;
      evaluator = null;
      programs = new Set();
      await old?.close();
    }
    evaluator ??= makeEvaluator();
    return evaluator;
  };

  const one = async (template: Template, scope: Scope, dialect: Dialect): Promise<Answer['results'][number]> => {
    if (template.kind === 'literal') return { value: template.value, failure: null };
    const child = await ready();
    const program = programOf(template, dialect);
    if (!programs.has(program.id)) {
      programs.add(program.id);
      child.define(program);
    }
    const input = (scope.input as Json[]).map((json) => encodeItem({ json }));
    const index = Math.max(0, Math.min(scope.index, input.length - 1));
    const around: ProgramContext = {
      input,
      nodes: Object.fromEntries(
        Object.entries(scope.nodes).map(([id, items]) => [id, [(items as Json[]).map((json) => encodeItem({ json }))]]),
      ),
      itemOf: Object.fromEntries(
        Object.entries(scope.nodes).map(([id, items]) => [id, [Math.min(index, Math.max(0, items.length - 1))]]),
      ),
      vars: (scope.vars ?? {}) as Json,
      run: { id: 'preview', workflow: 'preview' },
      ...(scope.loops === undefined ? {} : { loops: scope.loops }),
    };
    const result = await child.run({
      program: program.id,
      items: [input[index] ?? '{}'],
      size: 1,
      first: index,
      units: 1,
      total: null,
      carry: null,
      context: around,
    });
    const unit = result.units[0];
    if (unit === undefined || unit.status !== 'completed')
      return { value: null, failure: wrong(unit?.failure ?? null) };
    const { value = null } = itemFromWire(JSON.parse(unit.output) as Json).json as { value?: Json };
    return { value, failure: null };
  };

  return {
    async of(body, caller) {
      const { run, dialect } = body;
      const scopes =
        run === undefined
          ? body.scopes
          : await Promise.all(run.indices.map((index) => scopeOfRun(context(), { ...run, index }, caller)));
      const results: Answer['results'] = [];
      const names = rulesOf(dialect).names.always;
      for (const scope of scopes) {
        const nodes = new Set(Object.keys(scope.nodes));
        const compiled = compileParameter(body.template as Json, { path: [], dialect, names, nodes });
        const mistake = compiled.diagnostics.find((found) => found.severity === 'error');
        if (mistake === undefined) results.push(await one(compiled.template, scope, dialect));
        else results.push({ value: null, failure: missing(mistake, run !== undefined) });
      }
      return { results };
    },
    async close() {
      await evaluator?.close();
      evaluator = null;
    },
  };
}

/** In an iteration, a node without data is no mistake of the author's. */
function missing(
  { code, message }: { code: string; message: string },
  ofRun: boolean,
): { code: string; message: string } {
  if (!ofRun || code !== 'unknown-node') return { code, message };
  return { code, message: 'It reads a node whose output is not kept with this iteration.' };
}

function wrong(failed: Failure | null): { code: string; message: string } {
  const { code, message } = failed ?? failure('expression-failed', 'The evaluator gave no answer.');
  return { code, message };
}

function programOf(template: Template, scope: Dialect): Program {
  const limits = resolveLimits();
  const id = `preview:${createHash('sha256')
    .update(JSON.stringify([scope, template]))
    .digest('hex')
    .slice(0, 32)}`;
  return {
    id,
    scope,
    timezone: 'UTC',
    kind: 'templates',
    steps: [],
    results: [],
    templates: [['value', template]],
    state: null,
    stopWhen: null,
    carry: false,
    flatten: false,
    unitMs: UNIT_MS,
    limits: {
      itemBytes: MOST_BYTES,
      itemDepth: limits['item.depth'],
      itemKeys: limits['item.keys'],
      stepBytes: limits['step.bytes'],
      argumentBytes: limits['iteration.arguments'],
      logBytes: 0,
    },
  };
}

/** What the node saw in that iteration, as far as its row tells. */
async function scopeOfRun(
  context: ApiContext,
  { id, loop: path, index, node }: Omit<NonNullable<Body['run']>, 'indices'> & { index: number },
  caller: Caller | null,
): Promise<Scope> {
  const { run, loop } = await loopOf(context, { id, path }, { caller });
  const row = await context.store.row(run.id, loop.key, index);
  const input = row === null ? [] : itemsOf(row.input);
  const own = outputsOf(row);
  const around = await framesAround(context, { id, path }, caller);
  const before = context.facts.step(run, node)?.inputs.flat()[0]?.step ?? -1;
  const container = context.facts.step(run, loop.node)?.container;
  const body = container !== undefined && 'body' in container ? container.body.steps : [];
  const source = body[before]?.id;
  const { options } = context.facts.of(run);
  return {
    input: (source === undefined ? undefined : own[source]) ?? input,
    index: 0,
    nodes: Object.assign({}, ...around.map((frame) => frame.nodes).toReversed(), own) as Record<string, Json[]>,
    vars: Array.isArray(options.input) ? {} : (options.input ?? {}),
    loops: [loopNames(input, index, loop.total), ...around.map((frame) => frame.names)],
  };
}

export function outputsOf(row: { steps: string } | null): Record<string, Json[]> {
  const steps = row === null || row.steps === '' ? [] : (JSON.parse(row.steps) as { id: string; output?: Json[][] }[]);
  return Object.fromEntries(steps.flatMap(({ id, output }) => (output === undefined ? [] : [[id, output.flat()]])));
}

export const loopNames = (input: readonly Json[], index: number, count: number | null): Json => ({
  item: input.length === 1 ? (input[0] as Json) : [...input],
  index,
  count,
});

/** The iterations that a nested loop lies in, the innermost first: `outer[3]` of `outer[3]/inner`. */
export async function framesAround(
  context: ApiContext,
  { id, path }: { id: string; path: string },
  caller: Caller | null,
): Promise<{ names: Json; nodes: Record<string, Json[]> }[]> {
  const frames: { names: Json; nodes: Record<string, Json[]> }[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const frame = /^(.*)\[(\d+)\]$/.exec(path.slice(0, end));
    if (frame === null) continue;
    const { run, loop } = await loopOf(context, { id, path: frame[1] ?? '' }, { caller });
    const index = Number(frame[2]);
    const row = await context.store.row(run.id, loop.key, index);
    const input = row === null ? [] : itemsOf(row.input);
    frames.push({ names: loopNames(input, index, loop.total), nodes: outputsOf(row) });
  }
  return frames;
}
