/**
 * Owns the Python process seen from the runner: start with the least rights, frames in and out, the kill from
 * outside (a unit that cannot be interrupted, memory). Does not know units (python.ts).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { encodeFrame, FrameReader } from '../sandbox/frames.ts';
import type { ChildOptions } from './child.ts';
import { isKept, keepAt, keptFile, type Keeping } from './kept-memory.ts';
import { FROM_CHILD } from './messages.ts';

export interface ProcessOptions {
  /** Memory of Python. */
  memoryBytes: number;
  /** Folder for the kept memory; undefined: the usual one. */
  keepIn: string | undefined;
}

export interface ProcessEvents {
  ready(): void;
  answer(text: string): void;
  /** Once; no answer comes after it. */
  death(death: Death): void;
}

export interface Death {
  reason: 'time' | 'memory' | 'crash' | 'asked';
  /** It died before it was ready: the installation is broken. */
  early: boolean;
  detail: string;
}

const WATCH_MS = 50;
const START_MS = 120_000;
const PAGE_BYTES = 4096;
/** What the process needs besides the memory of Python, with room for code and texts that pass through. */
const OWN_BYTES = 512 * 1024 * 1024;

const here = import.meta.dirname;
const require = createRequire(import.meta.url);

/** Arguments of a Node process that may read its own files and nothing else. */
export function leastRights(readable: readonly string[]): string[] {
  return [
    '--permission',
    ...readable.map((file) => `--allow-fs-read=${file}`),
    '--disallow-code-generation-from-strings',
    '--no-node-snapshot',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ];
}

export class PythonProcess {
  readonly #child: ChildProcess;
  readonly #events: ProcessEvents;
  readonly #residentBytes: number;
  readonly #reader = new FrameReader();
  readonly #exited: Promise<void>;
  readonly #keeping: Keeping | null;
  #ready = false;
  #dead = false;
  #reason: Death['reason'] = 'crash';
  #said = '';
  #watch: NodeJS.Timeout | null = null;
  #due = performance.now() + START_MS;

  constructor(options: ProcessOptions, events: ProcessEvents) {
    this.#events = events;
    this.#residentBytes = options.memoryBytes + OWN_BYTES;
    const pyodide = path.dirname(require.resolve('pyodide/package.json'));
    const { version } = JSON.parse(readFileSync(path.join(pyodide, 'package.json'), 'utf8')) as { version: string };
    const file = keptFile(version, options.keepIn);
    const kept = isKept(file) ? file : null;
    this.#keeping = kept === null ? keepAt(file) : null;
    const child: ChildOptions = {
      pyodide,
      kept,
      keepTo: this.#keeping === null ? null : 3,
      memoryBytes: options.memoryBytes,
    };
    const readable = [
      here,
      path.join(here, '..', 'sandbox', 'frame-file.ts'),
      path.join(here, '..', 'package.json'),
      pyodide,
      ...(kept === null ? [] : [kept]),
    ];
    this.#child = spawn(
      process.execPath,
      [...leastRights(readable), path.join(here, 'child.ts'), JSON.stringify(child)],
      {
        env: {},
        stdio: ['pipe', 'pipe', 'pipe', ...(this.#keeping === null ? [] : [this.#keeping.fd])],
        windowsHide: true,
      },
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

  /** A unit runs; the process is killed when it is not answered in this time. */
  busy(allowMs: number): void {
    if (this.#watch === null) {
      this.#child.ref();
      this.#each((stream) => stream.ref());
      this.#watch = setInterval(() => this.#look(), WATCH_MS);
    }
    if (this.#ready) this.#due = performance.now() + allowMs;
  }

  idle(): void {
    if (this.#watch === null) return;
    clearInterval(this.#watch);
    this.#watch = null;
    this.#unref();
  }

  /** Ends it; its death is told as asked for. */
  kill(): void {
    this.#kill('asked');
  }

  async close(): Promise<void> {
    // Its end is told when its pipes are closed, so they have to keep this process up to then.
    this.#child.ref();
    this.#each((stream) => stream.ref());
    this.kill();
    await this.#exited;
  }

  #unref(): void {
    this.#child.unref();
    this.#each((stream) => stream.unref());
  }

  /** Pipes are sockets, which can let the process end. */
  #each(act: (stream: { ref(): void; unref(): void }) => void): void {
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr])
      if (stream !== null) act(stream as never);
  }

  readonly #killNow = (): void => {
    this.#child.kill('SIGKILL');
    this.#keeping?.end();
  };

  #kill(reason: Death['reason']): void {
    if (this.#reason === 'crash') this.#reason = reason;
    this.#killNow();
  }

  #look(): void {
    if (performance.now() > this.#due) this.#kill('time');
    else if (this.#resident() > this.#residentBytes) this.#kill('memory');
  }

  /** 0 where the system does not tell. */
  #resident(): number {
    try {
      return Number(readFileSync(`/proc/${this.#child.pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES;
    } catch {
      return 0;
    }
  }

  #read(chunk: Buffer): void {
    this.#reader.push(chunk);
    for (;;) {
      if (this.#dead || this.#reason !== 'crash') return;
      const text = this.#reader.next();
      if (text === null) return;
      if (text === FROM_CHILD.kept) this.#kept();
      else if (text === FROM_CHILD.ready) {
        this.#ready = true;
        this.#events.ready();
      } else this.#events.answer(text.slice(1));
    }
  }

  #kept(): void {
    try {
      this.#keeping?.complete();
    } catch {
      this.#keeping?.end();
    }
  }

  #die(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#dead) return;
    this.#dead = true;
    this.idle();
    this.#keeping?.end();
    process.removeListener('exit', this.#killNow);
    const detail = [signal ?? `exit code ${code}`, this.#said.trim()].filter((part) => part !== '').join(': ');
    this.#events.death({ reason: this.#reason, early: !this.#ready, detail });
  }
}
