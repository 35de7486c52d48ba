/**
 * Owns the dependency table of docs/ARCHITECTURE.md: prints it from dependency-rules.json.
 * With --check it judges all files of the repository instead. Does not hold any rule itself.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { betweenMarkers, type Printed, write } from './printed.ts';
import { repositoryFiles, ROOT } from './repository.ts';
import { allProblems, loadRules, type Part } from './rules.ts';

const DOCUMENT = 'docs/ARCHITECTURE.md';

function list(values: string[] | 'all'): string {
  if (values === 'all') return 'anything';
  return values.length === 0 ? '-' : values.join(', ');
}

function row(part: Part): string {
  const node = part.node === true ? 'yes' : part.node === false ? 'no' : part.node.join(', ');
  return `| ${part.name} | ${part.owns} | ${list(part.may)} | ${list(part.packages)} | ${node} |`;
}

export function architecture(): Printed {
  const table = [
    '| part | owns | may import | packages | Node built-ins |',
    '|---|---|---|---|---|',
    ...loadRules().parts.map(row),
  ].join('\n');
  return {
    file: DOCUMENT,
    text: betweenMarkers(readFileSync(join(ROOT, DOCUMENT), 'utf8'), 'dependency table', table),
  };
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const problems = allProblems(repositoryFiles());
    for (const problem of problems) console.error(problem);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } else write(architecture());
}
