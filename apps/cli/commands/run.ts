/**
 * Owns `rondo run`: a workflow file with its input, or an interrupted run. The work of a started
 * run is drive.ts.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { hasEnded, type RunRecord } from '@rondo/core/ports.ts';
import { InvalidWorkflow, type RestartRequest, type RunHandle, type RunRequest } from '@rondo/runtime/api.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { refuseCallees } from '../callees.ts';
import { collect, jsonPairs, jsonValue, secretPairs, wholeNumber } from '../arguments.ts';
import { findRun, openDatabase, type Opened } from '../database.ts';
import { drive } from '../drive.ts';
import { InvalidFile, UsageError } from '../exit.ts';
import { differences, FORMAT_OPTION, inFile, openFormat, STRICT_OPTION, type OpenedFile } from '../formats.ts';
import type { Context } from '../program.ts';
import { beforeRun } from '../render/conversion.ts';
import { folderOfRun, makeRunner } from '../runner.ts';
import { DB_OPTION, egressOf } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { readWorkflowFile } from '../workflow-file.ts';

/** The evaluator may be starting already. */
export type Starting = Pick<Context, 'terminal' | 'evaluator'>;

export interface RunOptions {
  input?: string;
  items?: string;
  workflows?: string;
  pin?: string[];
  db?: string;
  parallel?: number;
  limit?: number;
  trigger?: string;
  conversation?: string;
  secret?: string[];
  allow?: string[];
  files?: string;
  format?: string;
  strictCompat?: boolean;
  resume?: string;
  json?: boolean;
  events?: boolean;
  quiet?: boolean;
  full?: boolean;
}

export function build(context: Context): Command {
  return new Command('rondo run')
    .description('Runs a workflow file. Its output goes to stdout; progress and summary go to stderr.')
    .argument('[file]', 'workflow file, YAML or JSON')
    .option('--input <json>', 'input: JSON, @FILE, or - for stdin (n8n: items; Dify: start variables; else an object)')
    .option('--items <file>', 'input items, read as a stream: .ndjson, .json or .csv')
    .option('--workflows <dir>', 'folder where sub-workflows are found (default: the folder of the file)')
    .option('--pin <node=json>', 'use this output instead of running the node: NODE=JSON or NODE=@FILE', collect)
    .option(...DB_OPTION)
    .option('--parallel <n>', 'iterations in flight of the outermost loops', wholeNumber('--parallel', 1))
    .option('--limit <n>', 'only the first n items of the outermost loops', wholeNumber('--limit', 0))
    .option('--trigger <node>', 'run as if this trigger had fired; other triggers are left out')
    .option('--conversation <id>', 'conversation that the run belongs to: its variables are kept under this id')
    .option('--secret <name=value>', 'a secret; NAME alone takes the environment variable', collect)
    .option('--allow <host>', 'host or network that the guard lets through besides public addresses', collect)
    .option('--files <dir>', 'root of file nodes (default: the folder of the file)')
    .option(...FORMAT_OPTION)
    .option(...STRICT_OPTION)
    .option('--resume <run>', 'go on with an interrupted run: its id, a prefix, or "last"')
    .option('--json', 'print one object: status, output, error, nodes, loops, stats')
    .option('--full', 'with --json: do not cut long lists')
    .option('--events', 'print one JSON event a line, the result last')
    .option('--quiet', 'no progress and no summary')
    .action(async (file: string | undefined, options: RunOptions) => {
      context.code = await run(file, options, context);
    });
}

export async function run(
  file: string | undefined,
  options: RunOptions,
  { terminal, evaluator }: Starting,
): Promise<number> {
  if (options.resume !== undefined) return resumeRun(file, options.resume, options, { terminal, evaluator });
  if (file === undefined) throw new UsageError('rondo run needs a workflow file, or --resume RUN.', 'missing-argument');
  if (options.input !== undefined && options.items !== undefined) {
    throw new UsageError('--input and --items cannot be used together: both are the input of the run.');
  }
  const pins = await jsonPairs(options.pin ?? [], '--pin', terminal);
  const pinned = new Set(Object.keys(pins));
  const opened = await openFormat(await readWorkflowFile(file, terminal.cwd), options, { pinned });
  await refuseInvalid(opened);
  await refuseCallees(opened, workflowsOf(options, dirname(opened.file.path), terminal), pinned, terminal.cwd);
  const request = await requestOf(opened, pins, options, terminal);
  if (options.quiet !== true) {
    const told = [...opened.diagnostics, ...(await differences(opened, pinned))];
    beforeRun({ ...opened, diagnostics: told }, request, terminal);
  }
  return driven(options, { terminal, evaluator }, opened, true, async (runner) => {
    try {
      return await runner.start(request);
    } catch (error) {
      if (!(error instanceof InvalidWorkflow)) throw error;
      throw new InvalidFile(await inFile(opened, error.diagnostics), opened.file.shown, opened.file.text);
    }
  });
}

/** Before a database is made; of a file whose form is right, the compiler speaks in runner.start. */
async function refuseInvalid(opened: OpenedFile): Promise<void> {
  if (opened.definition !== null) return;
  const { diagnose } = await import('./check.ts');
  throw new InvalidFile(await diagnose(opened), opened.file.shown, opened.file.text);
}

async function requestOf(
  opened: OpenedFile,
  pins: Record<string, Json>,
  options: RunOptions,
  terminal: Terminal,
): Promise<RunRequest> {
  const request: RunRequest = { definition: opened.text, file: opened.file.path };
  if (options.input !== undefined) request.input = await jsonValue(options.input, '--input', terminal);
  if (options.items !== undefined) {
    const items = resolve(terminal.cwd, options.items);
    if (!existsSync(items) || !statSync(items).isFile()) {
      throw new UsageError(`--items: there is no file ${options.items}.`, 'file-unreadable');
    }
    if (!/\.(ndjson|jsonl|json|csv)$/i.test(items)) {
      throw new UsageError(`--items reads .ndjson, .json and .csv; ${options.items} is none of these.`, 'bad-value');
    }
    request.items = items;
  }
  if (Object.keys(pins).length > 0) request.pins = pins;
  if (opened.format !== 'native') {
    const { inputFor, pinFor } = await import('@rondo/core/convert/given.ts');
    if (request.input !== undefined) request.input = inputFor(opened.format, request.input);
    for (const [node, value] of Object.entries(pins)) pins[node] = pinFor(opened.format, value);
  }
  if (options.parallel !== undefined) request.parallel = options.parallel;
  if (options.limit !== undefined) request.limit = options.limit;
  if (options.trigger !== undefined) request.trigger = options.trigger;
  if (options.conversation !== undefined) request.conversation = options.conversation;
  return request;
}

async function resumeRun(
  file: string | undefined,
  name: string,
  options: RunOptions,
  context: Starting,
): Promise<number> {
  const started = ['input', 'items', 'pin', 'parallel', 'limit', 'trigger', 'conversation'] as const;
  const given = started.filter((option) => options[option] !== undefined);
  if (file !== undefined || given.length > 0) {
    const what = file !== undefined ? 'a file' : given.map((option) => `--${option}`).join(', ');
    throw new UsageError(`--resume goes on with a run as it was started; it cannot be combined with ${what}.`);
  }
  return resumeStored(name, options, context);
}

/** Goes on with a stored run. Also what `runs resume` and `runs redrive` do. */
export async function resumeStored(
  name: string,
  options: RunOptions,
  context: Starting,
  prepare?: (database: Opened, run: RunRecord) => Promise<Record<string, number> | null>,
): Promise<number> {
  let code = 0;
  const extra: Record<string, number> = {};
  const { terminal } = context;
  const database = await openDatabase(options.db, terminal, false);
  try {
    const record = await findRun(database.store, name);
    const more = prepare === undefined ? {} : await prepare(database, record);
    if (more === null) return 0;
    Object.assign(extra, more);
    const now = (await database.store.getRun(record.id)) ?? record;
    if (hasEnded(now.status)) {
      const again =
        now.status === 'failed' ? ` To do what failed again: rondo runs redrive ${now.id}${database.flag}` : '';
      throw new UsageError(`Run ${now.id} has ended: it is ${now.status}.${again}`, 'run-finished');
    }
    // A pause that was asked for is over when somebody asks to go on.
    if (now.control === 'pause') await database.store.setControl(now.id, 'none');
    code = await withRunner(
      database,
      options,
      context,
      folderOfRun(record, terminal.cwd),
      record.definition,
      extra,
      (runner) => runner.resume(record.id),
    );
  } finally {
    await database.store.close();
  }
  return code;
}

/** A new run of one that has ended, from the middle of it. What `runs restart` does. */
export async function restartStored(
  name: string,
  request: Omit<RestartRequest, 'run'>,
  options: RunOptions,
  context: Starting,
): Promise<number> {
  const database = await openDatabase(options.db, context.terminal, false);
  try {
    const run = await findRun(database.store, name);
    if (!hasEnded(run.status))
      throw new UsageError(`Run ${run.id} has not ended: it is ${run.status}.`, 'run-not-finished');
    const folder = folderOfRun(run, context.terminal.cwd);
    return await withRunner(database, options, context, folder, run.definition, {}, (runner) =>
      runner.restart({ ...request, run: run.id }),
    );
  } finally {
    await database.store.close();
  }
}

/** Where sub-workflows are; `folder`: that of the file. */
function workflowsOf({ workflows }: RunOptions, folder: string, { cwd }: Terminal): string {
  if (workflows === undefined) return folder;
  const path = resolve(cwd, workflows);
  if (!existsSync(path)) throw new UsageError(`--workflows: there is no folder ${workflows}.`, 'file-unreadable');
  return path;
}

type Start = (runner: {
  start(request: RunRequest): Promise<RunHandle>;
  resume(id: string): Promise<RunHandle>;
  restart(request: RestartRequest): Promise<RunHandle>;
}) => Promise<RunHandle>;

async function driven(
  options: RunOptions,
  context: Starting,
  opened: OpenedFile,
  create: boolean,
  start: Start,
): Promise<number> {
  const database = await openDatabase(options.db, context.terminal, create);
  try {
    return await withRunner(database, options, context, dirname(opened.file.path), opened.text, {}, start);
  } finally {
    await database.store.close();
  }
}

async function withRunner(
  database: Opened,
  options: RunOptions,
  { terminal, evaluator }: Starting,
  folder: string,
  definition: string,
  extra: Record<string, number>,
  start: Start,
): Promise<number> {
  const workflows = workflowsOf(options, folder, terminal);
  const runner = await makeRunner(database, {
    definition,
    evaluator: await evaluator,
    encryptionKey: terminal.env['RONDO_ENCRYPTION_KEY'],
    secrets: secretPairs(options.secret ?? [], terminal),
    egressAllow: egressOf(options.allow ?? [], terminal),
    workflows,
    ...(options.files === undefined ? {} : { files: resolve(terminal.cwd, options.files) }),
  });
  try {
    const handle = await start(runner);
    const { json = false, events = false, quiet = false, full = false } = options;
    return await drive(handle, database, { json, events, quiet, full, extra }, terminal);
  } finally {
    await runner.close();
  }
}
