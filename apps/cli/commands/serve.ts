/**
 * Owns `rondo serve`: opens the data folder, starts the server (apps/server), says what it serves, and ends
 * it on a signal. Does not hold routes or triggers.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Command } from 'commander';
import type { Server } from '../../server/server.ts';
import type { StudioServer } from '../../server/studio-server.ts';
import type { StudioFiles } from '../../server/studio/files.ts';
import type { Trigger } from '../../server/triggers/read.ts';
import type { Workflow } from '../../server/workflows/workflow.ts';
import { collect, secretPairs, wholeNumber } from '../arguments.ts';
import { openDatabase } from '../database.ts';
import { EnvironmentError, EXIT } from '../exit.ts';
import type { Context } from '../program.ts';
import { renderDiagnostics } from '../render/diagnostics.ts';
import { printable } from '../render/text.ts';
import { serveSettings, type ServeFlags } from '../serve-settings.ts';
import type { Terminal } from '../terminal.ts';

export interface ServeOptions extends ServeFlags {
  trustProxy?: string[];
  secret?: string[];
  studio?: boolean;
  resetOwner?: boolean;
}

const PORT = 4400;
const HOST = '127.0.0.1';
/** What is in flight gets so long to end after a signal; then it is taken up at the next start. */
const DRAIN_MS = 10_000;

export function build(context: Context): Command {
  return new Command('rondo serve')
    .description(
      'Serves the studio, its API, webhooks and forms, and runs schedules, of the workflows in DATA/workflows.',
    )
    .option('--port <n>', `port (default: RONDO_PORT, else ${PORT}; 0 takes a free one)`, wholeNumber('--port', 0))
    .option('--host <address>', `address to listen on (default: RONDO_HOST, else ${HOST}: this machine only)`)
    .option('--data <dir>', 'folder of workflows, database and files (default: RONDO_DATA, else ./.rondo)')
    .option('--database <target>', 'database: a path or postgres://... (default: rondo.db in the data folder)')
    .option(
      '--runners <n>',
      'most runner processes (default: RONDO_RUNNERS, else one per core but one)',
      wholeNumber('--runners', 1),
    )
    .option('--public-url <url>', 'address by which people reach this server, where it is behind a proxy')
    .option('--log-level <level>', 'error, warn, info or debug (default: RONDO_LOG_LEVEL, else info)')
    .option('--trust-proxy <address>', 'proxy whose x-forwarded-for is believed', collect)
    .option('--secret <name=value>', 'a secret; NAME alone takes the environment variable', collect)
    .option('--allow <host>', 'host or network that the guard lets through besides public addresses', collect)
    .option('--reset-owner', 'print a link with which the owner sets a new name and password, good for 15 minutes')
    .option('--no-studio', 'the API, webhooks and forms only')
    .action(async (options: ServeOptions) => {
      context.code = await serve(options, context);
    });
}

export async function serve(options: ServeOptions, { terminal }: Pick<Context, 'terminal'>): Promise<number> {
  const { env, err } = terminal;
  const { data, database, runners, given } = serveSettings(options, terminal);
  const secrets = secretPairs(options.secret ?? [], terminal);
  const workflows = join(data, 'workflows');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const opened = await openDatabase(database.isFile ? database.target : options.database, terminal, true);
  const [{ OwnerNeeded, startStudioServer }, { isLoopback }, { putSample }] = await Promise.all([
    import('../../server/studio-server.ts'),
    import('../../server/server.ts'),
    import('../../server/start/sample.ts'),
  ]);
  await putSample(workflows);
  const near = relative(terminal.cwd, workflows);
  const studio = options.studio === false ? null : await studioOf((line) => err.write(`${line}\n`));
  let server: StudioServer | undefined;
  let early: (readonly Workflow[])[] = [];
  let stopping: ReturnType<typeof listenForStop> | undefined;
  try {
    server = await startStudioServer({
      data,
      store: opened.store,
      database: opened.target,
      // Where `rondo run --db` of the same database looks for them, too.
      folder: dirname(opened.target),
      encryptionKey: env.RONDO_ENCRYPTION_KEY,
      secrets,
      given,
      runners,
      write: (line) => err.write(`${printable(line)}\n`),
      studio,
      resetOwner: options.resetOwner === true,
      onWorkflows: (_, changed) => {
        if (server === undefined) early.push(changed);
        else tell(changed, server.url, terminal);
      },
      ...(options.trustProxy === undefined ? {} : { trustProxy: options.trustProxy }),
    });
    // Before anybody is told that there is something to stop.
    stopping = listenForStop(terminal);
    terminal.out.write(`Rondo serves ${server.url}\n`);
    const setup = server.setupUrl();
    if (setup !== null) {
      const why = server.access.people.hasOwner()
        ? 'To give the owner a new password, open within 15 minutes'
        : 'Nobody owns this installation yet. To become its owner, open';
      terminal.out.write(`${why} ${setup}\n`);
    }
    err.write(`Workflows are read from ${printable(near.startsWith('..') ? workflows : `./${near}`)}; Ctrl-C ends.\n`);
    const host = String(server.settings.value('host'));
    if (!isLoopback(host)) err.write(`Everybody who reaches ${printable(host)} can call its webhooks and forms.\n`);
    for (const changed of early) tell(changed, server.url, terminal);
    early = [];
    await stopping.came;
    await stop(server, terminal);
  } catch (error) {
    if (error instanceof OwnerNeeded) throw new EnvironmentError(error.message, 'owner-needed');
    throw error;
  } finally {
    stopping?.end();
    await opened.store.close();
  }
  return EXIT.completed;
}

/** Built where its sources are newer. A machine that cannot build it serves the one before, or the rest alone. */
async function studioOf(say: (line: string) => void): Promise<StudioFiles | null> {
  const [{ DIST, ensureBuilt }, { readStudio }] = await Promise.all([
    import('@rondo/web/build.ts'),
    import('../../server/studio/files.ts'),
  ]);
  try {
    return readStudio(await ensureBuilt(say));
  } catch (error) {
    const before = readStudio(DIST);
    const instead = before === null ? 'There is none now' : 'The one before is served';
    say(`The studio could not be built: ${error instanceof Error ? error.message : String(error)}\n${instead}.`);
    return before;
  }
}

/** Listens for a signal from now on; `came` resolves with the first. */
function listenForStop(terminal: Terminal): { came: Promise<void>; end(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = terminal.onStop((why) => {
    // Who reads our output is of no interest to a server.
    if (why === 'closed') return;
    end();
    resolve();
  });
  return { came: promise, end };
}

/** Resolves when everything is stored. */
async function stop(server: Server, terminal: Terminal): Promise<void> {
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
