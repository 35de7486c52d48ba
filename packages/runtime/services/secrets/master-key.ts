/**
 * Owns where the master key of an installation comes from: the environment, or a file for its owner
 * only. Does not encrypt, and never puts a key into a message.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '@rondo/core/ports.ts';

const KEY_BYTES = 32;
const HOW = 'It must be 32 bytes, written as 64 hexadecimal digits or as base64 (`openssl rand -base64 32` makes one)';

export interface MasterKeySource {
  /** Value of RONDO_ENCRYPTION_KEY; it wins over the file. */
  environment: string | undefined;
  file: string;
}

function unusable(message: string): StoreError {
  return new StoreError('store-unavailable', message);
}

/** A key as text: hexadecimal, base64 or base64url. `from` says in messages where it came from. */
function parseMasterKey(text: string, from: string): Buffer {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) {
    const key = Buffer.from(trimmed, 'base64');
    if (key.byteLength === KEY_BYTES) return key;
  }
  throw unusable(`${from} is not an encryption key: it has ${trimmed.length} characters. ${HOW}.`);
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? '';
}

/** Makes a key of its own, unless there is one; on disk when it returns. */
function createFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    // Unlike a rename, a link does not replace the key that another process made just now.
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readFile(file: string): Buffer | null {
  let text: string;
  try {
    const { mode } = statSync(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const others = `Others than its owner may use it (mode ${(mode & 0o777).toString(8)})`;
      throw unusable(`The key file ${file} is not used. ${others}; correct this with: chmod 600 ${file}`);
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  return parseMasterKey(text, `The content of the key file ${file}`);
}

function orUnusable<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreError || codeOf(error) === '') throw error;
    throw unusable(`The key file ${file} cannot be used: ${(error as Error).message}.`);
  }
}

function fromFile(file: string): Buffer {
  return orUnusable(file, () => {
    const found = readFile(file);
    if (found !== null) return found;
    createFile(file);
    const created = readFile(file);
    if (created === null) throw unusable(`The key file ${file} cannot be used: it was removed just now.`);
    return created;
  });
}

/** The key from the environment, else from the file, which is created at first use. Throws StoreError. */
export function readMasterKey({ environment, file }: MasterKeySource): Buffer {
  if (environment === undefined || environment.trim() === '') return fromFile(file);
  return parseMasterKey(environment, 'RONDO_ENCRYPTION_KEY');
}

/**
 * Puts a new key into the file, after `rotate` has encrypted everything with it. It is on disk as
 * FILE.next before that: at no moment is the only copy of a key in memory. A change that did not end,
 * because of an error or a crash, is ended by the next one, with the same key.
 */
export async function replaceMasterKey(file: string, rotate: (key: Buffer) => Promise<unknown>): Promise<void> {
  const next = `${file}.next`;
  await rotate(fromFile(next));
  orUnusable(file, () => renameSync(next, file));
}
