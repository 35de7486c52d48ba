/**
 * Owns finding the import specifiers of a TypeScript file, by text. The formatter guarantees that
 * static imports begin a line, so no parser is needed. Does not decide what may be imported.
 */
import { posix } from 'node:path';
import { codeOf } from './source-text.ts';

export interface Import {
  specifier: string;
  typeOnly: boolean;
  line: number;
}

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[\w$*{},\s]*?\sfrom\s+)?(['"])([^'"\n]+)\2/gm;
const DYNAMIC = /\bimport\(\s*(['"])([^'"\n]+)\1\s*\)/g;

export function importsOf(source: string): Import[] {
  const text = codeOf(source);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const found: Import[] = [];
  for (const match of text.matchAll(STATIC)) {
    found.push({ specifier: match[3] ?? '', typeOnly: match[1] !== undefined, line: lineAt(match.index) });
  }
  for (const match of text.matchAll(DYNAMIC)) {
    found.push({ specifier: match[2] ?? '', typeOnly: false, line: lineAt(match.index) });
  }
  return found;
}

export type Target =
  | { kind: 'file'; path: string }
  | { kind: 'node'; name: string }
  | { kind: 'package'; name: string };

const APPS = new Set(['cli', 'server', 'web']);

/** Where a specifier leads, as a path in the repository, a Node built-in or a package. */
export function resolveImport(from: string, specifier: string): Target {
  if (specifier.startsWith('node:')) return { kind: 'node', name: specifier };
  // The bundler takes `./file?raw` as the text of a file.
  if (specifier.startsWith('.'))
    return { kind: 'file', path: posix.join(posix.dirname(from), specifier.replace(/\?\w+$/, '')) };
  const own = /^@rondo\/(api|core|nodes|runtime|cli|server|web)\/(.+)$/.exec(specifier);
  if (own !== null)
    return { kind: 'file', path: `${APPS.has(own[1] ?? '') ? 'apps' : 'packages'}/${own[1]}/${own[2]}` };
  const parts = specifier.split('/');
  return { kind: 'package', name: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') };
}
