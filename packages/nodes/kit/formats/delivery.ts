/**
 * Owns handing on bytes that a node made: as a file that the item carries, or as base64 or text in a field; and the
 * parameters that say how. Does not make them.
 */
import { isUtf8 } from 'node:buffer';
import { FailureError } from '@rondo/core/errors.ts';
import type { Item } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { BESIDE, withFile } from '../item-files.ts';
import { putPath, type JsonObject } from '../paths.ts';
import { readChoice, readText } from '../read.ts';
import { blobsOf } from './carried.ts';
import { mediaType } from './names.ts';
import { unreadable } from './source.ts';

export const DELIVERY_PARAMETERS: Record<string, ParameterSpec> = {
  to: {
    type: 'string',
    description: 'file: a file that the item carries · base64 or text: a field of the item.',
    default: 'file',
    enum: ['file', 'base64', 'text'],
  },
  as: {
    type: 'string',
    description: 'Name of the file that the item carries, or dot path of the field.',
    default: 'data',
  },
  beside: BESIDE,
  mime: { type: 'string', description: 'Media type of the file. Default: by the extension of its name.' },
};

async function collect(call: EffectCall, name: string, bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const most = call.ports.limit('item.bytes');
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of bytes) {
    size += part.byteLength;
    if (size > most)
      throw new FailureError({
        ...limitFailure('item.bytes', most, `"${name}"`, 'hand it on as a file (to: file)'),
        retry: 'no',
      });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** An item with name, mime and size, and the bytes. */
export async function delivered(
  call: EffectCall,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  facts: JsonObject = {},
): Promise<Item> {
  const to = readChoice(call.params, 'to', ['file', 'base64', 'text'] as const, 'file');
  const as = readText(call.params, 'as', 'data');
  const mime = readText(call.params, 'mime', '') || mediaType(name);
  if (to === 'file') {
    const { blob, size } = await blobsOf(call).put(bytes);
    return withFile(call, { blob, size, name, mime }, { name, mime, size, ...facts }, as);
  }
  const content = await collect(call, name, bytes);
  if (to === 'text' && !isUtf8(content))
    throw unreadable(`"${name}"`, 'it is not UTF-8 text', 'Set to to base64 or file.');
  const json: JsonObject = { name, mime, size: content.byteLength, ...facts };
  putPath(json, as, content.toString(to === 'text' ? 'utf8' : 'base64'));
  return { json };
}
