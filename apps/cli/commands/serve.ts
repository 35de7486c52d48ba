/**
 * Owns `rondo serve`: opens the data folder, starts the server (apps/server), says what it serves, and ends
 * it on a signal. Does not hold routes or triggers.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import type { Server } from '../../server/server.ts';
import type { StudioFiles } from '../../server/studio/files.ts';
import type { Trigger } from '../../server/triggers/read.ts';
import type { Workflow } from '../../server/workflows/workflow.ts';
import { collect, secretPairs, wholeNumber } from '../arguments.ts';
import { openDatabase } from '../database.ts';
import { EXIT, UsageError } from '../exit.ts';
import type { Context } from '../program.ts';
import { renderDiagnostics } from '../render/diagnostics.ts';
import { printable } from '../render/text.ts';
import { databaseOf, egressOf } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface ServeOptions {
  port?: number;
  host?: string;
  data?: string;
  database?: string;
  publicUrl?: string;
  trustProxy?: string[];
  secret?: string[];
  allow?: string[];
  studio?: boolean;
}

const PORT = 4400;
const HOST = '127.0.0.1';
/** What is in flight gets so long to end after a signal; then it is taken up at the next start. */
const DRAIN_MS = 10_000;

export function build(context: Context): Command {
  return new Command('rondo serve')
    .description('Serves webhooks and forms, and runs schedules, of the workflows in DATA/workflows.')
    .option('--port <n>', `port (default: RONDO_PORT, else ${PORT}; 0 takes a free one)`, wholeNumber('--port', 0))
    .option('--host <address>', `address to listen on (default: RONDO_HOST, else ${HOST}: this machine only)`)
    .option('--data <dir>', 'folder of workflows, database and files (default: RONDO_DATA, else ./.rondo)')
    .option('--database <target>', 'database: a path or postgres://... (default: rondo.db in the data folder)')
    .option('--public-url <url>', 'address by which people reach this server, where it is behind a proxy')
    .option('--trust-proxy <address>', 'proxy whose x-forwarded-for is believed', collect)
    .option('--secret <name=value>', 'a secret; NAME alone takes the environment variable', collect)
    .option('--allow <host>', 'host or network that the guard lets through besides public addresses', collect)
    .option('--no-studio', 'the API, webhooks and forms only')
    .action(async (options: ServeOptions) => {
      context.code = await serve(options, context);
    });
}

async function serve(options: ServeOptions, { terminal }: Pick<Context, 'terminal'>): Promise<number> {
  const { env, err } = terminal;
  const { host, port, publicUrl } = addressOf(options, terminal);
  const data = dataFolderOf(options, terminal);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const flag = options.database ?? (options.data === undefined ? env.RONDO_DATABASE_URL : undefined);
  const database = await openDatabase(flag ?? join(data, 'rondo.db'), terminal, true);
  const [{ isLoopback, startServer }, { registry }, { createRunner }, { createFolderBlobs }, { servicesFor }] =
    await Promise.all([
      import('../../server/server.ts'),
      import('@rondo/nodes/registry.ts'),
      import('@rondo/runtime/runner/runner.ts'),
      import('@rondo/runtime/blobs/blobs.ts'),
      import('@rondo/runtime/services/for-runner.ts'),
    ]);
  // Where `rondo run --db` of the same database looks for them, too.
  const folder = database.isFile ? dirname(database.target) : data;
  const kept = await servicesFor(folder, env.RONDO_ENCRYPTION_KEY);
  const secrets = secretPairs(options.secret ?? [], terminal);
  const blobs = join(folder, 'blobs');
  const workflows = join(data, 'workflows');
  const report = (line: string): void => err.write(`${new Date(terminal.now()).toISOString()} ${printable(line)}\n`);
  const near = relative(terminal.cwd, workflows);
  const studio = options.studio === false ? null : await studioOf((line) => err.write(`${line}\n`));
  let server: Server | undefined;
  let early: (readonly Workflow[])[] = [];
  try {
    server = await startServer({
      host,
      port,
      workflows,
      store: database.store,
      registry,
      makeRunner: (parts) =>
        createRunner({
          store: database.store,
          services: kept.services,
          secrets,
          egressAllow: egressOf(options.allow ?? [], terminal),
          blobs,
          ...parts,
        }),
      state: kept.services.within(resolveLimits()).state,
      secret: async (name) =>
        (Object.hasOwn(secrets, name) ? secrets[name] : undefined) ?? (await kept.open()).secrets.value(name)?.value,
      blobs: createFolderBlobs(blobs),
      report,
      studio,
      onWorkflows: (_, changed) => {
        if (server === undefined) early.push(changed);
        else tell(changed, server.url, terminal);
      },
      ...(publicUrl === undefined ? {} : { publicUrl }),
      ...(options.trustProxy === undefined ? {} : { trustProxy: options.trustProxy }),
    });
    terminal.out.write(`Rondo serves ${server.url}\n`);
    err.write(`Workflows are read from ${printable(near.startsWith('..') ? workflows : `./${near}`)}; Ctrl-C ends.\n`);
    if (!isLoopback(host)) err.write(`Everybody who reaches ${printable(host)} can call it.\n`);
    for (const changed of early) tell(changed, server.url, terminal);
    early = [];
    await untilStopped(server, terminal);
  } finally {
    await kept.close();
    await database.store.close();
  }
  return EXIT.completed;
}

/** --data, RONDO_DATA, else where the database is by the settings. */
function dataFolderOf({ data, database }: ServeOptions, terminal: Terminal): string {
  const given = data ?? terminal.env.RONDO_DATA;
  if (given !== undefined) return resolve(terminal.cwd, given);
  const found = databaseOf(database, terminal);
  return found.isFile ? dirname(found.target) : resolve(terminal.cwd, '.rondo');
}

/** Built where its sources are newer. A machine that cannot build it serves the rest. */
async function studioOf(say: (line: string) => void): Promise<StudioFiles | null> {
  const [{ ensureBuilt }, { readStudio }] = await Promise.all([
    import('@rondo/web/build.ts'),
    import('../../server/studio/files.ts'),
  ]);
  try {
    return readStudio(await ensureBuilt(say));
  } catch (error) {
    say(`The studio could not be built: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function addressOf(
  options: ServeOptions,
  { env }: Terminal,
): { host: string; port: number; publicUrl: string | undefined } {
  const port = options.port ?? (env.RONDO_PORT === undefined ? PORT : Number(env.RONDO_PORT));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(
      `The port must be a whole number from 0 to 65535, not ${env.RONDO_PORT ?? port}.`,
      'bad-value',
    );
  }
  const { publicUrl } = options;
  if (publicUrl !== undefined && !(URL.canParse(publicUrl) && /^https?:$/.test(new URL(publicUrl).protocol))) {
    throw new UsageError(`--public-url must be an address such as https://rondo.example.org.`, 'bad-value');
  }
  return { host: options.host ?? env.RONDO_HOST ?? HOST, port, publicUrl };
}

/** Resolves when a signal came and everything is stored. */
async function untilStopped(server: Server, terminal: Terminal): Promise<void> {
  await new Promise<void>((stopped) => {
    const end = terminal.onStop((why) => {
      // Who reads our output is of no interest to a server.
      if (why === 'closed') return;
      end();
      stopped();
    });
  });
  terminal.err.write('Stopping: what is in flight is finished first; runs go on at the next start.\n');
  const late = setTimeout(() => {
    terminal.err.write('It takes too long. What is not finished is taken up at the next start.\n');
    terminal.exitNow(EXIT.completed);
  }, DRAIN_MS);
  const again = terminal.onStop((why) => {
    if (why !== 'closed') terminal.exitNow(EXIT.interrupted);
  });
  await server.close();
  clearTimeout(late);
  again();
}

/** What is new: the addresses of triggers, or why there are none. */
function tell(changed: readonly Workflow[], url: string, { err }: Terminal): void {
  for (const workflow of changed) {
    const wrong = workflow.diagnostics.filter((one) => one.severity === 'error');
    if (wrong.length > 0) {
      err.write(renderDiagnostics(wrong, workflow.shown, workflow.text, err.style, err.columns()));
      err.write(`${printable(workflow.shown)} is not active.\n`);
      continue;
    }
    for (const trigger of workflow.triggers) {
      err.write(`${printable(`${workflow.shown}: ${lineOf(trigger, url)}`)}\n`);
    }
  }
}

function lineOf(trigger: Trigger, url: string): string {
  switch (trigger.kind) {
    case 'webhook':
      return `${trigger.webhook.methods.join(', ')} ${url}/hooks/${trigger.path.text}`;
    case 'form':
      return `form ${url}/forms/${trigger.path.text}`;
    case 'schedule': {
      const next = trigger.schedule.next(Date.now());
      return `schedule, next ${next === null ? 'never' : new Date(next).toISOString()}`;
    }
    case 'error':
      return `failed runs of ${trigger.workflows.length === 0 ? 'all workflows' : trigger.workflows.join(', ')}`;
  }
}
