/**
 * Owns closing what code in the Python process could reach besides Python: ways to other processes, growth of
 * memory, files of the interpreter, and the clock that ends a unit. The border is the process without rights
 * (python-process.ts); this makes it smaller. Runs in the child.
 */
import os from 'node:os';
import path from 'node:path';
import { syncBuiltinESMExports } from 'node:module';

/** What takes the id of another process, or leads around the permission model. */
const CLOSED = ['kill', '_kill', '_debugProcess', '_debugEnd', 'dlopen', 'binding', '_linkedBinding', 'abort'] as const;

export function closeProcess(): void {
  for (const name of CLOSED) Object.defineProperty(process, name, { value: undefined });
  Object.assign(os, { setPriority: undefined });
  syncBuiltinESMExports();
}

interface Memory {
  readonly buffer: ArrayBufferLike;
  grow(this: Memory, pages: number): number;
}

const PAGE_BYTES = 65_536;

/**
 * Memory of Python ends here: what does not fit is a MemoryError in the code, not a death. Answers whether memory
 * was refused; an interpreter to which that happened is not to be trusted much longer.
 */
export function capMemory(bytes: number): () => boolean {
  const { prototype } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: Memory } } }).WebAssembly
    .Memory;
  const { grow } = prototype;
  let refused = false;
  prototype.grow = function capped(pages) {
    if (this.buffer.byteLength + pages * PAGE_BYTES > bytes) {
      refused = true;
      throw new RangeError('python.bytes');
    }
    return grow.call(this, pages);
  };
  return () => refused;
}

const SIGINT = 2;
/** Code that swallowed the interrupt is interrupted again. */
const AGAIN_MS = 200;

/**
 * Looks like the buffer in which another thread would put a signal: the interpreter reads element 0 every few
 * instructions. Here the answer comes from the clock, so no thread is needed.
 */
export class InterruptClock {
  #due = Number.POSITIVE_INFINITY;
  fired = false;

  get 0(): number {
    if (performance.now() < this.#due) return 0;
    this.#due = performance.now() + AGAIN_MS;
    this.fired = true;
    return SIGINT;
  }

  set 0(_: number) {}

  start(ms: number): void {
    this.fired = false;
    this.#due = performance.now() + ms;
  }

  stop(): void {
    this.#due = Number.POSITIVE_INFINITY;
  }
}

interface Stream {
  fd: number;
}

interface Node {
  name: string;
  contents: Record<string, Node>;
  mode: number;
}

/** The part of the interpreter's file system that is used here. */
export interface FileSystem {
  ErrnoError: new (errno: number) => Error;
  cwd(): string;
  isDir(mode: number): boolean;
  lookupPath(path: string): { node: Node };
  open(path: string | Node, flags: string | number, ...more: unknown[]): Stream;
  unlink(path: string): void;
  rmdir(path: string): void;
  [operation: string]: unknown;
}

const READ_ONLY = 69;
const ROOT = '/tmp';
/** O_WRONLY, O_RDWR, O_CREAT, O_TRUNC. */
const WRITES = 1 | 2 | 0o100 | 0o1000;

type Operation = (...args: unknown[]) => unknown;

/**
 * Units may write files in memory below /tmp, which end with them; the rest of the file system is the
 * interpreter's. Answers what empties that folder.
 */
export function guardFiles(fs: FileSystem): () => void {
  let dirty = false;
  const check = (target: unknown): void => {
    if (typeof target !== 'string') return;
    const full = path.posix.resolve(fs.cwd(), target);
    if (full.startsWith('/dev/')) return;
    if (!full.startsWith(`${ROOT}/`)) throw new fs.ErrnoError(READ_ONLY);
    dirty = true;
  };
  const open = fs.open.bind(fs);
  fs.open = (target, flags, ...more) => {
    if (typeof flags === 'number' ? (flags & WRITES) !== 0 : flags !== 'r') check(target);
    return open(target, flags, ...more);
  };
  // How many of the first arguments are paths that change.
  const changing: Record<string, number> = {
    mknod: 1,
    unlink: 1,
    rmdir: 1,
    rename: 2,
    truncate: 1,
    chmod: 1,
    utime: 1,
  };
  for (const [name, count] of Object.entries(changing)) {
    const original = (fs[name] as Operation).bind(fs);
    fs[name] = (...args: unknown[]) => {
      for (const target of args.slice(0, count)) check(target);
      return original(...args);
    };
  }
  for (const name of ['symlink', 'mount', 'unmount']) {
    fs[name] = () => {
      throw new fs.ErrnoError(READ_ONLY);
    };
  }
  const empty = (folder: string): void => {
    for (const [name, node] of Object.entries(fs.lookupPath(folder).node.contents)) {
      const full = `${folder}/${name}`;
      if (fs.isDir(node.mode)) {
        empty(full);
        fs.rmdir(full);
      } else fs.unlink(full);
    }
  };
  return () => {
    if (!dirty) return;
    empty(ROOT);
    dirty = false;
  };
}
