/**
 * Owns where the bytes of a format come from: a file behind the door, a blob, bytes in memory; and the words of
 * failures about their content. Does not decode anything.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { BlobPort, FilePort } from '@rondo/core/model/effect-ports.ts';
import type { FileRef } from '@rondo/core/model/item.ts';

export interface ByteSource {
  /** What failures call it: `file "a.csv"`. */
  readonly name: string;
  /** What its extension is taken from. */
  readonly path: string;
  /** The same for the same bytes as far as a process is concerned: what is kept open is kept under it. */
  readonly key: string;
  /** Bytes from `offset`, at most `length`; fewer at the end. `stamp` tells whether the bytes changed. */
  read(offset: number, length: number): Promise<{ bytes: Uint8Array; size: number; stamp: string }>;
}

export function unreadable(name: string, reason: string, fix?: string): FailureError {
  return new FailureError(
    failure('file-failed', `${name}: ${reason}`, {
      retry: 'no',
      data: { name, reason },
      ...(fix === undefined ? {} : { fix }),
    }),
  );
}

export function fileSource(files: FilePort, path: string): ByteSource {
  return {
    name: `file "${path}"`,
    path,
    key: `file:${path}`,
    read: (offset, length) => files.read(path, offset, length),
  };
}

export function blobSource(blobs: BlobPort, ref: FileRef): ByteSource {
  const path = ref.name ?? '';
  return {
    name: path === '' ? 'the file of the item' : `file "${path}" of the item`,
    path,
    key: `blob:${ref.blob}`,
    // The id of a blob is the digest of its bytes, so it cannot change.
    read: async (offset, length) => ({ ...(await blobs.slice(ref.blob, offset, length)), stamp: ref.blob }),
  };
}

export function bytesSource(bytes: Uint8Array, path: string, key: string): ByteSource {
  return {
    name: path === '' ? 'the content' : `the content "${path}"`,
    path,
    key: `bytes:${key}`,
    read: async (offset, length) => ({
      bytes: bytes.subarray(offset, offset + length),
      size: bytes.byteLength,
      stamp: String(bytes.byteLength),
    }),
  };
}

/** The same source; a read after its bytes changed is a failure. */
export function steady(source: ByteSource, stamp: string): ByteSource {
  let known = stamp;
  return {
    ...source,
    read: async (offset, length) => {
      const part = await source.read(offset, length);
      if (known === '') known = part.stamp;
      if (known !== part.stamp) {
        throw unreadable(source.name, 'it changed while it was being read; run again when nobody writes to it');
      }
      return part;
    },
  };
}

/** Reads exactly `length` bytes; the words say what was expected where the file ends too early. */
export async function readExactly(
  source: ByteSource,
  offset: number,
  length: number,
  what: string,
): Promise<Uint8Array> {
  const { bytes, size } = await source.read(offset, length);
  if (bytes.byteLength < length)
    throw unreadable(source.name, `${what} should be at byte ${offset}, but it ends at byte ${size}: it is cut off`);
  return bytes;
}
