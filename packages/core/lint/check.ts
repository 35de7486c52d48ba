/**
 * Owns everything that can be said about a workflow without running it, in one go: what is wrong with its form, what
 * the compiler says of the rest, and what the linter thinks of it. Pure.
 */
import { compile, type CompileOptions } from '../compile/compile.ts';
import type { Diagnostic } from '../errors.ts';
import type { Definition } from '../model/definition.ts';
import { locate, parseDefinition } from '../model/format.ts';
import type { NodeRegistry } from '../model/node-type.ts';
import { lint } from './lint.ts';

/** All diagnostics of a native text, with their places in it. */
export function checkText(
  text: string,
  file: string,
  registry: NodeRegistry,
  options: CompileOptions = {},
): Diagnostic[] {
  const { definition, sound, diagnostics } = parseDefinition(text, file);
  const rest = definition ?? sound ?? null;
  if (rest === null) return diagnostics;
  const found = checkDefinition(rest, registry, options);
  locate(text, found);
  // What lies at or above an error of form is told by that error already.
  const told = diagnostics.filter((one) => one.severity === 'error').map((one) => one.path.join('/'));
  const news = found.filter((one) => {
    const place = one.path.join('/');
    return !told.some((path) => path === place || path.startsWith(`${place}/`));
  });
  return [...diagnostics, ...news];
}

/** What compiler and linter say; the linter is silent where the compiler has said the same of a node. */
export function checkDefinition(
  definition: Definition,
  registry: NodeRegistry,
  options: CompileOptions = {},
): Diagnostic[] {
  const compiled = compile(definition, registry, options).diagnostics;
  const said = new Set(compiled.map(({ code, node }) => `${code} ${node}`));
  return [...compiled, ...lint(definition, registry).filter(({ code, node }) => !said.has(`${code} ${node}`))];
}
