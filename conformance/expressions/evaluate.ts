/**
 * Owns evaluating one expression of a dialect the way a step's parameter is: compiled by core, run in the evaluator.
 * Does not compare.
 */
import { compileParameter } from '@rondo/core/expression/compile.ts';
import { rulesOf } from '@rondo/core/expression/dialect.ts';
import type { Dialect } from '@rondo/core/model/definition.ts';
import { decodeItem, type Json } from '@rondo/core/model/item.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import type { Template } from '@rondo/core/model/plan.ts';
import type { Program, ProgramContext } from '@rondo/core/ports.ts';
import { sharedEvaluator } from '../run-foreign.ts';
import { DESCRIBE, read, type Described } from './special.ts';

interface Asked {
  dialect: Dialect;
  /** As the file of the dialect's native definition holds it: with `{{ }}`. */
  template: string;
  /** Items that arrive; the current one is at `index`. None: there is no current item. */
  items: readonly Json[];
  index?: number;
  context?: ProgramContext;
  /** Names besides those of the dialect; their values are in context.names. */
  names?: readonly string[];
  nodes?: readonly string[];
  timezone?: string;
  /** Values that JSON does not have are told apart (special.ts). Else the value is what a node would get. */
  described: boolean;
}

export type Answer =
  | ({ ok: true } & Described)
  | { ok: false; message: string /** Told before anything runs. */; early: boolean };

const limits = resolveLimits();
let programs = 0;

export async function evaluate(asked: Asked): Promise<Answer> {
  const { dialect, template, items, index = 0, context = {}, described } = asked;
  const compiled = compileParameter(template, {
    path: ['value'],
    dialect,
    names: new Set([...rulesOf(dialect).names.always, ...(asked.names ?? [])]),
    nodes: new Set(asked.nodes ?? []),
  });
  const mistake = compiled.diagnostics.find((one) => one.severity === 'error');
  if (mistake !== undefined) return { ok: false, message: mistake.message, early: true };
  const evaluator = sharedEvaluator();
  const program = programOf(dialect, described ? describing(compiled.template) : compiled.template, asked.timezone);
  evaluator.define(program);
  const current = items[index];
  const result = await evaluator.run({
    program: program.id,
    items: current === undefined ? [] : [JSON.stringify(current)],
    size: 1,
    first: index,
    units: 1,
    total: items.length,
    carry: null,
    context: { ...context, ...(items.length > 1 ? { input: items.map((item) => JSON.stringify(item)) } : {}) },
  });
  const [unit] = result.units;
  if (unit === undefined) return { ok: false, message: 'The evaluator gave no answer.', early: false };
  if (unit.failure !== null) return { ok: false, message: unit.failure.message, early: false };
  const { value } = decodeItem(unit.output).json as { value: unknown };
  return { ok: true, ...(described ? read(value) : { swallowed: false, value }) };
}

function describing(template: Template): Template {
  if (template.kind !== 'expression' || template.broken !== undefined) return template;
  const { path: _, ...code } = template;
  return { ...code, code: `${DESCRIBE}(${template.code}\n)` };
}

function programOf(dialect: Dialect, template: Template, timezone = 'UTC'): Program {
  programs += 1;
  return {
    id: `conformance:${programs}`,
    scope: dialect,
    timezone,
    kind: 'templates',
    steps: [],
    results: [],
    templates: [['value', template]],
    state: null,
    stopWhen: null,
    carry: false,
    flatten: false,
    unitMs: 5000,
    limits: {
      itemBytes: limits['step.bytes'],
      itemDepth: limits['item.depth'],
      itemKeys: limits['item.keys'],
      stepBytes: limits['step.bytes'],
      argumentBytes: limits['iteration.arguments'],
      logBytes: limits['code.logBytes'],
    },
  };
}
