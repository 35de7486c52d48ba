/**
 * Owns the evaluator's process seen from the runner: start with the least rights, frames in and
 * out, the kill from outside (time without progress, memory). Does not know programs or units.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChildOptions } from './child.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import { prepare } from './prepared.ts';
import { FROM_CHILD } from './wire.ts';

export interface ProcessOptions {
  /** Memory of the isolate. */
  isolateMiB: number;
  /** The process is killed when it uses more. */
  residentMiB: number;
  /** Further folders it may read: kernels of nodes outside the repository. */
  readable: readonly string[];
}

export interface ProcessEvents {
  frame(text: string): void;
  /** Once; no frame comes after it. */
  death(death: Death): void;
}

export interface Death {
  reason: 'time' | 'memory' | 'crash';
  /** It died before it was ready: the installation is broken. */
  early: boolean;
  detail: string;
}

const WATCH_MS = 50;
const START_MS = 15_000;
const PAGE_BYTES = 4096;
const MiB = 1024 * 1024;

const here = import.meta.dirname;
const packages = path.resolve(here, '..', '..');
const require = createRequire(import.meta.url);

/** Folder of an installed package. */
function folderOf(name: string, from: NodeJS.Require = require): string {
  for (let folder = path.dirname(from.resolve(name)); ; folder = path.dirname(folder)) {
    if (path.basename(folder) === name) return folder;
    if (folder === path.dirname(folder)) throw new Error(`package ${name} is not installed`);
  }
}

function settings(options: ProcessOptions): { child: ChildOptions; readable: string[] } {
  const isolatedVm = require.resolve('isolated-vm');
  const luxon = folderOf('luxon');
  const runtime = path.join(packages, 'runtime');
  const core = path.join(packages, 'core');
  const nodes = path.join(packages, 'nodes');
  const prepared = prepare();
  return {
    child: {
      paths: {
        core,
        nodes,
        runtime,
        luxon: path.join(luxon, 'build', 'es6', 'luxon.mjs'),
        jmespath: require.resolve('jmespath'),
      },
      isolatedVm,
      prepared,
      memoryMiB: options.isolateMiB,
    },
    readable: [
      path.join(runtime, 'sandbox'),
      path.join(runtime, 'package.json'),
      core,
      nodes,
      folderOf('isolated-vm'),
      folderOf('node-gyp-build', createRequire(isolatedVm)),
      luxon,
      folderOf('jmespath'),
      ...(prepared === null ? [] : [prepared.process, prepared.isolate]),
      // node-gyp-build looks there for the C library.
      '/etc/alpine-release',
      ...options.readable,
    ],
  };
}

export class EvaluatorProcess {
  readonly #child: ChildProcess;
  readonly #events: ProcessEvents;
  readonly #residentMiB: number;
  readonly #reader = new FrameReader();
  readonly #exited: Promise<void>;
  readonly #startedAt = performance.now();
  #ready = false;
  #dead = false;
  #reason: Death['reason'] = 'crash';
  #said = '';
  #watch: NodeJS.Timeout | null = null;
  #allowMs = 0;
  #progressAt = 0;

  constructor(options: ProcessOptions, events: ProcessEvents) {
    const { child, readable } = settings(options);
    this.#events = events;
    this.#residentMiB = options.residentMiB;
    this.#child = spawn(
      process.execPath,
      [
        '--permission',
        '--allow-addons',
        ...readable.map((file) => `--allow-fs-read=${file}`),
        '--no-node-snapshot',
        // Its own heap holds little; the isolate sets what it needs (child.ts).
        '--max-semi-space-size=1',
        '--disable-warning=ExperimentalWarning',
        '--disable-warning=SecurityWarning',
        '--import',
        pathToFileURL(path.join(here, 'serve-prepared.js')).href,
        path.join(here, 'child.ts'),
        JSON.stringify(child),
      ],
      { env: {}, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true },
    );
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString('utf8')).slice(-4000);
    });
    // Writing to a process that just died is told by its exit.
    this.#child.stdin?.on('error', () => {});
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#said += error.message;
        this.#die(null, null);
        resolve();
      });
      this.#child.once('close', (code, signal) => {
        this.#die(code, signal);
        resolve();
      });
    });
    this.#unref();
    process.once('exit', this.#killNow);
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  send(text: string): void {
    this.#child.stdin?.write(encodeFrame(text));
  }

  /** The process has work; it is killed when it shows no progress for this long. */
  busy(allowMs: number): void {
    if (this.#watch === null) {
      this.#progressAt = performance.now();
      this.#child.ref();
      this.#each((stream) => stream.ref());
      this.#watch = setInterval(() => this.#look(), WATCH_MS);
    }
    this.#allowMs = allowMs;
  }

  idle(): void {
    if (this.#watch === null) return;
    clearInterval(this.#watch);
    this.#watch = null;
    this.#unref();
  }

  async close(): Promise<void> {
    // Its end is told when its pipes are closed, so they have to keep this process up to then.
    this.#child.ref();
    this.#each((stream) => stream.ref());
    this.#killNow();
    await this.#exited;
  }

  #unref(): void {
    this.#child.unref();
    this.#each((stream) => stream.unref());
  }

  /** Pipes are sockets, which can let the process end. */
  #each(act: (stream: { ref(): void; unref(): void }) => void): void {
    for (const stream of this.#child.stdio) if (stream !== null && stream !== undefined) act(stream as never);
  }

  readonly #killNow = (): void => {
    this.#child.kill('SIGKILL');
  };

  #kill(reason: Death['reason']): void {
    this.#reason = reason;
    this.#killNow();
  }

  #look(): void {
    const now = performance.now();
    const allowed = this.#ready
      ? this.#allowMs
      : Math.max(this.#allowMs, START_MS - (this.#progressAt - this.#startedAt));
    if (now - this.#progressAt > allowed) return this.#kill('time');
    if (this.#residentBytes() > this.#residentMiB * MiB) this.#kill('memory');
  }

  /** 0 where the system does not tell. */
  #residentBytes(): number {
    try {
      return Number(readFileSync(`/proc/${this.#child.pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES;
    } catch {
      return 0;
    }
  }

  #read(chunk: Buffer): void {
    if (this.#dead) return;
    this.#progressAt = performance.now();
    this.#reader.push(chunk);
    for (;;) {
      const text = this.#reader.next();
      if (text === null) return;
      if (text === FROM_CHILD.ready) this.#ready = true;
      else this.#events.frame(text);
    }
  }

  #die(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#dead) return;
    this.#dead = true;
    this.idle();
    process.removeListener('exit', this.#killNow);
    const detail = [signal ?? `exit code ${code}`, this.#said.trim()].filter((part) => part !== '').join(': ');
    this.#events.death({ reason: this.#reason, early: !this.#ready, detail });
  }
}
