/**
 * Owns the checks of `rondo doctor`: Node, isolated-vm, the evaluator, folder, disk, database.
 * Does not print.
 */
import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, Finding } from '../commands/doctor.ts';
import { withDatabase } from '../database.ts';
import { bytes } from '../render/format.ts';
import { databaseOf } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

const FLOOR = 24;
const LITTLE_DISK = 500_000_000;
const CHILD_MS = 20_000;
const MOST_LINES = 10;
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export function checksFor(db: string | undefined, terminal: Terminal): Check[] {
  const database = databaseOf(db, terminal);
  return [
    { name: 'node', run: node },
    { name: 'isolated-vm', run: isolatedVm },
    { name: 'evaluator', run: evaluator },
    ...(database.isFile
      ? [
          { name: 'folder', run: () => folder(database.target, database.shown) },
          { name: 'disk', run: () => disk(database.target) },
        ]
      : []),
    { name: 'database', run: () => databaseCheck(db, terminal) },
  ];
}

async function node(): Promise<Finding[]> {
  const version = process.versions.node;
  const bundled = process.execPath.includes(`${sep}node_modules${sep}`);
  const text = `Node ${version}, ${bundled ? 'the one that comes with Rondo' : "the machine's own"} (${process.execPath})`;
  if (Number.parseInt(version, 10) >= FLOOR) return [{ state: 'ok', text }];
  return [{ state: 'bad', text, fix: `Rondo needs Node ${FLOOR} or newer: run "npm ci" without --omit=optional.` }];
}

const ISOLATE = `
import ivm from 'isolated-vm';
const isolate = new ivm.Isolate({ memoryLimit: 16 });
const context = isolate.createContextSync();
process.stdout.write(String(context.evalSync('6 * 7')));
process.exit(0);
`;

/** In a child, because a native part that does not fit may take its process with it. */
async function isolatedVm(): Promise<Finding[]> {
  const from = fileURLToPath(new URL('../../../packages/runtime/', import.meta.url));
  const answer = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      ['--no-node-snapshot', '--input-type=module', '--eval', ISOLATE],
      { cwd: existsSync(from) ? from : ROOT, timeout: CHILD_MS },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else resolve(stderr.split('\n').find((text) => /Error|invalid/i.test(text)) ?? error.message);
      },
    );
  });
  if (answer === '42') return [{ state: 'ok', text: 'loads and evaluates' }];
  const fix = 'Run "npm ci" again on this machine, so that the part for this system is installed.';
  return [{ state: 'bad', text: `does not work: ${answer.slice(0, 300)}`, fix }];
}

/** The process that evaluates expressions: starts, answers, ends. */
async function evaluator(): Promise<Finding[]> {
  const { createEvaluator } = await import('@rondo/runtime/sandbox/evaluator.ts');
  const startedAt = performance.now();
  const made = createEvaluator();
  try {
    await made.ready();
    return [{ state: 'ok', text: `its process starts (${Math.round(performance.now() - startedAt)} ms)` }];
  } catch (error) {
    const text = `its process does not start: ${error instanceof Error ? error.message : String(error)}`;
    return [{ state: 'bad', text, fix: 'See the line of isolated-vm; if that is in order, please report this.' }];
  } finally {
    await made.close();
  }
}

/** The nearest folder above that exists: the one that would be written. */
function existing(path: string): string {
  let folderPath = dirname(path);
  while (!existsSync(folderPath) && folderPath !== dirname(folderPath)) folderPath = dirname(folderPath);
  return folderPath;
}

async function folder(target: string, shown: string): Promise<Finding[]> {
  const where = existing(target);
  try {
    await access(where, constants.W_OK | constants.R_OK);
    if (existsSync(target)) await access(target, constants.W_OK | constants.R_OK);
    return [{ state: 'ok', text: `${dirname(shown)} can be written` }];
  } catch {
    return [{ state: 'bad', text: `${where} cannot be written`, fix: 'Change its rights, or name another place with --db.' }];
  }
}

async function disk(target: string): Promise<Finding[]> {
  const facts = await statfs(existing(target));
  const free = facts.bavail * facts.bsize;
  const text = `${bytes(free)} free`;
  if (free >= LITTLE_DISK) return [{ state: 'ok', text }];
  return [{ state: 'bad', text: `only ${text}`, fix: 'Free some space: a run waits when its database cannot be written.' }];
}

async function databaseCheck(db: string | undefined, terminal: Terminal): Promise<Finding[]> {
  const database = databaseOf(db, terminal);
  if (database.isFile && !existsSync(database.target)) {
    return [{ state: 'note', text: `none at ${database.shown} yet; the first run creates it` }];
  }
  return withDatabase(db, terminal, async ({ store, shown }) => {
    const wrong = await store.verify();
    if (wrong.length === 0) return [{ state: 'ok', text: `${shown} opens; its rows fit their checksums` }];
    const fix = 'Keep a copy of the file. Runs that are not named here can still be read and exported.';
    const findings: Finding[] = wrong.slice(0, MOST_LINES).map((text) => ({ state: 'bad', text }));
    if (wrong.length > MOST_LINES) findings.push({ state: 'bad', text: `and ${wrong.length - MOST_LINES} more` });
    const last = findings.at(-1);
    if (last !== undefined) last.fix = fix;
    return findings;
  });
}
