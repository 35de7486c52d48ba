/**
 * Owns which outputs a Switch has, in order: those it lists, then those of rules and cases, each name once, then extra. Used by its node.ts on raw
 * parameters, which may be anything, and by its kernel on resolved ones. Runs inside the isolate.
 */
import type { Json } from '@rondo/core/model/item.ts';
import { isObject } from './paths.ts';

export const EXTRA = 'extra';

export function switchOutputs(params: Record<string, Json>): string[] {
  const names: string[] = [];
  const add = (name: unknown): void => {
    if (typeof name === 'string' && !names.includes(name)) names.push(name);
  };
  if (Array.isArray(params.outputs)) for (const name of params.outputs) add(name);
  if (Array.isArray(params.rules)) for (const rule of params.rules) if (isObject(rule)) add(rule.output);
  if (isObject(params.cases)) for (const value of Object.keys(params.cases)) add(params.cases[value]);
  if (params.fallback === EXTRA) add(EXTRA);
  return names;
}
