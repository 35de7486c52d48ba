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
export function parseMasterKey(text: string, from: string): Buffer {
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

/** A draft beside the file, on disk, readable by its owner only. */
function writeDraft(file: string, key: Uint8Array): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, `${Buffer.from(key).toString('base64')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return draft;
}

function createFile(file: string): void {
  const draft = writeDraft(file, randomBytes(KEY_BYTES));
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

/** The key from the environment, else from the file, which is created at first use. Throws StoreError. */
export function readMasterKey({ environment, file }: MasterKeySource): Buffer {
  if (environment !== undefined && environment.trim() !== '')
    return parseMasterKey(environment, 'RONDO_ENCRYPTION_KEY');
  return orUnusable(file, () => {
    const found = readFile(file);
    if (found !== null) return found;
    createFile(file);
    const created = readFile(file);
    if (created === null) throw unusable(`The key file ${file} cannot be used: it was removed just now.`);
    return created;
  });
}

/**
 * Puts a new key into the file, after `rotate` has encrypted everything with it. A draft with the new
 * key is on disk before that, so that at no moment the only copy of a key is in memory: after a
 * crash in between it is found as FILE.next.
 */
export async function replaceMasterKey(file: string, rotate: (key: Buffer) => Promise<unknown>): Promise<void> {
  const next = `${file}.next`;
  const key = randomBytes(KEY_BYTES);
  orUnusable(file, () => {
    const draft = writeDraft(next, key);
    try {
      linkSync(draft, next);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const why = 'an earlier change of the key did not end';
      const advice = `If the secrets can be read with the key in ${file}, remove ${next}; else put it in the place of ${file}`;
      throw unusable(`${next} exists already: ${why}. ${advice}.`);
    } finally {
      rmSync(draft, { force: true });
    }
  });
  try {
    await rotate(key);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
  orUnusable(file, () => renameSync(next, file));
}
