/**
 * Owns the checks of `rondo doctor`: Node, isolated-vm, the evaluator, folder, disk, database, audit log.
 * Does not print.
 */
import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
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
    ...(database.isFile ? [{ name: 'audit log', run: () => auditLog(dirname(database.target)) }] : []),
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

// As small as a workflow can be that needs the evaluator.
const PROBE = `
rondo: 1
name: probe
nodes:
  start: { type: manual }
  answer: { type: set, after: start, with: { fields: { answer: "{{ 6 * 7 }}" } } }
output: "{{ $('answer').first().json.answer }}"
`;

/** A workflow in memory: the evaluator's process starts, evaluates, ends. */
async function evaluator(): Promise<Finding[]> {
  const [{ createRunner }, { registry }, { openStore }] = await Promise.all([
    import('@rondo/runtime/runner/runner.ts'),
    import('@rondo/nodes/registry.ts'),
    import('@rondo/runtime/stores/open.ts'),
  ]);
  const startedAt = performance.now();
  const store = await openStore(':memory:');
  const runner = createRunner({ store, registry });
  const fix = 'If the line of isolated-vm is in order, please report this.';
  try {
    const handle = await runner.start({ definition: PROBE, file: 'probe.yaml' });
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), CHILD_MS).unref());
    const result = await Promise.race([handle.done, late]);
    if (result === null) return [{ state: 'bad', text: `gives no answer within ${CHILD_MS / 1000} s`, fix }];
    if (result.output !== 42)
      return [{ state: 'bad', text: `does not work: ${result.failure?.message ?? 'wrong answer'}`, fix }];
    return [
      { state: 'ok', text: `its process starts and evaluates (${Math.round(performance.now() - startedAt)} ms)` },
    ];
  } catch (error) {
    return [{ state: 'bad', text: `does not start: ${error instanceof Error ? error.message : String(error)}`, fix }];
  } finally {
    // Not waited for: a hanging evaluator must not hang the doctor; the process ends anyway.
    void runner.close().catch(() => {});
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
    return [
      { state: 'bad', text: `${where} cannot be written`, fix: 'Change its rights, or name another place with --db.' },
    ];
  }
}

async function disk(target: string): Promise<Finding[]> {
  const facts = await statfs(existing(target));
  const free = facts.bavail * facts.bsize;
  const text = `${bytes(free)} free`;
  if (free >= LITTLE_DISK) return [{ state: 'ok', text }];
  return [
    { state: 'bad', text: `only ${text}`, fix: 'Free some space: a run waits when its database cannot be written.' },
  ];
}

/** Of the server, where one has been started beside this database. */
async function auditLog(from: string): Promise<Finding[]> {
  const file = join(from, 'studio.db');
  if (!existsSync(file)) return [{ state: 'note', text: 'none; "rondo serve" keeps one' }];
  const [{ StudioDb }, { createAudit }] = await Promise.all([
    import('../../server/store/studio-db.ts'),
    import('../../server/access/audit.ts'),
  ]);
  const opened = new StudioDb(file);
  try {
    const broken = createAudit(opened, Date.now).firstBroken();
    if (broken === null) return [{ state: 'ok', text: 'each entry fits the one before' }];
    const fix = 'Somebody changed studio.db past the server. Compare it with a backup.';
    return [{ state: 'bad', text: `entry ${broken} was changed, or one before it is missing`, fix }];
  } finally {
    opened.close();
  }
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
