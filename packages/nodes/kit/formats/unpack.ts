/**
 * Owns taking packed bytes apart: each file with its name and its bytes as a stream, within a budget. A tar archive
 * inside a compressed stream is taken apart, too; any other archive inside is a file like the rest, so nothing nests.
 */
import { pipeline, Readable } from 'node:stream';
import { FailureError } from '@rondo/core/errors.ts';
import { CODEC, isTar, packedFormat, PROBE_BYTES, type Codec, type PackedFormat } from './codecs.ts';
import { pieces } from './carried.ts';
import { safeEntryName } from './entry-names.ts';
import { baseName, extensionOf } from './names.ts';
import { unreadable, type ByteSource } from './source.ts';
import { through, UnpackBudget } from './unpacking.ts';
import { readDirectory, shown, unpackEntry } from './zip-directory.ts';

export interface UnpackedFile {
  name: string;
  /** Must be read to its end before the next file is asked for. */
  pieces: AsyncIterable<Uint8Array>;
}

export interface Unpacking {
  source: ByteSource;
  format: string;
  limit: (name: string) => number;
  signal: AbortSignal;
  log: (line: string) => void;
}

async function* unzip(job: Unpacking): AsyncGenerator<UnpackedFile> {
  const { source, log, signal } = job;
  const budget = new UnpackBudget(source.name, job.limit);
  const entries = await readDirectory(source, job.limit);
  // All names are checked before the first byte is unpacked.
  const named = entries.map((entry) => ({ entry, name: safeEntryName(entry.name, source.name) }));
  for (const { entry, name } of named) {
    signal.throwIfAborted();
    if (entry.kind === 'folder') continue;
    if (entry.kind === 'link') log(`${source.name}: the link "${shown(name)}" was left out`);
    else yield { name, pieces: unpackEntry(source, entry, budget) };
  }
}

async function* untar(
  packed: AsyncIterable<Uint8Array>,
  job: Unpacking,
  budget: UnpackBudget,
): AsyncGenerator<UnpackedFile> {
  const { extract } = await import('tar-stream');
  const { source, log } = job;
  const tar = extract();
  let reading: unknown;
  const watched = (async function* () {
    try {
      yield* packed;
    } catch (error) {
      reading = error;
      throw error;
    }
  })();
  pipeline(Readable.from(watched, { objectMode: true }), tar, () => {});
  const problem = (error: unknown): unknown => {
    if (reading !== undefined) return reading;
    if (error instanceof FailureError) return error;
    const { message } = error as Error;
    return unreadable(
      source.name,
      // The stream of an entry is only destroyed under us when its bytes end too early.
      /unexpected end|destroyed/i.test(message)
        ? 'the tar archive is cut off'
        : `the tar archive is damaged (${message})`,
    );
  };
  async function* content(entry: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* entry;
    } catch (error) {
      throw problem(error);
    }
  }
  try {
    for await (const entry of tar) {
      job.signal.throwIfAborted();
      const { type, name } = entry.header;
      budget.entry();
      if (type === 'file' || type === 'contiguous-file') {
        yield { name: safeEntryName(name, source.name), pieces: content(entry as AsyncIterable<Uint8Array>) };
      } else {
        if (type !== 'directory') log(`${source.name}: the ${type ?? 'entry'} "${shown(name)}" was left out`);
        entry.resume();
      }
    }
  } catch (error) {
    throw problem(error);
  } finally {
    tar.destroy();
  }
}

async function* unpackStream(codec: Codec, job: Unpacking, budget: UnpackBudget): AsyncGenerator<Uint8Array> {
  const { source } = job;
  const { size: packed } = await source.read(0, 0);
  let unpacked = 0;
  for await (const piece of through(pieces(source, job.signal), CODEC[codec].unpack(), source.name, '')) {
    unpacked += piece.byteLength;
    budget.add(piece.byteLength, unpacked, packed, '');
    yield piece;
  }
}

/** The first bytes of a stream, and the stream with them. */
async function peek(
  stream: AsyncGenerator<Uint8Array>,
  least: number,
): Promise<{ head: Uint8Array; all: AsyncGenerator<Uint8Array> }> {
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < least) {
    const { value, done } = await stream.next();
    if (done === true) break;
    first.push(value);
    size += value.byteLength;
  }
  const head = Buffer.concat(first);
  async function* all(): AsyncGenerator<Uint8Array> {
    if (head.byteLength > 0) yield head;
    yield* stream;
  }
  return { head, all: all() };
}

/** The name without what the compression added to it. */
function innerName(path: string, codec: Codec): string {
  const name = baseName(path);
  if (name === '') return 'data';
  const extension = extensionOf(name);
  if (extension === 'tgz') return `${name.slice(0, -4)}.tar`;
  return extension === CODEC[codec].extension && name.length > extension.length + 1
    ? name.slice(0, -extension.length - 1)
    : name;
}

async function formatOf(job: Unpacking): Promise<PackedFormat> {
  const { source, format } = job;
  if (format === 'tar.gz') return 'gzip';
  if (format !== 'auto') return format as PackedFormat;
  const { bytes } = await source.read(0, PROBE_BYTES);
  const found = packedFormat(bytes, extensionOf(source.path));
  if (found !== null) return found;
  throw unreadable(
    source.name,
    'it is not known how it is packed (zip, tar, gzip, zstd and zlib show in the first bytes)',
    'Set the parameter format.',
  );
}

export async function* unpack(job: Unpacking): AsyncGenerator<UnpackedFile> {
  const { source } = job;
  const format = await formatOf(job);
  const budget = new UnpackBudget(source.name, job.limit);
  if (format === 'zip') yield* unzip(job);
  else if (format === 'tar') yield* untar(pieces(source, job.signal), job, budget);
  else {
    const { head, all } = await peek(unpackStream(format, job, budget), PROBE_BYTES);
    const isArchive = job.format === 'tar.gz' || (job.format === 'auto' && isTar(head));
    if (isArchive) yield* untar(all, job, budget);
    else yield { name: safeEntryName(innerName(source.path, format), source.name), pieces: all };
  }
}
