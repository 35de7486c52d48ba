/**
 * Owns `rondo start`: runs a first workflow, which is here, and says what to do next. With a file
 * or the name of an example it runs that one.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { UsageError } from '../exit.ts';
import type { Context } from '../program.ts';
import { printable } from '../render/text.ts';
import { DB_OPTION } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { run } from './run.ts';

interface Options {
  db?: string;
}

const FIRST = fileURLToPath(new URL('../first-workflow.yaml', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

export function build(context: Context): Command {
  return new Command('rondo start')
    .description('Runs a first workflow and says what to do next.')
    .argument('[example]', 'name of a file in examples/, or a workflow file')
    .option(...DB_OPTION)
    .action(async (example: string | undefined, options: Options) => {
      context.code = await start(example, options, context.terminal);
    });
}

function exampleNames(): string[] {
  if (!existsSync(EXAMPLES)) return [];
  return readdirSync(EXAMPLES)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
}

function fileOf(example: string | undefined): string {
  if (example === undefined) return FIRST;
  const found = [join(EXAMPLES, `${example}.yaml`), join(EXAMPLES, example)].find((file) => /\.yaml$/.test(file) && existsSync(file));
  if (found !== undefined) return found;
  if (existsSync(example)) return example;
  const names = exampleNames().map((name) => name.replace(/\.yaml$/, ''));
  throw new UsageError(`There is no example "${example}".${names.length > 0 ? ` There are: ${names.join(', ')}.` : ''}`);
}

async function start(example: string | undefined, options: Options, terminal: Terminal): Promise<number> {
  const { err } = terminal;
  const s = err.style;
  const file = fileOf(example);
  const shown = relative(terminal.cwd, file);
  const command = `npx rondo run ${shown.startsWith('..') ? file : shown}`;
  err.write(`${s.bold('Rondo')} does the same work for every element of a list. A workflow is a file; this one runs now:\n\n`);
  err.write(`  ${s.cyan(printable(command))}\n\n`);
  const code = await run(file, options, terminal);
  const names = exampleNames();
  const steps: [string, string][] = [
    ['npx rondo runs', 'the runs so far; they are kept in ./.rondo/'],
    ['npx rondo runs iterations last each', 'every iteration with its input and output'],
    [`npx rondo plan ${shown.startsWith('..') ? file : shown}`, 'how it was compiled'],
    ['npx rondo nodes', 'what workflows are made of'],
    ['npx rondo --help', 'all commands'],
  ];
  const example1 = names.find((name) => join(EXAMPLES, name) !== file);
  if (example1 !== undefined) steps.unshift([`npx rondo run ${relative(terminal.cwd, join(EXAMPLES, example1))}`, 'another example']);
  const size = Math.max(...steps.map(([text]) => text.length));
  err.write(`\nNext:\n${steps.map(([text, what]) => `  ${s.cyan(printable(text.padEnd(size)))}  ${what}`).join('\n')}\n`);
  return code;
}
