/**
 * Owns the files of the built studio in memory: what they are, their compressed form, what may be kept for how long.
 * Reads them once at the start: a few megabytes, and no path of a request ever reaches the disk. Holds no route.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

export interface StudioFile {
  type: string;
  bytes: Buffer;
  etag: string;
  /** Its name carries a hash of its content: it may be kept for ever. */
  immutable: boolean;
  /** Null: it would not get smaller. */
  compressed(): Promise<Buffer | null>;
}

export interface StudioFiles {
  /** The page; `__RONDO_NONCE__` in it is to be replaced. */
  page: string;
  /** By path without the first slash. */
  get(path: string): StudioFile | undefined;
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};
const TEXTS = new Set(['.js', '.css', '.svg', '.json']);
/** What the build writes for itself. */
const NOT_SERVED = new Set(['index.html', 'manifest.json', 'sources.txt']);
const zip = promisify(gzip);

/** Null when there is no built studio in the folder. */
export function readStudio(folder: string): StudioFiles | null {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) return null;
  const files = new Map<string, StudioFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    const type = TYPES[extname(path)];
    if (!entry.isFile() || type === undefined || NOT_SERVED.has(path)) continue;
    files.set(path, fileOf(readFileSync(join(folder, path)), type, path));
  }
  return { page: readFileSync(index, 'utf8'), get: (path) => files.get(path) };
}

function fileOf(bytes: Buffer, type: string, path: string): StudioFile {
  let small: Promise<Buffer | null> | undefined;
  return {
    type,
    bytes,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    immutable: path.startsWith('assets/'),
    compressed: () => (small ??= compress(bytes, path)),
  };
}

async function compress(bytes: Buffer, path: string): Promise<Buffer | null> {
  if (!TEXTS.has(extname(path)) || bytes.byteLength < 1_000) return null;
  return zip(bytes, { level: constants.Z_BEST_COMPRESSION });
}
