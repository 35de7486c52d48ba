/**
 * Owns the `rondo runs` family: names, arguments, options. Each form is a file in runs/, loaded
 * when it is used.
 */
import { Command } from 'commander';
import type { IterationStatus, RunStatus } from '@rondo/core/ports.ts';
import { collect, oneOf, wholeNumber } from '../arguments.ts';
import type { Context } from '../program.ts';
import { DB_OPTION } from '../settings.ts';

export const RUN_STATUSES: readonly RunStatus[] = ['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'];
export const ITERATION_STATUSES: readonly IterationStatus[] = [
  'running',
  'waiting',
  'completed',
  'failed',
  'skipped',
  'cancelled',
];

const RUN = ['<run>', 'run: its id, a prefix of it, or "last"'] as const;
const LOOP = ['<loop>', 'path of the loop, as "rondo runs show" prints it'] as const;
const JSON_OPTION = ['--json', 'print JSON'] as const;

export function build(context: Context): Command {
  const { terminal } = context;
  const set = (code: number): void => {
    context.code = code;
  };
  const family = new Command('rondo runs').description('Lists, shows, steers and exports runs. Without a name: list.');

  family
    .command('list', { isDefault: true })
    .description('runs, newest first')
    .option('--status <status>', `only these: ${RUN_STATUSES.join(', ')}`, oneOf('--status', RUN_STATUSES))
    .option('--limit <n>', 'how many', wholeNumber('--limit', 1), 20)
    .option('--before <run>', 'those older than this run (next page)')
    .option(...DB_OPTION)
    .option(...JSON_OPTION)
    .action(async (options) => set(await (await import('./runs/list.ts')).list(options, terminal)));

  family
    .command('show')
    .description('one run: status, loops, failure')
    .argument(...RUN)
    .option(...DB_OPTION)
    .option(...JSON_OPTION)
    .action(async (run: string, options) => set(await (await import('./runs/show.ts')).show(run, options, terminal)));

  family
    .command('iterations')
    .description('iterations of a loop')
    .argument(...RUN)
    .argument(...LOOP)
    .option('--status <status>', `only these: ${ITERATION_STATUSES.join(', ')}`, oneOf('--status', ITERATION_STATUSES))
    .option('--search <text>', 'text that input, output or error contains')
    .option('--cause <fingerprint>', 'only failures of this cause, as "rondo runs show" lists them')
    .option('--limit <n>', 'how many', wholeNumber('--limit', 1), 50)
    .option('--steps', 'the steps inside, too: times, attempts, and of failed iterations what they were given')
    .option('--after <index>', 'those after this index (next page)', wholeNumber('--after', -1), -1)
    .option(...DB_OPTION)
    .option(...JSON_OPTION)
    .action(async (run: string, loop: string, options) =>
      set(await (await import('./runs/iterations.ts')).iterations(run, loop, options, terminal)),
    );

  for (const name of ['cancel', 'pause'] as const) {
    family
      .command(name)
      .description(
        name === 'cancel' ? 'end a run; what is in flight is finished first' : 'halt a run; it can be resumed',
      )
      .argument(...RUN)
      .option(...DB_OPTION)
      .option(...JSON_OPTION)
      .action(async (run: string, options) =>
        set(await (await import('./runs/control.ts'))[name](run, options, terminal)),
      );
  }

  const driving = (command: Command): Command =>
    command
      .option(...DB_OPTION)
      .option('--workflows <dir>', 'folder where sub-workflows are found')
      .option('--secret <name=value>', 'a secret; NAME alone takes the environment variable', collect)
      .option('--allow <host>', 'host or network that the guard lets through', collect)
      .option('--files <dir>', 'root of file nodes')
      .option('--json', 'print one object, as rondo run does')
      .option('--full', 'with --json: do not cut long lists')
      .option('--quiet', 'no progress and no summary');

  driving(
    family
      .command('resume')
      .description('go on with a run here')
      .argument(...RUN),
  ).action(async (run: string, options) =>
    set(await (await import('./runs/resume.ts')).resume(run, options, terminal)),
  );

  driving(
    family
      .command('redrive')
      .description('do iterations of a finished run again, then go on with it')
      .argument(...RUN)
      .argument('[loop]', 'path of the loop (default: all loops)')
      .option(
        '--status <status>',
        'which iterations',
        oneOf('--status', ['failed', 'skipped', 'cancelled'] as const),
        'failed',
      )
      .option('--cause <fingerprint>', 'only failures of this cause, as "rondo runs show" lists them'),
  ).action(async (run: string, loop: string | undefined, options) =>
    set(await (await import('./runs/redrive.ts')).redrive(run, loop, options, terminal)),
  );

  driving(
    family
      .command('restart')
      .description('a new run of one that has ended, from a step or an iteration on; what came before stays as it was')
      .argument(...RUN)
      .argument('<place>', 'where it begins: a step (check), an iteration (each[3]) or a step in one (each[3]/call)')
      .option('--input <json>', 'another input: JSON, @FILE or -'),
  ).action(async (run: string, at: string, options) =>
    set(await (await import('./runs/restart.ts')).restart(run, at, options, terminal)),
  );

  family
    .command('export')
    .description(
      'write the iterations of a loop to a file. In .csv, a text that a spreadsheet would take for a formula ' +
        "(it begins with = + - @, a tab or a carriage return, and is not a number) gets a ' in front.",
    )
    .argument(...RUN)
    .argument(...LOOP)
    .requiredOption('--to <file>', 'file to write: .ndjson or .csv')
    .option('--status <status>', 'only these', oneOf('--status', ITERATION_STATUSES))
    .option(...DB_OPTION)
    .option(...JSON_OPTION)
    .action(async (run: string, loop: string, options) =>
      set(await (await import('./runs/export.ts')).exportRows(run, loop, options, terminal)),
    );

  family
    .command('signal')
    .description('bring a signal to what waits for it, such as an approval')
    .argument('<token>', 'token, as the log of the run prints it')
    .argument('[value]', 'JSON that it brings, @FILE or -; default true')
    .option(...DB_OPTION)
    .option(...JSON_OPTION)
    .action(async (token: string, value: string | undefined, options) =>
      set(await (await import('./runs/signal.ts')).signal(token, value, options, terminal)),
    );

  return family;
}
