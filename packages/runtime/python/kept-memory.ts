/**
 * Owns the file with the memory of a prepared interpreter, kept between runs: where it is, and that it is whole.
 * Where nothing can be kept, Python starts from nothing each time. Does not make or load it (interpreter.ts).
 */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const FOLDER = path.resolve(here, '..', '..', '..', 'node_modules', '.cache', 'rondo-python');

/** A file that is being written; it counts once it is complete. */
export interface Keeping {
  fd: number;
  complete(): void;
  /** Takes back what is not complete; answers nothing when it is. */
  end(): void;
}

/** The file for this build of the interpreter, of Node and of what is set up in it. */
export function keptFile(pyodideVersion: string, folder: string = FOLDER): string {
  const hash = createHash('sha256').update(`${process.version} ${process.arch} ${pyodideVersion}`);
  for (const name of readdirSync(here).filter((file) => file.endsWith('.py') || file === 'interpreter.ts'))
    hash.update(readFileSync(path.join(here, name)));
  return path.join(folder, `${hash.digest('hex').slice(0, 16)}.memory`);
}

export const isKept = (file: string): boolean => statSync(file, { throwIfNoEntry: false }) !== undefined;

/** Null when nothing can be kept. */
export function keepAt(file: string): Keeping | null {
  const fresh = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  let fd: number;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    fd = openSync(fresh, 'wx');
  } catch {
    return null;
  }
  let open = true;
  const close = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  return {
    fd,
    complete() {
      close();
      renameSync(fresh, file);
      forgetOthers(file);
    },
    end() {
      close();
      rmSync(fresh, { force: true });
    },
  };
}

/** Memories of other builds are large and of no use. */
function forgetOthers(file: string): void {
  const folder = path.dirname(file);
  for (const name of readdirSync(folder))
    if (name.endsWith('.memory') && name !== path.basename(file)) rmSync(path.join(folder, name), { force: true });
}
