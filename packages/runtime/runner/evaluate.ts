/**
 * Owns small evaluations for the runner: the parameters of one unit, one condition, one list.
 * Long blocks go through steps/block-loop.ts.
 */
import { FailureError } from '@rondo/core/errors.ts';
import { readTemplate } from '@rondo/core/expression/item-path.ts';
import type { Dialect } from '@rondo/core/model/definition.ts';
import { decodeItem, type Json } from '@rondo/core/model/item.ts';
import type { Step, Template } from '@rondo/core/model/plan.ts';
import type { ProgramContext } from '@rondo/core/ports.ts';
import type { RunContext } from './context.ts';
import type { Frame } from './frame.ts';
import { jsonOf, templateProgram } from './programs.ts';

export const isLiteral = (template: Template): boolean => template.kind === 'literal';

/** Values of the templates for one unit. Throws FailureError when one fails. */
export async function evaluate(
  context: RunContext,
  program: string,
  items: readonly string[],
  index: number,
  scope: ProgramContext,
  dialect: Dialect = 'native',
): Promise<Record<string, Json>> {
  const result = await context.evaluator.run({
    program,
    items: items.length === 0 ? ['{}'] : items,
    size: Math.max(items.length, 1),
    first: index,
    units: 1,
    total: null,
    carry: null,
    context: scope,
  });
  const unit = result.units[0];
  if (unit === undefined || unit.status !== 'completed') {
    throw new FailureError(unit?.failure ?? { code: 'expression-failed', message: 'The evaluator gave no answer.' });
  }
  return jsonOf(unit.output, dialect) as Record<string, Json>;
}

/** Values that are fields of the item; null when one of them is more than that. */
function readFields(templates: [string, Template][], items: readonly string[]): Record<string, Json> | null {
  const [only] = items;
  if (only === undefined || items.length > 1) return null;
  const { json } = decodeItem(only);
  const values: Record<string, Json> = {};
  for (const [name, template] of templates) {
    const value = readTemplate(template, json);
    if (value === undefined) return null;
    values[name] = value;
  }
  return values;
}

interface StepParameters {
  fixed: Record<string, Json>;
  dynamic: [string, Template][];
}

/** A step in a body is performed once per iteration; its parameters are told apart once. */
const known = new WeakMap<Step, StepParameters>();

function parametersOf(step: Step): StepParameters {
  let found = known.get(step);
  if (found === undefined) {
    const fixed: Record<string, Json> = { ...step.rawParams };
    const dynamic: [string, Template][] = [];
    for (const [name, template] of Object.entries(step.params)) {
      if (template.kind === 'literal') fixed[name] = template.value;
      else dynamic.push([name, template]);
    }
    found = { fixed, dynamic };
    known.set(step, found);
  }
  return found;
}

/** A way to get a step's parameters per unit; literals cost nothing. */
export function parameterSource(
  context: RunContext,
  frame: Frame,
  step: Step,
): (items: readonly string[], index: number, scope: ProgramContext) => Promise<Record<string, Json>> {
  const { fixed, dynamic } = parametersOf(step);
  if (dynamic.length === 0) return async () => ({ ...fixed });
  return async (items, index, scope) => {
    const { dialect } = frame.owner;
    const read = dialect === 'dify' ? null : readFields(dynamic, items);
    if (read !== null) return { ...fixed, ...read };
    const program = templateProgram(context, frame, `params:${step.id}`, dynamic);
    return { ...fixed, ...(await evaluate(context, program, items, index, scope, dialect)) };
  };
}

/** One template, by name; literals cost nothing. */
export async function evaluateOne(
  context: RunContext,
  frame: Frame,
  name: string,
  template: Template,
  items: readonly string[],
  index: number,
  scope: ProgramContext,
): Promise<Json> {
  if (template.kind === 'literal') return template.value;
  const program = templateProgram(context, frame, name, [['value', template]]);
  const values = await evaluate(context, program, items, index, scope, frame.owner.dialect);
  return values.value ?? null;
}
