/** Owns templates that a node asks to have evaluated itself (pagination). Compiled on first use. */
import type { Dialect } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Template } from '@rondo/core/model/plan.ts';
import { compileParameter } from '@rondo/core/expression/compile.ts';
import { rulesOf } from '@rondo/core/expression/dialect.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';

const known = new Map<string, Template>();

export function compileNever(value: Json, dialect: Dialect): Template {
  const key = `${dialect}:${JSON.stringify(value)}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const names = rulesOf(dialect).names.page;
  const compiled = compileParameter(value, { path: [], dialect, names, nodes: new Set() });
  const wrong = compiled.diagnostics.find((d) => d.severity === 'error');
  if (wrong !== undefined) throw new FailureError(failure('expression-failed', wrong.message, { retry: 'no' }));
  if (known.size > 1000) known.clear();
  known.set(key, compiled.template);
  return compiled.template;
}
