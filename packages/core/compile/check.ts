/**
 * Owns everything that can be said about a workflow file without running it, in one go: what is
 * wrong with its form, and what the compiler says of the rest. Pure.
 */
import type { Diagnostic } from '../errors.ts';
import { locate, parseDefinition } from '../model/format.ts';
import type { NodeRegistry } from '../model/node-type.ts';
import { compile, type CompileOptions } from './compile.ts';

/** All diagnostics, with their places in the text. */
export function checkText(
  text: string,
  file: string,
  registry: NodeRegistry,
  options: CompileOptions = {},
): Diagnostic[] {
  const { definition, sound, diagnostics } = parseDefinition(text, file);
  const rest = definition ?? sound ?? null;
  if (rest === null) return diagnostics;
  const compiled = compile(rest, registry, options).diagnostics;
  locate(text, compiled);
  // What lies at or above an error of form is told by that error already.
  const told = diagnostics.filter((one) => one.severity === 'error').map((one) => one.path.join('/'));
  const news = compiled.filter((one) => {
    const place = one.path.join('/');
    return !told.some((path) => path === place || path.startsWith(`${place}/`));
  });
  return [...diagnostics, ...news];
}
