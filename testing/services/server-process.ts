/**
 * Owns a real server as a child process of a test: a temporary folder, a free loopback port, waiting until it
 * answers, ending it by its own process. Knows no product (postgres.ts, mariadb.ts, redis.ts do).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface RunningService {
  url: string;
  host: string;
  port: number;
  user: string;
  password: string;
  /** Ends the server at once and removes its folder. May be called twice. */
  stop(): Promise<void>;
}

/** What to install where the server is not there; a test skips with this reason. */
export interface MissingService {
  missing: string;
}

export type Service = RunningService | MissingService;

/** The server, or null after saying why the tests that need it are skipped. */
export function orSkip(service: Service): RunningService | null {
  if (!('missing' in service)) return service;
  console.warn(`skipped: ${service.missing}`);
  return null;
}

const START_MS = 60_000;
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Path of a program, also from folders that are not in PATH. */
export function programPath(name: string, folders: readonly string[] = []): string | null {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, ...path, ...FOLDERS]) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return null;
}

/** Folders below `parent`, highest version first. */
export function versionFolders(parent: string, inside: string): string[] {
  try {
    const versions = readdirSync(parent).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(parent, version, inside));
  } catch {
    return [];
  }
}

export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** The account to run a server under that refuses to run as root; null when this process is not root. */
export function plainAccount(preferred: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of [preferred, 'nobody']) {
    const fields = lines.map((line) => line.split(':')).find(([name]) => name === wanted);
    if (fields !== undefined) return { name: wanted, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return null;
}

export function temporaryFolder(name: string, account: Account | null): string {
  const folder = mkdtempSync(join(tmpdir(), `rondo-${name}-`));
  if (account !== null) chownSync(folder, account.uid, account.gid);
  return folder;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function options(account: Account | null, env: Record<string, string>, folder: string) {
  return {
    cwd: folder,
    env: { ...process.env, LC_ALL: 'C', ...env },
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  };
}

/** Runs a program to its end; throws with its output when it fails. */
export async function runToEnd(
  program: string,
  args: readonly string[],
  at: { folder: string; account: Account | null; env?: Record<string, string>; input?: string },
): Promise<void> {
  const child = spawn(program, args, { ...options(at.account, at.env ?? {}, at.folder), stdio: 'pipe' });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)));
  child.stdin.on('error', () => {}).end(at.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output.slice(-2000)}`);
}

/** Starts a server and waits until its port takes connections, and until it says so where `says` is given. */
export async function startServer(
  program: string,
  args: readonly string[],
  at: {
    folder: string;
    port: number;
    account: Account | null;
    endWith: NodeJS.Signals;
    env?: Record<string, string>;
    /** What it writes when it is ready; its port may be open before. */
    says?: RegExp;
  },
): Promise<{ stop(): Promise<void> }> {
  const child = spawn(program, args, {
    ...options(at.account, at.env ?? {}, at.folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + String(chunk)).slice(-4000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve();
    });
    child.once('exit', () => resolve());
  });
  // A test file that forgets stop() leaves nothing behind.
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const stop = async (): Promise<void> => {
    process.off('exit', onExit);
    if (isRunning(child)) child.kill(at.endWith);
    await ended;
    rmSync(at.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  };
  const until = Date.now() + START_MS;
  while (!(await answers(at.port)) || at.says?.test(output) === false) {
    if (isRunning(child) && Date.now() < until) continue;
    await stop();
    throw new Error(`${program} did not start: ${output}`);
  }
  return { stop };
}

const isRunning = (child: ChildProcess): boolean =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

const POLL_MS = 10;

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const open = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return open;
}
