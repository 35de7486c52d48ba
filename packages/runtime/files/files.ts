/**
 * Owns the files that nodes may reach: paths below allowed roots, read and written by offset, listed, renamed.
 * Does not parse files, keep handles between calls or know nodes.
 *
 * The checks are lexical, then by real path, then on the open handle, so that `..`, absolute
 * paths, symbolic links and a link swapped in between are all refused.
 */
import { constants } from 'node:fs';
import { mkdir, open, opendir, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FileEntry, FilePort } from '@rondo/core/model/effect-ports.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';

export interface FilesOptions {
  /** Further folders that absolute paths may lead into. */
  roots?: readonly string[];
}

/** The product's own folder (database, keys); no node reads or writes it, wherever it lies. */
const OWN_FOLDER = '.rondo';

const REASONS: Record<string, string> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
};

function refused(path: string, reason: string, errno?: string): FailureError {
  return new FailureError(
    failure('file-failed', `file "${path}": ${reason}`, {
      retry: errno === 'EMFILE' ? 'yes' : 'no',
      data: { path, reason, ...(errno === undefined ? {} : { errno }) },
    }),
  );
}

function asFailure(path: string, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const { code, message } = error as { code?: string; message: string };
  return refused(path, REASONS[code ?? ''] ?? message, code);
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function errnoOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}

/** The real path of the deepest part that exists, with the rest as written. */
async function realest(path: string): Promise<string> {
  const missing: string[] = [];
  for (let part = path; ; part = dirname(part)) {
    try {
      return join(await realpath(part), ...missing);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || dirname(part) === part) throw error;
      missing.unshift(basename(part));
    }
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, offset + done);
    done += bytesWritten;
  }
}

/** Files below `root`; relative paths start there. */
export function createFiles(root: string, options: FilesOptions = {}): FilePort {
  const base = resolve(root);
  const roots = [base, ...(options.roots ?? []).map((folder) => resolve(folder))];

  /** The path to open, with all links followed. */
  async function allowed(path: string): Promise<string> {
    if (path === '' || path.includes('\0')) throw refused(path, 'it is not a path');
    const full = resolve(base, path);
    const fix = `Paths are relative to ${basename(base)}/ and stay inside it`;
    if (!roots.some((folder) => isInside(folder, full)))
      throw refused(path, `it is outside the allowed folders. ${fix}`);
    const real = await realest(full);
    const realRoots = await Promise.all(roots.map((folder) => realest(folder)));
    const home = realRoots.find((folder) => isInside(folder, real));
    if (home === undefined) throw refused(path, `a symbolic link leads outside the allowed folders. ${fix}`);
    if (relative(home, real).split(sep).includes(OWN_FOLDER))
      throw refused(path, 'it is in the folder of Rondo itself');
    return real;
  }

  async function openChecked(path: string, real: string, flags: number): Promise<FileHandle> {
    // NONBLOCK: opening a named pipe must not hang before it is refused.
    const file = await open(real, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o666);
    try {
      const opened = await file.stat();
      if (!opened.isFile())
        throw refused(path, opened.isDirectory() ? (REASONS['EISDIR'] ?? '') : 'it is not a regular file');
      // A folder that was swapped for a link after the check shows here.
      const now = await stat(await realpath(real));
      if (now.ino !== opened.ino || now.dev !== opened.dev || (await realpath(real)) !== real) {
        throw refused(path, 'it was replaced while it was being opened');
      }
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async function withFile<T>(path: string, flags: number, work: (file: FileHandle) => Promise<T>): Promise<T> {
    try {
      const real = await allowed(path);
      if ((flags & constants.O_CREAT) !== 0) await mkdir(dirname(real), { recursive: true });
      const file = await openChecked(path, real, flags);
      try {
        return await work(file);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw asFailure(path, error);
    }
  }

  /** What an entry of a folder is; null for what no node may use: links that lead out, devices, our own folder. */
  async function entryOf(folder: string, name: string): Promise<FileEntry | null> {
    try {
      const real = await allowed(join(folder, name));
      const found = await stat(real);
      const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : null;
      // A folder behind a link could lead back up, and a walk through it would not end.
      if (kind === null || (kind === 'folder' && real !== join(await realest(resolve(base, folder)), name)))
        return null;
      return { name, kind, size: kind === 'file' ? found.size : 0, modified: Math.round(found.mtimeMs) };
    } catch (error) {
      // Refused, or gone since the folder was read.
      if (error instanceof FailureError || errnoOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  async function list(folder: string, most: number): Promise<FileEntry[]> {
    try {
      const names: string[] = [];
      for await (const { name } of await opendir(await allowed(folder))) {
        if (names.length >= most)
          throw new FailureError({ ...limitFailure('file.listed', most, `folder "${folder}"`), retry: 'no' });
        names.push(name);
      }
      const entries = await Promise.all(names.sort().map((name) => entryOf(folder, name)));
      return entries.filter((entry) => entry !== null);
    } catch (error) {
      throw asFailure(folder, error);
    }
  }

  /** A name in a folder is durable when the folder is; systems that cannot open folders do it themselves. */
  async function syncFolder(path: string): Promise<void> {
    const folder = await open(dirname(path), constants.O_RDONLY).catch(() => null);
    await folder?.sync().catch(() => {});
    await folder?.close();
  }

  return {
    list,
    locate: async (path, access) => {
      try {
        const real = await allowed(path);
        if (access === 'write') await mkdir(dirname(real), { recursive: true });
        else if (!(await stat(real)).isFile()) throw refused(path, 'it is not a regular file');
        return real;
      } catch (error) {
        throw asFailure(path, error);
      }
    },
    rename: async (from, to) => {
      try {
        const [source, target] = [await allowed(from), await allowed(to)];
        if (!(await stat(source)).isFile()) throw refused(from, 'it is not a regular file');
        await mkdir(dirname(target), { recursive: true });
        await rename(source, target);
        await syncFolder(target);
      } catch (error) {
        throw asFailure(errnoOf(error) === 'EISDIR' ? to : from, error);
      }
    },
    remove: async (path) => {
      try {
        await rm(await allowed(path), { force: true });
      } catch (error) {
        throw asFailure(path, errnoOf(error) === 'ERR_FS_EISDIR' ? { code: 'EISDIR', message: '' } : error);
      }
    },
    read: (path, offset, length) =>
      withFile(path, constants.O_RDONLY, async (file) => {
        const { size, ino, mtimeNs } = await file.stat({ bigint: true });
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, Number(size) - offset)));
        let got = 0;
        while (got < bytes.byteLength) {
          const { bytesRead } = await file.read(bytes, got, bytes.byteLength - got, offset + got);
          if (bytesRead === 0) break;
          got += bytesRead;
        }
        return { bytes: bytes.subarray(0, got), size: Number(size), stamp: `${ino}-${size}-${mtimeNs}` };
      }),
    writeAt: (path, offset, bytes) =>
      withFile(path, constants.O_RDWR | constants.O_CREAT, async (file) => {
        const { size } = await file.stat();
        // Growing here would fill the gap with zero bytes.
        if (size < offset)
          throw refused(path, `it has ${size} bytes, but ${offset} were written before: it was cut by somebody`);
        if (size > offset) await file.truncate(offset);
        await writeAll(file, bytes, offset);
        // The carry that says "written" is durable; the bytes must be so before it.
        await file.datasync();
        return offset + bytes.byteLength;
      }),
  };
}
