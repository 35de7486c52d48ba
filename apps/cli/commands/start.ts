/**
 * Owns `rondo start`: the studio, with a first workflow that is there to run. With a file or the name of an example it
 * runs that one in the terminal and says what to do next.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { UsageError } from '../exit.ts';
import type { Context } from '../program.ts';
import { printable, shellWord } from '../render/text.ts';
import { DB_OPTION } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';

interface Options {
  db?: string;
}

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

export function build(context: Context): Command {
  return new Command('rondo start')
    .description('Starts the studio on this machine; with an example, runs that one in the terminal.')
    .argument('[example]', 'name of a folder in examples/, or a workflow file')
    .option(...DB_OPTION)
    .action(async (example: string | undefined, options: Options) => {
      const database = options.db === undefined ? {} : { database: options.db };
      context.code =
        example === undefined ? await serve(database, context) : await start(example, options, context.terminal);
    });
}

/** Folders of examples/ that hold a workflow. */
function exampleNames(): string[] {
  if (!existsSync(EXAMPLES)) return [];
  return readdirSync(EXAMPLES)
    .filter((name) => existsSync(join(EXAMPLES, name, 'workflow.yaml')))
    .sort();
}

function fileOf(example: string, terminal: Terminal): string {
  const names = exampleNames();
  // `hello` means 01-hello too.
  const found = names.find((name) => name === example || name.replace(/^\d+-/, '') === example);
  if (found !== undefined) return join(EXAMPLES, found, 'workflow.yaml');
  if (existsSync(resolve(terminal.cwd, example))) return resolve(terminal.cwd, example);
  throw new UsageError(
    `There is no example "${example}".${names.length > 0 ? ` There are: ${names.join(', ')}.` : ''}`,
  );
}

async function start(example: string, options: Options, terminal: Terminal): Promise<number> {
  const { err } = terminal;
  const s = err.style;
  const file = fileOf(example, terminal);
  const place = (path: string): string => {
    const near = relative(terminal.cwd, path);
    return shellWord(near.startsWith('..') ? path : near);
  };
  err.write(
    `${s.bold('Rondo')} does the same work for every element of a list. A workflow is a file; this one runs now:\n\n`,
  );
  err.write(`  ${s.cyan(printable(`npx rondo run ${place(file)}`))}\n\n`);
  const code = await run(file, options, { terminal });
  const steps: [string, string][] = [
    ['npx rondo runs', 'the runs so far; they are kept in ./.rondo/'],
    ['npx rondo runs show last', 'the last one, with its loops'],
    [`npx rondo plan ${place(file)}`, 'how it was compiled'],
    ['npx rondo nodes', 'what workflows are made of'],
    ['npx rondo --help', 'all commands'],
  ];
  const hello = exampleNames()[0];
  if (hello !== undefined) {
    steps.unshift([
      `npx rondo run ${place(join(EXAMPLES, hello, 'workflow.yaml'))}`,
      'an example; there are more beside it',
    ]);
  }
  const size = Math.max(...steps.map(([text]) => text.length));
  err.write(
    `\nNext:\n${steps.map(([text, what]) => `  ${s.cyan(printable(text.padEnd(size)))}  ${what}`).join('\n')}\n`,
  );
  return code;
}
