/**
 * Owns starting and ending processes for the crash tests: process groups, kill -9, what is left
 * alive below a pid. Only ever signals what it started. Reads /proc, so Linux.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const ROOT = join(import.meta.dirname, '..');

export interface Running {
  pid: number;
  child: ChildProcess;
  alive(): boolean;
  /** Resolves when the process has ended and its output is complete. */
  ended: Promise<number | null>;
  stdout(): string;
  stderr(): string;
}

/** Groups that are alive: a process group of its own does not end with us by itself. */
const groups = new Set<number>();
process.on('exit', () => {
  for (const group of groups) kill(group, 'group');
});

/** Starts Node with these arguments as the leader of a process group of its own. */
export function startGroup(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid === undefined) throw new Error(`cannot start ${args.join(' ')}`);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  let alive = true;
  const group = child.pid;
  groups.add(group);
  child.on('exit', () => {
    alive = false;
    groups.delete(group);
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return {
    pid: child.pid,
    child,
    alive: () => alive,
    ended,
    stdout: () => Buffer.concat(out).toString(),
    stderr: () => Buffer.concat(err).toString(),
  };
}

/** `rondo` as a process group. */
export function startRondo(args: readonly string[]): Running {
  return startGroup([join(ROOT, 'apps', 'cli', 'main.ts'), ...args], { RONDO_EGRESS_ALLOW: '127.0.0.1' });
}

export interface Sink {
  url: string;
  delay(ms: number): Promise<void>;
  /** Resolves when all that killed processes had sent is recorded: it may still have been on its way. */
  drained(): Promise<void>;
  stop(): Promise<void>;
}

/** The recording server; ends with this process, however that one ends. */
export async function startSink(file: string): Promise<Sink> {
  const child = spawn(process.execPath, [join(ROOT, 'crash', 'sink.ts'), file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', () => reject(new Error('the recording server did not start')));
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/call`,
    async delay(ms) {
      await (await fetch(`${origin}/delay?ms=${ms}`)).text();
    },
    async drained() {
      await (await fetch(`${origin}/drained`)).text();
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

interface Stat {
  parent: number;
  group: number;
  /** Start time in clock ticks: tells a process from a later one with the same id. */
  since: string;
}

function statOf(pid: number): Stat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in brackets may itself hold brackets and spaces.
    const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (rest[0] === 'Z' || rest[0] === 'X') return null;
    return { parent: Number(rest[1]), group: Number(rest[2]), since: rest[19] ?? '' };
  } catch {
    return null;
  }
}

export interface Member {
  pid: number;
  since: string;
}

/** The process, its descendants, and the members of its group. */
export function membersOf(root: number): Member[] {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat !== null) stats.set(Number(name), stat);
  }
  const tree = new Set([root]);
  for (const pid of tree) {
    for (const [other, stat] of stats) if (stat.parent === pid || stat.group === root) tree.add(other);
  }
  return [...tree].flatMap((pid) => {
    const stat = stats.get(pid);
    return stat === undefined ? [] : [{ pid, since: stat.since }];
  });
}

/** Those of the members that are still alive after at most `withinMs`. */
export async function survivors(members: readonly Member[], withinMs: number): Promise<number[]> {
  const until = performance.now() + withinMs;
  for (;;) {
    const left = members.filter((member) => statOf(member.pid)?.since === member.since);
    if (left.length === 0 || performance.now() > until) return left.map((member) => member.pid);
    await sleep(5);
  }
}

/** SIGKILL to the whole group or to its leader alone; a process that is gone already is fine. */
export function kill(leader: number, whom: 'group' | 'runner'): void {
  try {
    process.kill(whom === 'group' ? -leader : leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
