/**
 * Owns loading Python: from the memory of an interpreter that was prepared before, which takes a tenth of the
 * time, or from nothing, keeping its memory for the next one. Runs in the child.
 */
import { constants, closeSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import type { PyodideAPI } from 'pyodide';
import type { PyCallable, PyDict } from 'pyodide/ffi';

export interface LoadOptions {
  /** Folder of the package. */
  pyodide: string;
  /** File with a kept memory; null: there is none. */
  kept: string | null;
  /** Descriptor to write the memory to; null: it is not kept. */
  keepTo: number | null;
}

export interface Loaded {
  python: PyodideAPI;
  /** Functions of unit.py and reset.py. */
  call: (name: string) => PyCallable;
}

type Load = (options: Record<string, unknown>) => Promise<PyodideAPI & { makeMemorySnapshot(): Uint8Array }>;

const CHECKSUM_BYTES = 4;
/** A module of our own, with builtins of its own: code may change those that it sees. */
const MODULE = `
import builtins, types
_rondo = types.ModuleType('_rondo')
_rondo.__dict__.update(_this=_rondo, __builtins__=dict(builtins.__dict__))
_rondo.__dict__`;
const SOURCES = ['values.py', 'reset.py', 'unit.py'];

export async function loadPython(options: LoadOptions): Promise<Loaded> {
  // Asked for while loading; not allowed to a process without rights.
  Object.assign(process, { binding: () => ({ fs: constants }) });
  const module = (await import(pathToFileURL(path.join(options.pyodide, 'pyodide.mjs')).href)) as { loadPyodide: Load };
  const settings = { indexURL: `${options.pyodide}${path.sep}`, jsglobals: {}, packages: [] };
  const kept = options.kept === null ? null : readKept(options.kept);
  if (kept !== null) {
    try {
      const python = await module.loadPyodide({ ...settings, _loadSnapshot: kept });
      return { python, call: functionsOf(python) };
    } catch {
      // Kept by another build: begin at the beginning.
    }
  }
  const keeps = options.keepTo !== null;
  const python = await module.loadPyodide({ ...settings, ...(keeps ? { _makeSnapshot: true } : {}) });
  setUp(python);
  if (options.keepTo !== null) keep(python.makeMemorySnapshot(), options.keepTo);
  return { python, call: functionsOf(python) };
}

function functionsOf(python: PyodideAPI): Loaded['call'] {
  const names = python.runPython('_rondo.__dict__') as PyDict;
  return (name) => names.get(name) as PyCallable;
}

function setUp(python: PyodideAPI): void {
  const globals = python.runPython(MODULE) as PyDict;
  for (const filename of SOURCES) {
    python.runPython(readFileSync(path.join(import.meta.dirname, filename), 'utf8'), { globals, filename });
  }
  globals.destroy();
}

/** The memory in the file, unless it is damaged. */
function readKept(file: string): Uint8Array | null {
  try {
    const bytes = readFileSync(file);
    const memory = bytes.subarray(CHECKSUM_BYTES);
    return crc32(memory) === bytes.readUInt32LE(0) ? memory : null;
  } catch {
    return null;
  }
}

function keep(memory: Uint8Array, fd: number): void {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(memory), 0);
  for (const bytes of [checksum, memory]) for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  closeSync(fd);
}
