/**
 * Owns finding out which libraries a program's texts use, because loading one costs start-up time.
 * Does not load anything (child.ts).
 */
import { DATE_FUNCTION_NAMES } from '@rondo/core/expression/function-names.ts';
import { SCOPE_NAMES } from '@rondo/core/expression/names.ts';
import { PLATFORM_NAMES } from '@rondo/core/expression/platform-names.ts';
import type { Program } from '@rondo/core/ports.ts';

export interface Needs {
  functions: boolean;
  dates: boolean;
  jmespath: boolean;
  /** Only of code. */
  platform: boolean;
}

const FUNCTIONS = new Set(SCOPE_NAMES.filter((entry) => entry.kind === 'function').map((entry) => entry.name));
const PLATFORM = new Set(PLATFORM_NAMES);
const DATES = new Set(['$now', '$today', 'DateTime', 'Duration', 'Interval']);

export function needsOf(program: Program): Needs {
  const needs: Needs = { functions: false, dates: false, jmespath: false, platform: false };
  const name = (word: string): void => {
    if (word === '$jmespath' || word === '$jmesPath') needs.jmespath = true;
    else if (DATES.has(word)) needs.dates = true;
    else if (FUNCTIONS.has(word)) needs.functions = true;
  };
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const { code, names } = value as { code?: unknown; names?: unknown };
    if (typeof code === 'string' && Array.isArray(names)) {
      for (const word of names) name(String(word));
      if (code.includes('$fn(')) needs.functions = true;
      for (const [, called] of code.matchAll(/, "(\w+)", \[/g))
        if (DATE_FUNCTION_NAMES.has(called as string)) needs.dates = true;
      return;
    }
    for (const member of Object.values(value)) visit(member);
  };
  visit([program.templates, program.state, program.stopWhen]);
  for (const step of program.steps) {
    visit([step.params, step.itemParams]);
    const code = step.params.code;
    if (code?.kind !== 'literal' || typeof code.value !== 'string') continue;
    for (const [word] of code.value.matchAll(/\$\w+|\b[A-Za-z_]\w*\b/g)) {
      name(word);
      if (PLATFORM.has(word)) needs.platform = true;
    }
  }
  return needs;
}
