/**
 * Owns the evaluator's process seen from the runner: start with the least rights, frames in and
 * out, the kill from outside (time without progress, memory). Does not know programs or units.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChildOptions } from './child.ts';
import { prepare } from './prepared.ts';
import { WatchedProcess } from './watched-process.ts';
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

const START_MS = 15_000;
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
  readonly #process: WatchedProcess;
  readonly #events: ProcessEvents;
  readonly #residentMiB: number;
  readonly #startedAt = performance.now();
  #ready = false;
  #reason: Death['reason'] = 'crash';
  #allowMs = 0;
  #progressAt = 0;

  constructor(options: ProcessOptions, events: ProcessEvents) {
    const { child, readable } = settings(options);
    this.#events = events;
    this.#residentMiB = options.residentMiB;
    this.#process = new WatchedProcess({
      args: [
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
      look: () => this.#look(),
      arrived: () => this.#read(),
      ended: (detail) => events.death({ reason: this.#reason, early: !this.#ready, detail }),
    });
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  send(text: string): void {
    this.#process.send(text);
  }

  /** The process has work; it is killed when it shows no progress for this long. */
  busy(allowMs: number): void {
    if (this.#process.hold()) this.#progressAt = performance.now();
    this.#allowMs = allowMs;
  }

  idle(): void {
    this.#process.letGo();
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  #kill(reason: Death['reason']): void {
    this.#reason = reason;
    this.#process.kill();
  }

  #look(): void {
    const now = performance.now();
    const allowed = this.#ready
      ? this.#allowMs
      : Math.max(this.#allowMs, START_MS - (this.#progressAt - this.#startedAt));
    if (now - this.#progressAt > allowed) return this.#kill('time');
    if (this.#process.residentBytes() > this.#residentMiB * MiB) this.#kill('memory');
  }

  #read(): void {
    this.#progressAt = performance.now();
    for (;;) {
      const text = this.#process.next();
      if (text === null) return;
      if (text === FROM_CHILD.ready) this.#ready = true;
      else this.#events.frame(text);
    }
  }
}
