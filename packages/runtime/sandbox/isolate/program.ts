/**
 * Owns the compiled form of a program: steps with their modules, parameters as functions, what has
 * to be tracked. Does not run it.
 */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule, KernelModule } from '@rondo/core/model/node-type.ts';
import type { Source, Step, Template } from '@rondo/core/model/plan.ts';
import type { Program } from '@rondo/core/ports.ts';
import { compileCode, type RunCode } from './code.ts';
import { dialectOf, type IsolateDialect } from './dialects/dialect.ts';
import { stepHead } from './output.ts';
import { compileParameters, compileTemplate, type Evaluate } from './templates.ts';

export interface CompiledStep {
  id: string;
  /** Beginning of its text in the record of steps. */
  head: string;
  /** Position in the program. */
  at: number;
  inputs: Source[][];
  /** Number of connections. */
  connections: number;
  ports: number;
  size: number;
  limit: number;
  endsAtLimit: boolean;
  onError: Step['loop']['onError'];
  lastOnly: boolean;
  flatten: boolean;
  alwaysOutput: boolean;
  runsOnEmpty: boolean;
  params: Evaluate<Record<string, Json>>;
  itemParams: Evaluate<Record<string, Json>> | null;
  kernel: KernelModule['run'] | null;
  fold: FoldModule | null;
  code: RunCode | null;
  /** Its only output port is the whole result, so it is not among the recorded steps. */
  isResult: boolean;
}

export interface CompiledProgram {
  id: string;
  dialect: IsolateDialect;
  kind: Program['kind'];
  timezone: string;
  limits: Program['limits'];
  unitMs: number;
  steps: CompiledStep[];
  results: Source[][];
  templates: Evaluate<Record<string, Json>> | null;
  state: {
    while: Evaluate | null;
    until: Evaluate | null;
    update: Evaluate<Record<string, Json>> | null;
  } | null;
  stopWhen: Evaluate | null;
  carry: boolean;
  flatten: boolean;
  /** Units are not iterations of a body: one node, or templates. */
  plain: boolean;
  /** Some expression asks which item another one was made from. */
  lineage: boolean;
  /** Wire output keeps the lineage that a single node states. */
  statesLineage: boolean;
}

export type Modules = Record<string, unknown>;

/** `program` has been through JSON: endless sizes and limits have become null. */
export function compileProgram(program: Program, modules: Modules): CompiledProgram {
  const dialect = dialectOf(program.scope);
  const optional = (template: Template | undefined | null, parameter: string): Evaluate | null =>
    template ? compileTemplate(template, { node: null, parameter }, dialect) : null;
  const places = new Map(program.steps.map((step, at) => [step.index, at]));
  // Sources outside the program are what the frame was given.
  const place = (source: Source): Source => ({ step: places.get(source.step) ?? -1, port: source.port });
  const results = program.results.map((sources) => sources.map(place));
  const [only] = results.flat();
  const sole = results.flat().every((source) => source.step === only?.step) ? only?.step : undefined;
  // Of several outputs the result does not tell which item left where; a node alone gives them all.
  const isSole = (step: Step, at: number): boolean =>
    at === sole && (program.plain === true || step.outputs.length === 1);
  const steps = program.steps.map((step, at) => compileStep(step, at, place, isSole(step, at), modules, dialect));
  const inside = new Set(steps.map((step) => step.id));
  return {
    id: program.id,
    dialect,
    kind: program.kind,
    timezone: program.timezone,
    limits: program.limits,
    unitMs: program.unitMs,
    steps,
    results,
    templates: program.kind === 'templates' ? compileParameters(program.templates, { node: null }, dialect) : null,
    state:
      program.state === null
        ? null
        : {
            while: optional(program.state.while, 'loop.while'),
            until: optional(program.state.until, 'loop.until'),
            update: program.state.update
              ? compileParameters(program.state.update, { node: null, parameter: 'loop.update' }, dialect)
              : null,
          },
    stopWhen: optional(program.stopWhen, 'loop.stopWhen'),
    carry: program.carry,
    flatten: program.flatten,
    plain: program.plain === true || program.kind !== 'region',
    lineage: program.steps.some((step) =>
      step.references.some(
        (r) => inside.has(r.node) && (r.uses.includes('item') || r.uses.includes('other') || isCode(step)),
      ),
    ),
    statesLineage: program.kind === 'region' && steps.length === 1,
  };
}

const isCode = (step: Step): boolean =>
  step.params.code?.kind === 'literal' && typeof step.params.code.value === 'string';

function compileStep(
  step: Step,
  at: number,
  place: (source: Source) => Source,
  isResult: boolean,
  modules: Modules,
  dialect: IsolateDialect,
): CompiledStep {
  const module = modules[step.module ?? ''] as Partial<KernelModule & FoldModule> | undefined;
  const isFold = step.work === 'fold';
  if (['item', 'port', 'pass'].includes(step.loop.onError))
    throw new Error(`the failures of step ${step.id} are not the business of the isolate`);
  if (isFold ? typeof module?.begin !== 'function' : typeof module?.run !== 'function') {
    throw new Error(`module of node type ${step.type} does not export ${isFold ? 'begin, add and end' : 'run'}`);
  }
  const inputs = step.inputs.map((sources) => sources.map(place));
  const code = step.params.code;
  const raw: [string, Template][] = Object.entries(step.rawParams).map(([name, value]) => [
    name,
    { kind: 'literal', value },
  ]);
  const itemParams = Object.entries(step.itemParams);
  const { loop } = step;
  return {
    id: step.id,
    head: stepHead(step.id),
    at,
    inputs,
    connections: inputs.reduce((count, sources) => count + sources.length, 0),
    ports: Math.max(step.outputs.length, 1),
    size: loop.size ?? Number.POSITIVE_INFINITY,
    limit: loop.limit ?? Number.POSITIVE_INFINITY,
    endsAtLimit: loop.atLimit === 'end',
    onError: loop.onError,
    lastOnly: loop.collect === 'last',
    flatten: loop.flatten,
    alwaysOutput: step.alwaysOutput,
    runsOnEmpty: step.runsOnEmpty,
    params: compileParameters([...raw, ...Object.entries(step.params)], { node: step.id }, dialect),
    itemParams: itemParams.length === 0 ? null : compileParameters(itemParams, { node: step.id }, dialect),
    kernel: isFold ? null : (module as KernelModule).run,
    fold: isFold ? (module as FoldModule) : null,
    code:
      code?.kind === 'literal' && typeof code.value === 'string'
        ? compileCode(code.value, step.id, dialect.code, loop.size !== null && Number.isFinite(loop.size))
        : null,
    isResult,
  };
}

/** Json lists become their elements, one level. */
export function flattenItems(items: readonly Item[]): Item[] {
  return items.flatMap((item) => (Array.isArray(item.json) ? item.json.map((json): Item => ({ json })) : [item]));
}
