/**
 * Owns `rondo secrets`: names, values and allowed hosts of stored secrets. Values are read from
 * stdin or a file, never from the command line, where other users of the machine would see them,
 * and never printed.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { FailureError } from '@rondo/core/errors.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import type { Services } from '@rondo/runtime/services/services.ts';
import { collect, wholeNumber } from '../arguments.ts';
import { UsageError } from '../exit.ts';
import type { Context } from '../program.ts';
import { printable } from '../render/text.ts';
import { DB_OPTION, databaseOf, egressOf } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  db?: string;
  json?: boolean;
  host?: string[];
  from?: string;
}

interface AuthorizeOptions extends Options {
  authorizeUrl: string;
  tokenUrl: string;
  clientId: string;
  clientSecret?: string;
  scope?: string;
  port: number;
  timeout: string;
  allow?: string[];
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
    .command('authorize')
    .description('OAuth 2: opens the way to an account in a browser and stores its refresh token')
    .argument('<name>', 'name of the secret for the refresh token (refreshSecret of the node)')
    .requiredOption('--authorize-url <url>', 'where a person allows it')
    .requiredOption('--token-url <url>', 'where the code is exchanged; the secret may be sent to this host only')
    .requiredOption('--client-id <id>', 'as the server gave it')
    .option('--client-secret <name>', 'stored secret that holds the secret of the client')
    .option('--scope <scopes>', 'what to ask for, separated by blanks')
    .option('--port <n>', 'port of the way back (default: a free one)', wholeNumber('--port', 0), 0)
    .option('--timeout <duration>', 'how long to wait for the person', '5m')
    .option('--allow <host>', 'host that the guard lets through besides public addresses', collect)
    .option(...DB_OPTION)
    .action((name: string, options: AuthorizeOptions) =>
      withServices(options, terminal, (services) => authorizeAccount(services, name, options, terminal)),
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

function addressOf(option: string, text: string): URL {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (url === null) throw new UsageError(`${option} must be an address that starts with https://.`);
  return url;
}

async function authorizeAccount(
  { secrets }: Services,
  name: string,
  options: AuthorizeOptions,
  terminal: Terminal,
): Promise<void> {
  const tokenUrl = addressOf('--token-url', options.tokenUrl);
  const authorizeUrl = addressOf('--authorize-url', options.authorizeUrl);
  const timeoutMs = parseDuration(options.timeout);
  if (timeoutMs === null) throw new UsageError('--timeout must be a duration such as 5m.');
  const client = options.clientSecret === undefined ? null : secrets.value(options.clientSecret);
  if (client === null && options.clientSecret !== undefined)
    throw new UsageError(`There is no secret "${options.clientSecret}".`);
  const [{ authorize }, { createEgress }, { systemClock }] = await Promise.all([
    import('../authorize.ts'),
    import('@rondo/runtime/egress/egress.ts'),
    import('@rondo/runtime/runner/clock.ts'),
  ]);
  const egress = createEgress({
    allow: egressOf(options.allow ?? [], terminal),
    limits: resolveLimits(),
    clock: systemClock,
  });
  try {
    const refreshToken = await authorize({
      authorizeUrl,
      tokenUrl,
      clientId: options.clientId,
      clientSecret: client?.value ?? null,
      scope: options.scope,
      port: options.port,
      timeoutMs,
      fetch: egress.fetch,
      show: (address) => terminal.err.write(`Open this address in a browser and allow it:\n\n  ${address}\n\n`),
    });
    await secrets.put(name, refreshToken, { hosts: [tokenUrl.hostname] });
    terminal.err.write(`Secret ${printable(name)} is stored; only ${tokenUrl.hostname} may get it.\n`);
  } finally {
    await egress.close();
  }
}
