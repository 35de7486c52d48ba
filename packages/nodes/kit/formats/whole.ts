/**
 * Owns reading the bytes of a source at once, as a text, a JSON value or base64, up to the size that an item may have.
 * Does not know rows.
 */
import { isUtf8 } from 'node:buffer';
import { FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { readChoice, wrongParameter } from '../read.ts';
import { pieces } from './carried.ts';
import { checkUtf8, decodePart, ENCODINGS, findEncoding } from './encoding.ts';
import type { ReadFormat } from './names.ts';
import { unreadable, type ByteSource } from './source.ts';

export async function wholeValue(call: EffectCall, source: ByteSource, format: ReadFormat): Promise<Json> {
  const most = call.ports.limit('item.bytes');
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of pieces(source, call.signal)) {
    size += part.byteLength;
    if (size > most) throw new FailureError({ ...limitFailure('item.bytes', most, source.name), retry: 'no' });
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  if (format === 'binary') return bytes.toString('base64');
  if (format !== 'text' && format !== 'json') wrongParameter('format', 'text, json or binary, with into', format);
  const wanted = readChoice(call.params, 'encoding', ENCODINGS, 'auto');
  // What says nothing of itself and is not UTF-8 comes from the time before it.
  const plain = wanted === 'auto' && findEncoding(bytes, wanted).encoding === 'utf-8' && !isUtf8(bytes);
  const { encoding, mark } = findEncoding(bytes, plain ? 'latin1' : wanted);
  const raw = bytes.subarray(call.params['keepMark'] === true ? 0 : mark);
  if (encoding === 'utf-8') checkUtf8(raw, source.name, 1);
  const text = Buffer.from(decodePart(raw, encoding, true, source.name).bytes).toString('utf8');
  if (format === 'text') return text;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unreadable(source.name, `it is not valid JSON (${reason})`);
  }
}
