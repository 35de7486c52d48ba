/**
 * Owns the workflow files of a folder: reads them, watches them, says when something changed. A file that
 * does not compile is kept with its diagnostics and has no triggers. Does not act on triggers.
 */
import { watch } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { diagnostic } from '@rondo/core/errors.ts';
import { LIMITS } from '@rondo/core/model/limits.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import { settleConflicts } from '../triggers/conflicts.ts';
import type { Report } from '../log/log.ts';
import { readWorkflow, type Workflow } from './workflow.ts';

export interface Library {
  list(): readonly Workflow[];
  /** By id, name, or path in the folder with or without its ending. */
  find(reference: string): Workflow | undefined;
  /** Reads what changed; resolves when everybody was told. */
  refresh(): Promise<void>;
  close(): void;
}

export interface LibraryOptions {
  folder: string;
  registry: NodeRegistry;
  /** Called with all workflows when one changed. */
  onChange(workflows: readonly Workflow[], changed: readonly Workflow[]): void;
  report: Report;
}

const EXTENSIONS = ['.yaml', '.yml', '.json'];
const MOST_FILES = 5_000;
/** An editor writes a file in several steps. */
const QUIET_MS = 100;
/** Looks by itself as often: a watch may be lost, or not be there at all (network folders). */
const LOOK_MS = 10_000;

interface Known {
  stamp: string;
  workflow: Workflow;
}

export async function openLibrary(options: LibraryOptions): Promise<Library> {
  const { folder, report } = options;
  await mkdir(folder, { recursive: true });
  let known = new Map<string, Known>();
  let listed: Workflow[] = [];

  const look = async (): Promise<void> => {
    const next = new Map<string, Known>();
    const changed: Workflow[] = [];
    for (const file of await filesIn(folder, report)) {
      const had = known.get(file);
      const found = await readFileOf(file, had, options);
      if (found === null) continue;
      next.set(file, found);
      if (found !== had) changed.push(found.workflow);
    }
    const gone = [...known.keys()].filter((file) => !next.has(file));
    known = next;
    if (changed.length === 0 && gone.length === 0) return;
    listed = settleConflicts([...known.values()].map((one) => one.workflow));
    const files = new Set(changed.map((workflow) => workflow.file));
    options.onChange(
      listed,
      listed.filter((workflow) => files.has(workflow.file)),
    );
  };

  let looking = Promise.resolve();
  const refresh = (): Promise<void> => {
    looking = looking.then(look).catch((error: unknown) => {
      report(`workflows: ${error instanceof Error ? error.message : String(error)}`);
    });
    return looking;
  };
  await refresh();

  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), QUIET_MS);
    timer.unref();
  };
  const watcher = watch(folder, { recursive: true, persistent: false }, soon);
  watcher.on('error', (error) => report(`workflows: watching ${folder} failed: ${error.message}`));
  const ticker = setInterval(() => void refresh(), LOOK_MS);
  ticker.unref();

  return {
    list: () => listed,
    find: (reference) =>
      listed.find((one) => one.id === reference) ??
      listed.find((one) => one.name === reference) ??
      listed.find((one) => one.shown === reference || EXTENSIONS.some((e) => one.shown === `${reference}${e}`)),
    refresh,
    close() {
      watcher.close();
      clearInterval(ticker);
      clearTimeout(timer);
    },
  };
}

/** In order of path, so that the same file wins every time where two want one address. */
async function filesIn(folder: string, report: Report): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && EXTENSIONS.some((e) => entry.name.endsWith(e)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length > MOST_FILES)
    report(`workflows: ${folder} holds ${files.length} files; the first ${MOST_FILES} are read.`, 'warn');
  return files.slice(0, MOST_FILES);
}

/** Null when the file went away meanwhile; the same object when it did not change. */
async function readFileOf(file: string, had: Known | undefined, options: LibraryOptions): Promise<Known | null> {
  const { folder, registry } = options;
  const shown = relative(folder, file);
  try {
    const facts = await stat(file, { bigint: true });
    const stamp = `${facts.mtimeNs}:${facts.size}:${facts.ino}`;
    if (had?.stamp === stamp) return had;
    const most = LIMITS['file.definition'].default;
    if (facts.size > BigInt(most)) {
      const unreadable = diagnostic(
        'file-unreadable',
        [],
        `${shown} is longer than ${most} bytes (limit file.definition).`,
      );
      const workflow = readWorkflow('', file, shown, registry);
      return { stamp, workflow: { ...workflow, diagnostics: [unreadable] } };
    }
    return { stamp, workflow: readWorkflow(await readFile(file, 'utf8'), file, shown, registry) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    const workflow = readWorkflow('', file, shown, registry);
    return {
      stamp: `error:${code}`,
      workflow: {
        ...workflow,
        diagnostics: [diagnostic('file-unreadable', [], `${shown} cannot be read: ${message}`)],
      },
    };
  }
}
