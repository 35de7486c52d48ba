/**
 * Owns the compressions of single streams: how they are called, how they are known, packing and unpacking.
 * Does not know archives of several files (pack.ts, unpack.ts).
 */
import {
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createGunzip,
  createGzip,
  createInflate,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib';
import type { Transform } from 'node:stream';

export const CODECS = ['gzip', 'deflate', 'brotli', 'zstd'] as const;
export type Codec = (typeof CODECS)[number];

interface Kind {
  extension: string;
  /** Levels from quick to small, and what is taken without one. */
  levels: { least: number; most: number; usual: number };
  pack: (level: number) => Transform;
  unpack: () => Transform;
}

export const CODEC: Record<Codec, Kind> = {
  gzip: {
    extension: 'gz',
    levels: { least: 0, most: 9, usual: 6 },
    pack: (level) => createGzip({ level }),
    unpack: () => createGunzip(),
  },
  deflate: {
    extension: 'zz',
    levels: { least: 0, most: 9, usual: 6 },
    pack: (level) => createDeflate({ level }),
    unpack: () => createInflate(),
  },
  brotli: {
    extension: 'br',
    levels: { least: 0, most: 11, usual: 6 },
    pack: (level) => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: level } }),
    unpack: () => createBrotliDecompress(),
  },
  zstd: {
    extension: 'zst',
    levels: { least: 1, most: 19, usual: 3 },
    pack: (level) => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } }),
    unpack: () => createZstdDecompress(),
  },
};

export type PackedFormat = Codec | 'zip' | 'tar';

/** Where the mark of a tar archive stands, and how much of a file must be seen for it. */
const TAR_MARK = 257;
export const PROBE_BYTES = 512;

export function isTar(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(TAR_MARK, TAR_MARK + 5)).toString('latin1') === 'ustar';
}

/** What the first bytes, or else the name, say; null when neither does. */
export function packedFormat(head: Uint8Array, extension: string): PackedFormat | null {
  const [a, b, c, d] = head;
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6))) return 'zip';
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  if (isTar(head)) return 'tar';
  if (extension === 'tar') return 'tar';
  if (extension === 'br') return 'brotli';
  // The mark of a zlib stream is weak: one in a thousand texts has it.
  if (a === 0x78 && b !== undefined && (a * 256 + b) % 31 === 0) return 'deflate';
  return null;
}
