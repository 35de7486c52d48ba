/**
 * Owns the store of bytes that items refer to by FileRef: the port, and a folder behind it.
 * A blob's id is the SHA-256 of its bytes, so putting the same bytes again changes nothing.
 * Does not know items, names or types of files, and deletes nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { BlobPort } from '@rondo/core/model/effect-ports.ts';

export interface BlobStore extends BlobPort {
  has(blob: string): Promise<boolean>;
}

const ID = /^[0-9a-f]{64}$/;

function broken(blob: string, reason: string): FailureError {
  return new FailureError(failure('file-failed', `blob ${blob.slice(0, 80)}: ${reason}`, { retry: 'no' }));
}

function isMissing(error: unknown): boolean {
  return (error as { code?: string }).code === 'ENOENT';
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** Blobs as files `<folder>/ab/abcdef...`, readable by the owner only. */
export function createFolderBlobs(folder: string): BlobStore {
  /** Ids come from items, which users write; only a digest becomes a path. */
  const pathOf = (blob: string): string => {
    if (!ID.test(blob)) throw broken(blob, 'it is not an id of a blob');
    return join(folder, blob.slice(0, 2), blob);
  };

  async function* read(blob: string): AsyncIterable<Uint8Array> {
    const path = pathOf(blob);
    const digest = createHash('sha256');
    try {
      for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
        digest.update(chunk);
        yield chunk;
      }
    } catch (error) {
      throw isMissing(error) ? broken(blob, 'it does not exist') : error;
    }
    if (digest.digest('hex') !== blob) throw broken(blob, 'its bytes were changed');
  }

  return {
    async put(source) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, `.draft-${randomBytes(12).toString('hex')}`);
      const file = await open(draft, 'wx', 0o600);
      const digest = createHash('sha256');
      let size = 0;
      try {
        try {
          for await (const chunk of source instanceof Uint8Array ? once(source) : source) {
            digest.update(chunk);
            size += chunk.byteLength;
            await file.writeFile(chunk);
          }
          await file.datasync();
        } finally {
          await file.close();
        }
        const blob = digest.digest('hex');
        const path = pathOf(blob);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        // Replacing an equal file is harmless, and heals one that was damaged.
        await rename(draft, path);
        return { blob, size };
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async get(blob) {
      const path = pathOf(blob);
      const bytes = await readFile(path).catch((error: unknown) => {
        throw isMissing(error) ? broken(blob, 'it does not exist') : error;
      });
      if (createHash('sha256').update(bytes).digest('hex') !== blob) throw broken(blob, 'its bytes were changed');
      return bytes;
    },
    read,
    // A part cannot be checked against the digest of the whole.
    async slice(blob, offset, length) {
      const file = await open(pathOf(blob), 'r').catch((error: unknown) => {
        throw isMissing(error) ? broken(blob, 'it does not exist') : error;
      });
      try {
        const { size } = await file.stat();
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
        let got = 0;
        while (got < bytes.byteLength) {
          const { bytesRead } = await file.read(bytes, got, bytes.byteLength - got, offset + got);
          if (bytesRead === 0) break;
          got += bytesRead;
        }
        return { bytes: bytes.subarray(0, got), size };
      } finally {
        await file.close();
      }
    },
    has: (blob) =>
      stat(pathOf(blob)).then(
        () => true,
        () => false,
      ),
  };
}
