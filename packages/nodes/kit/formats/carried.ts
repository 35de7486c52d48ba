/**
 * Owns the files that items carry: which one a node means, their bytes as pieces, base64 in a field. Does not know
 * formats.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { BlobPort } from '@rondo/core/model/effect-ports.ts';
import type { FileRef, Item } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { getPath } from '../paths.ts';
import { kindOf } from '../read.ts';
import { steady, type ByteSource } from './source.ts';

const PIECE = 1024 * 1024;

function wrong(message: string, fix: string): FailureError {
  return new FailureError(failure('node-failed', message, { retry: 'no', fix }));
}

export function blobsOf(call: EffectCall): BlobPort {
  const { blobs } = call.ports;
  if (blobs === undefined) throw wrong('This run has no store for the files of items.', 'Run it where there is one.');
  return blobs;
}

/** All bytes of a source, a piece at a time. */
export async function* pieces(source: ByteSource, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const fixed = steady(source, '');
  for (let offset = 0; ; ) {
    signal.throwIfAborted();
    const { bytes, size } = await fixed.read(offset, PIECE);
    if (bytes.byteLength > 0) yield bytes;
    offset += bytes.byteLength;
    if (offset >= size || bytes.byteLength === 0) return;
  }
}

/** The file that is called `name`; without a name the only one. */
export function carriedFile(item: Item, name: string): { name: string; ref: FileRef } {
  const files = item.files ?? {};
  const names = Object.keys(files);
  if (name !== '') {
    const ref = Object.hasOwn(files, name) ? files[name] : undefined;
    if (ref !== undefined) return { name, ref };
    const known = names.length === 0 ? 'none' : names.slice(0, 20).join(', ');
    throw wrong(`The item carries no file "${name}" (its files: ${known}).`, 'Correct the parameter file.');
  }
  const [only] = names;
  if (only !== undefined && names.length === 1) return { name: only, ref: files[only] as FileRef };
  throw wrong(
    names.length === 0
      ? 'The item carries no file.'
      : `The item carries ${names.length} files: ${names.slice(0, 20).join(', ')}.`,
    names.length === 0
      ? 'Give it one with Read File (format binary) or HTTP Request, or set from to base64 or text.'
      : 'Say which one in the parameter file.',
  );
}

/** Bytes of a text field, as they are or from base64 (the URL alphabet and a data URL, too). */
export function bytesOfField(item: Item, field: string, from: 'base64' | 'text'): Uint8Array {
  const value = getPath(item.json, field);
  if (typeof value !== 'string')
    throw wrong(`The field ${field} must be text, not ${kindOf(value)}.`, 'Correct the parameter field.');
  if (from === 'text') return Buffer.from(value, 'utf8');
  const text = value.replace(/^data:[^,]{0,200};base64,/, '').replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1)
    throw wrong(`The field ${field} is not base64.`, 'Correct the field, or set from to text.');
  return Buffer.from(text, 'base64');
}
