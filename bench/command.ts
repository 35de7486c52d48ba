/**
 * Owns starting a command and measuring it from outside: wall time, peak memory, output.
 * Knows how `rondo` is called; knows nothing of any bar.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { sampleTree, type Peak } from './memory.ts';

export const ROOT = join(import.meta.dirname, '..');
const RONDO = join(ROOT, 'bin', 'rondo');

export interface Finished {
  code: number | null;
  /** From just before spawn to exit. */
  wallMs: number;
  stdout: string;
  stderr: string;
  peak: Peak | null;
}

export interface CommandOptions {
  env?: Record<string, string>;
  /** Sample memory of the process tree, every so many ms. */
  memoryMs?: number;
  /** Write to the child's stdin; default: closed. */
  stdin?: string;
}

export function execute(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const sampler =
      options.memoryMs === undefined || child.pid === undefined ? null : sampleTree(child.pid, options.memoryMs);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let wallMs = 0;
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('exit', () => {
      wallMs = performance.now() - started;
    });
    child.on('close', (code) => {
      const peak = sampler?.stop() ?? null;
      const stdout = Buffer.concat(out).toString();
      resolve({ code, wallMs, stdout, stderr: Buffer.concat(err).toString(), peak });
    });
    if (options.stdin !== undefined) child.stdin?.end(options.stdin);
  });
}

/** What `rondo run --json` prints, as far as the bars read it. */
export interface RunReport {
  runId: string;
  status: string;
  output: unknown;
  error: { code: string; message: string } | null;
  loops: {
    path: string;
    total: number | null;
    completed: number;
    failed: number;
    skipped: number;
    durationMs: number;
  }[];
  stats: { durationMs: number; iterations: number; steps: number; peakRssMb: number };
}

export interface Ran extends Finished {
  report: RunReport;
}

/** Calls the command line. */
export function rondo(args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  return execute(RONDO, args, options);
}

/** Runs a workflow and insists that it completed. */
export async function runWorkflow(args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  const finished = await rondo(['run', ...args, '--json', '--quiet'], options);
  if (finished.code !== 0) {
    const said = (finished.stderr || finished.stdout).slice(-2000);
    throw new Error(`rondo run ${args.join(' ')} ended with ${finished.code}:\n${said}`);
  }
  return { ...finished, report: JSON.parse(finished.stdout) as RunReport };
}

/** The loop with this path; a bar without its loop is no bar. */
export function loopOf(report: RunReport, path: string): RunReport['loops'][number] {
  const found = report.loops.find((loop) => loop.path === path);
  if (found === undefined) {
    throw new Error(`no loop ${path} in the report; there are: ${report.loops.map((l) => l.path).join(', ')}`);
  }
  return found;
}
