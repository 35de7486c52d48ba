/**
 * Owns what tests of compiled expressions share: a place in a workflow. Does not run code.
 */
import type { Json } from '../model/item.ts';
import type { Template } from '../model/plan.ts';
import { compileParameter, type Compiled } from './compile.ts';
import { NATIVE_NAMES } from './names.ts';

export const where = {
  path: ['nodes', 'a', 'with', 'x'],
  node: 'a',
  names: NATIVE_NAMES,
  nodes: new Set(['start', 'fetch']),
};

export const compile = (value: Json): Compiled => compileParameter(value, where);

export function codeOf(template: Template): string {
  if (template.kind !== 'expression') throw new Error(`not an expression: ${template.kind}`);
  return template.code;
}
