/**
 * Owns the end of writing: the hidden file with all blocks takes the place of the file, is put at its end, or is
 * made into a table. Each can be repeated after a crash at any point and gives the same file.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { closingText, tableFile, type Layout } from '../kit/formats/write-blocks.ts';
import { fileSource, unreadable } from '../kit/formats/source.ts';
import { cutLines } from '../kit/formats/records.ts';
import type { Carry } from './carry.ts';

const PIECE = 1024 * 1024;

/** Size of a file; null when there is none. */
export async function sizeOf(call: EffectCall, path: string): Promise<number | null> {
  try {
    return (await call.ports.files.read(path, 0, 0)).size;
  } catch (error) {
    if (error instanceof FailureError && error.failure.data?.['errno'] === 'ENOENT') return null;
    throw error;
  }
}

function lost(carry: Carry): FailureError {
  return new FailureError(
    failure(
      'file-failed',
      `file "${carry.path}": what was written so far (${carry.part}) was taken away by somebody.`,
      {
        retry: 'no',
        fix: 'Run it again.',
      },
    ),
  );
}

export async function replaceByPart(call: EffectCall, carry: Carry, layout: Layout): Promise<number> {
  const { files } = call.ports;
  const end = Buffer.from(closingText(layout.format, carry));
  const total = carry.offset + end.byteLength;
  if (carry.offset > 0 && (await sizeOf(call, carry.part)) === null) {
    // An earlier try came as far as the renaming.
    if ((await sizeOf(call, carry.path)) === total) return total;
    throw lost(carry);
  }
  await files.writeAt(carry.part, carry.offset, end);
  await files.rename(carry.part, carry.path);
  return total;
}

/** Rows that were put aside, one after the other. */
async function* spooled(call: EffectCall, carry: Carry): AsyncGenerator<Json> {
  const source = fileSource(call.ports.files, carry.part);
  for (let offset = 0, length = PIECE; offset < carry.offset; ) {
    call.signal.throwIfAborted();
    const { bytes } = await source.read(offset, Math.min(length, carry.offset - offset));
    const { spans, rest } = cutLines(bytes, false, Number.POSITIVE_INFINITY);
    if (rest === 0 && bytes.byteLength < length) throw lost(carry);
    for (const span of spans)
      yield JSON.parse(Buffer.from(bytes.subarray(span.start, span.end)).toString('utf8')) as Json;
    offset += rest;
    length = rest === 0 ? length * 2 : PIECE;
  }
}

export async function replaceByTable(call: EffectCall, carry: Carry, layout: Layout): Promise<number> {
  const { files } = call.ports;
  if (carry.offset > 0 && (await sizeOf(call, carry.part)) === null) {
    const size = await sizeOf(call, carry.path);
    if (size !== null) return size;
    throw lost(carry);
  }
  const made = `${carry.part}-made`;
  let offset = 0;
  let waiting: Uint8Array[] = [];
  let size = 0;
  const write = async (): Promise<void> => {
    offset = await files.writeAt(made, offset, Buffer.concat(waiting));
    waiting = [];
    size = 0;
  };
  for await (const piece of tableFile(layout, carry, spooled(call, carry))) {
    call.signal.throwIfAborted();
    waiting.push(piece);
    size += piece.byteLength;
    if (size >= PIECE) await write();
  }
  await write();
  await files.rename(made, carry.path);
  await files.remove(carry.part);
  return offset;
}

/** Where the part goes in the file; noted down before, so that a second try knows what it may overwrite. */
interface Place {
  at: number;
  /** The last line of the file had no end. */
  glue: boolean;
}

async function notedPlace(call: EffectCall, carry: Carry, lines: boolean): Promise<Place> {
  const { files } = call.ports;
  const note = `${carry.part}-at`;
  if ((await sizeOf(call, note)) !== null) {
    const { bytes } = await files.read(note, 0, 1024);
    const text = Buffer.from(bytes).toString('utf8');
    // A note that was cut off was never acted on.
    if (text.endsWith('}')) return JSON.parse(text) as unknown as Place;
  }
  const at = (await sizeOf(call, carry.path)) ?? 0;
  const last = at === 0 ? null : (await files.read(carry.path, at - 1, 1)).bytes[0];
  const place: Place = { at, glue: lines && last !== null && last !== 0x0a };
  await files.writeAt(note, 0, Buffer.from(JSON.stringify(place)));
  return place;
}

/** Answers the bytes of the items, without a line end that was missing before them. */
export async function appendPart(call: EffectCall, carry: Carry, lines: boolean): Promise<number> {
  const { files } = call.ports;
  const { path, part } = carry;
  if (carry.offset === 0) {
    if ((await sizeOf(call, path)) === null) await files.writeAt(path, 0, new Uint8Array(0));
    return 0;
  }
  if ((await sizeOf(call, part)) === null) {
    await files.remove(`${part}-at`);
    return carry.offset;
  }
  const { at, glue } = await notedPlace(call, carry, lines);
  const start = at + (glue ? 1 : 0);
  const end = start + carry.offset;
  for (let offset = start; offset < end; ) {
    call.signal.throwIfAborted();
    const { bytes } = await files.read(part, offset - start, Math.min(PIECE, end - offset));
    if (bytes.byteLength === 0) throw lost(carry);
    const piece = offset === start && glue ? Buffer.concat([Buffer.from('\n'), bytes]) : bytes;
    const from = offset === start ? at : offset;
    const there = await sizeOf(call, path);
    const old =
      there === null || there <= from ? new Uint8Array(0) : (await files.read(path, from, piece.byteLength)).bytes;
    if (Buffer.compare(old, piece.subarray(0, old.byteLength)) !== 0)
      throw unreadable(
        `file "${path}"`,
        'somebody else wrote to its end while lines were being added',
        'Run it again.',
      );
    // What an earlier try, or somebody after it, wrote stays.
    if (old.byteLength < piece.byteLength) await files.writeAt(path, from, piece);
    offset += bytes.byteLength;
  }
  await files.remove(part);
  await files.remove(`${part}-at`);
  return carry.offset;
}
