/**
 * Owns what expected.json of an example may say, and running one of its cases through the command
 * line. Does not compare; examples.test.ts does.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Service } from './servers/serve.ts';

export const EXAMPLES = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Case {
  name: string;
  run: {
    /** Default workflow.yaml. */
    workflow?: string;
    /** An object, or a file of the example. */
    input?: Record<string, unknown> | string;
    items?: string;
    args?: string[];
    /** Name of a file in examples/servers; its address becomes input.server. */
    server?: string;
    /** generate.ts of the example makes a file in a folder of its own, where the file nodes work. */
    generate?: boolean;
    /** File nodes work in a folder of their own. */
    ownFiles?: boolean;
  };
  expect: {
    exit: number;
    status?: string;
    output?: unknown;
    error?: Record<string, unknown>;
    diagnostics?: Record<string, unknown>[];
    /** By path of the loop. */
    loops?: Record<string, Record<string, unknown>>;
    served?: Record<string, unknown>;
    files?: Record<string, string>;
  };
}

export interface Outcome {
  exit: number | null;
  stdout: string;
  stderr: string;
}

/** A folder for one case: database and files; gone afterwards. */
export class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'rondo-example-'));
  readonly database = join(this.folder, 'rondo.db');

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function startServer(name: string): Promise<Service> {
  const module = (await import(`./servers/${name}.ts`)) as { start(): Promise<Service> };
  return module.start();
}

/** Starts the command line; `ended` gives what it printed. */
export function rondo(args: readonly string[]): { child: ChildProcess; ended: Promise<Outcome> } {
  // The guard refuses local addresses unless they are allowed; the servers of the examples are local.
  const env = { ...process.env, RONDO_EGRESS_ALLOW: '127.0.0.1', NO_COLOR: '1' };
  const child = spawn(join(ROOT, 'bin', 'rondo'), args, {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, stdout, stderr }));
  });
  return { child, ended };
}

/** Arguments of `rondo run` for a case. */
export async function argumentsOf(example: string, one: Case, place: Place, server: Service | null): Promise<string[]> {
  const { run } = one;
  const at = (file: string): string => join(EXAMPLES, example, file);
  const args = ['run', at(run.workflow ?? 'workflow.yaml'), '--json', '--db', place.database, ...(run.args ?? [])];
  if (typeof run.input === 'string') args.push('--input', `@${at(run.input)}`);
  else if (run.input !== undefined || server !== null) {
    args.push('--input', JSON.stringify({ ...run.input, ...(server === null ? {} : { server: server.url }) }));
  }
  if (run.items !== undefined) args.push('--items', at(run.items));
  if (run.generate === true) {
    const { generate } = (await import(`./${example}/generate.ts`)) as { generate(): { file: string; text: string } };
    const { file, text } = generate();
    writeFileSync(join(place.folder, file), text);
  }
  if (run.generate === true || run.ownFiles === true) args.push('--files', place.folder);
  return args;
}

/** Text of a file that the workflow wrote; null when it did not. */
export function written(place: Place, file: string): string | null {
  const path = join(place.folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
