/**
 * Owns judging the repository by dependency-rules.json (who may import whom) and by the rules
 * for files: a first comment that says what the file owns, at most 500 lines, no vague names.
 * Does not print; scripts/architecture.ts and tests/architecture.test.ts do.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob, posix } from 'node:path';
import { importsOf, resolveImport } from './imports.ts';
import { ROOT } from './repository.ts';

export interface Part {
  name: string;
  files: string[];
  owns: string;
  may: string[] | 'all';
  packages: string[] | 'all';
  node: boolean | string[];
  alone?: boolean;
}

export interface Rules {
  tests: string[];
  parts: Part[];
}

export const MOST_LINES = 500;
const VAGUE = new Set(['manager', 'helper', 'util', 'common', 'base']);

export function loadRules(): Rules {
  return JSON.parse(readFileSync(join(ROOT, 'dependency-rules.json'), 'utf8')) as Rules;
}

export function partOf(rules: Rules, file: string): Part | undefined {
  return rules.parts.find((part) => part.files.some((pattern) => matchesGlob(file, pattern)));
}

function isTest(rules: Rules, file: string): boolean {
  return rules.tests.some((pattern) => matchesGlob(file, pattern));
}

/** What is wrong with the imports of one file, as lines for people. */
export function importProblems(rules: Rules, file: string, source: string): string[] {
  const part = partOf(rules, file);
  if (part === undefined) return [`${file}: belongs to no part of dependency-rules.json`];
  if (isTest(rules, file)) return [];
  const problems: string[] = [];
  for (const found of importsOf(source)) {
    const at = `${file}:${found.line}`;
    const target = resolveImport(file, found.specifier);
    if (target.kind === 'node') {
      const allowed = typeof part.node === 'boolean' ? part.node : part.node.includes(target.name);
      if (!allowed) problems.push(`${at}: ${part.name} must not use ${target.name}`);
    } else if (target.kind === 'package') {
      if (part.packages !== 'all' && !part.packages.includes(target.name)) {
        problems.push(`${at}: ${part.name} must not use the package ${target.name}`);
      }
    } else {
      const other = partOf(rules, target.path);
      if (other === undefined) problems.push(`${at}: ${target.path} belongs to no part`);
      else if (isTest(rules, target.path)) problems.push(`${at}: imports the test ${target.path}`);
      else if (other.name === part.name || sameFolder(file, target.path)) {
        if (part.alone === true && !sameFolder(file, target.path)) {
          problems.push(`${at}: ${part.name} must not import another folder of its kind (${target.path})`);
        }
      } else if (part.may !== 'all' && !part.may.includes(other.name)) {
        problems.push(`${at}: ${part.name} must not import ${other.name} (${target.path})`);
      }
    }
  }
  return problems;
}

/** A node's own files (kernel.ts beside node.ts) belong together although they are different parts. */
function sameFolder(a: string, b: string): boolean {
  return (
    a.startsWith('packages/nodes/') && posix.dirname(a) === posix.dirname(b) && posix.dirname(a) !== 'packages/nodes'
  );
}

/** What is wrong with one source file besides its imports. */
export function fileProblems(file: string, source: string): string[] {
  const problems: string[] = [];
  const lines = source.replace(/\n$/, '').split('\n');
  if (lines.length > MOST_LINES) problems.push(`${file}: ${lines.length} lines; at most ${MOST_LINES}`);
  const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0];
  // x.test.ts beside x.ts: the name says it.
  const beside = file.endsWith('.test.ts') && existsSync(join(ROOT, file.replace('.test.ts', '.ts')));
  if (!first?.startsWith('/**') && !beside)
    problems.push(`${file}: does not begin with a /** comment that says what it owns`);
  return problems;
}

/** A path with a name that says nothing. */
export function nameProblems(file: string): string[] {
  const words = file.split(/[/._-]|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase().replace(/s$/, ''));
  const vague = words.find((word) => VAGUE.has(word));
  return vague === undefined ? [] : [`${file}: "${vague}" says nothing about what it owns`];
}

export function isSource(file: string): boolean {
  return /\.(ts|tsx|js|mjs)$/.test(file);
}

/** All problems of the given files. */
export function allProblems(files: readonly string[]): string[] {
  const rules = loadRules();
  const problems: string[] = [];
  for (const file of files) {
    problems.push(...nameProblems(file));
    if (!isSource(file) || !existsSync(join(ROOT, file))) continue;
    const source = readFileSync(join(ROOT, file), 'utf8');
    problems.push(...fileProblems(file, source));
    // The launcher is plain JavaScript for old Node versions; it composes nothing.
    if (!file.startsWith('bin/')) problems.push(...importProblems(rules, file, source));
  }
  return problems;
}
