/**
 * Owns `rondo secrets`: names, values and allowed hosts of stored secrets. Values are read from
 * stdin or a file, never from the command line, where other users of the machine would see them,
 * and never printed.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { FailureError } from '@rondo/core/errors.ts';
import type { Services } from '@rondo/runtime/services/services.ts';
import { collect } from '../arguments.ts';
import { UsageError } from '../exit.ts';
import type { Context } from '../program.ts';
import { printable } from '../render/text.ts';
import { DB_OPTION, databaseOf } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  db?: string;
  json?: boolean;
  host?: string[];
  from?: string;
}

export function build(context: Context): Command {
  const { terminal } = context;
  const family = new Command('rondo secrets').description(
    'Stored secrets, encrypted beside the database. Workflows name them; only the nodes that send them see the value.',
  );
  family
    .command('list', { isDefault: true })
    .description('names and where they may be sent; never values')
    .option(...DB_OPTION)
    .option('--json', 'print JSON')
    .action((options: Options) => withServices(options, terminal, (services) => list(services, options, terminal)));
  family
    .command('set')
    .description('stores or replaces one; the value comes from stdin')
    .argument('<name>', 'name that workflows use')
    .option('--host <host>', 'may only be sent to this host (*.example.com too); repeat for more', collect)
    .option('--from <file>', 'read the value from a file')
    .option(...DB_OPTION)
    .action((name: string, options: Options) =>
      withServices(options, terminal, (services) => put(services, name, options, terminal)),
    );
  family
    .command('remove')
    .description('forgets one')
    .argument('<name>', 'its name')
    .option(...DB_OPTION)
    .action((name: string, options: Options) =>
      withServices(options, terminal, async ({ secrets }) => {
        if (!(await secrets.remove(name))) throw new UsageError(`There is no secret "${name}".`);
        terminal.err.write(`Secret ${printable(name)} is removed.\n`);
      }),
    );
  return family;
}

async function withServices(
  options: Options,
  terminal: Terminal,
  work: (services: Services) => Promise<void>,
): Promise<void> {
  const database = databaseOf(options.db, terminal);
  if (!database.isFile) throw new UsageError('Secrets are stored beside a database file; give one with --db.');
  const { servicesFor } = await import('@rondo/runtime/services/for-runner.ts');
  const kept = await servicesFor(dirname(database.target), terminal.env['RONDO_ENCRYPTION_KEY']);
  try {
    await work(await kept.open());
  } catch (error) {
    // What the store says of a name or a value is about what was typed.
    if (error instanceof FailureError) throw new UsageError(error.message);
    throw error;
  } finally {
    await kept.close();
  }
}

async function list({ secrets }: Services, options: Options, terminal: Terminal): Promise<void> {
  const known = await secrets.list();
  if (options.json === true) {
    terminal.out.write(`${JSON.stringify(known)}\n`);
    return;
  }
  if (known.length === 0) terminal.err.write('There are no secrets yet. Store one with: rondo secrets set NAME\n');
  for (const { name, hosts } of known) {
    terminal.out.write(`${printable(name)}  ${hosts.length === 0 ? 'any host' : hosts.map(printable).join(', ')}\n`);
  }
}

async function put({ secrets }: Services, name: string, options: Options, terminal: Terminal): Promise<void> {
  const text =
    options.from === undefined ? await terminal.readStdin() : readFileSync(resolve(terminal.cwd, options.from), 'utf8');
  // Editors and echo end a file with a line break that is no part of the value.
  const value = text.replace(/\r?\n$/, '');
  await secrets.put(name, value, options.host === undefined ? {} : { hosts: options.host });
  terminal.err.write(`Secret ${printable(name)} is stored.\n`);
}
