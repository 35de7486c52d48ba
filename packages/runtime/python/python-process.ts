/**
 * Owns the Python process seen from the runner: start with the least rights, frames in and out, the kill from
 * outside (a unit that cannot be interrupted, memory). Does not know units (python.ts).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { WatchedProcess } from '../sandbox/watched-process.ts';
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

const START_MS = 120_000;
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
  readonly #process: WatchedProcess;
  readonly #events: ProcessEvents;
  readonly #residentBytes: number;
  readonly #keeping: Keeping | null;
  #ready = false;
  #reason: Death['reason'] = 'crash';
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
    this.#process = new WatchedProcess({
      args: [...leastRights(readable), path.join(here, 'child.ts'), JSON.stringify(child)],
      files: this.#keeping === null ? [] : [this.#keeping.fd],
      look: () => this.#look(),
      arrived: () => this.#read(),
      killed: () => this.#keeping?.end(),
      ended: (detail) => {
        this.#keeping?.end();
        events.death({ reason: this.#reason, early: !this.#ready, detail });
      },
    });
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  send(text: string): void {
    this.#process.send(text);
  }

  /** A unit runs; the process is killed when it is not answered in this time. */
  busy(allowMs: number): void {
    this.#process.hold();
    if (this.#ready) this.#due = performance.now() + allowMs;
  }

  idle(): void {
    this.#process.letGo();
  }

  /** Ends it; its death is told as asked for. */
  kill(): void {
    this.#kill('asked');
  }

  async close(): Promise<void> {
    this.kill();
    await this.#process.close();
  }

  #kill(reason: Death['reason']): void {
    if (this.#reason === 'crash') this.#reason = reason;
    this.#process.kill();
  }

  #look(): void {
    if (performance.now() > this.#due) this.#kill('time');
    else if (this.#process.residentBytes() > this.#residentBytes) this.#kill('memory');
  }

  #read(): void {
    for (;;) {
      if (this.#reason !== 'crash') return;
      const text = this.#process.next();
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
}
