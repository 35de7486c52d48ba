/** Owns packing files into one stream of bytes: zip, tar, or a single compressed stream. Does not store them. */
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { CODEC, type Codec } from './codecs.ts';
import { through } from './unpacking.ts';
import { zipped } from './zip-stream.ts';

export interface PackFile {
  name: string;
  size: number;
  pieces: () => AsyncIterable<Uint8Array>;
}

/** A fixed time makes equal files equal archives. */
const MADE_AT = new Date(Date.UTC(1980, 0, 2));

async function* tarred(files: readonly PackFile[]): AsyncGenerator<Uint8Array> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const feed = async (): Promise<void> => {
    for (const { name, size, pieces } of files) {
      await new Promise<void>((resolve, reject) => {
        const settle = (error?: Error | null): void => (error == null ? resolve() : reject(error));
        const entry = tar.entry({ name, size, mtime: MADE_AT, mode: 0o644 }, settle);
        // The end of the entry settles it; the pipe reports what went wrong before.
        pipeline(Readable.from(pieces(), { objectMode: true }), entry, (error) => {
          if (error != null) reject(error);
        });
      });
    }
    tar.finalize();
  };
  const fed = feed().catch((error: unknown) => tar.destroy(error as Error));
  try {
    for await (const piece of tar as AsyncIterable<Uint8Array>) yield piece;
  } finally {
    tar.destroy();
  }
  await fed;
}

async function* zipFiles(
  files: readonly PackFile[],
): AsyncGenerator<{ name: string; pieces: AsyncIterable<Uint8Array> }> {
  for (const { name, pieces } of files) yield { name, pieces: pieces() };
}

export type ArchiveFormat = 'zip' | 'tar' | 'tar.gz';

export function packArchive(
  format: ArchiveFormat,
  files: readonly PackFile[],
  level: number,
): AsyncIterable<Uint8Array> {
  if (format === 'zip') return zipped(zipFiles(files), level);
  if (format === 'tar') return tarred(files);
  return through(tarred(files), createGzip({ level }), 'the archive', '');
}

export function packStream(codec: Codec, file: PackFile, level: number): AsyncIterable<Uint8Array> {
  return through(file.pieces(), CODEC[codec].pack(level), `file "${file.name}"`, '');
}
