/**
 * Owns what a script in TypeScript or JavaScript needs besides the language: modules it imports, names of its
 * platform. Found in the text, before types are taken away. Does not decide what there is of that.
 */
import { blank } from './blank.ts';

export interface Needs {
  /** Modules, as written; imports of types alone are not among them. */
  modules: string[];
  /** Words of `names` that it uses and does not declare. */
  names: string[];
}

const IMPORT = /(?:^|[;}\n])\s*(?:import|export)\s+((?:type\s+)?[^'"();]*?)\s*from\s*(['"])([^'"\n]+)\2/g;
const BARE_IMPORT = /(?:^|[;}\n])\s*import\s*(['"])([^'"\n]+)\1/g;
const CALLED_IMPORT = /(?:^|[^\w$.])(?:import|require)\s*\(\s*(['"`])([^'"`\n]*)\1/g;

export function needsOf(source: string, names: readonly string[]): Needs {
  const { code, withStrings } = blank(source);
  const modules = new Set<string>();
  for (const [, clause = '', , module = ''] of withStrings.matchAll(IMPORT)) {
    if (!onlyTypes(clause) && isUsed(clause, code)) modules.add(module);
  }
  for (const [, , module = ''] of withStrings.matchAll(BARE_IMPORT)) modules.add(module);
  for (const [, , module = ''] of withStrings.matchAll(CALLED_IMPORT)) modules.add(module);
  return { modules: [...modules], names: names.filter((name) => usesName(code, name)) };
}

/** `type X`, `{ type A, type B }`: nothing of it is there when the script runs. */
function onlyTypes(clause: string): boolean {
  if (/^type\s+[^,]/.test(clause) && !/^type\s*,/.test(clause)) return true;
  const inner = /^\{([^}]*)\}$/.exec(clause.trim())?.[1];
  if (inner === undefined) return false;
  const parts = inner.split(',').filter((part) => part.trim() !== '');
  return parts.length > 0 && parts.every((part) => /^\s*type\s/.test(part));
}

/** An import whose names occur nowhere else is left out, as compilers do: it can only be of types. */
function isUsed(clause: string, code: string): boolean {
  const names = clause.match(/[A-Za-z_$][\w$]*/g)?.filter((word) => !['as', 'type', 'default'].includes(word)) ?? [];
  return names.length === 0 || names.some((name) => occurrences(code, name) > occurrences(clause, name));
}

const escaped = (name: string): string => name.replaceAll('$', '\\$');

function occurrences(code: string, name: string): number {
  return [...code.matchAll(new RegExp(`(?<![\\w$.])${escaped(name)}(?![\\w$])`, 'g'))].length;
}

function usesName(code: string, name: string): boolean {
  const word = escaped(name);
  if (!new RegExp(`(?<![\\w$.])${word}(?![\\w$]|\\s*:(?!:))`).test(code)) return false;
  return !new RegExp(`\\b(?:function|const|let|var|class|enum|interface|type)\\s+${word}(?![\\w$])`).test(code);
}
