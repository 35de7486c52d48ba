/**
 * Owns one call of the Read File node: a page of the file as items, or its bytes as a file of one item.
 * The formats are in kit/formats.
 */
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { blobsOf, pieces } from '../kit/formats/carried.ts';
import { baseName, mediaType, readFormat } from '../kit/formats/names.ts';
import { readPage } from '../kit/formats/read-page.ts';
import { fileSource } from '../kit/formats/source.ts';
import type { Sizes } from '../kit/formats/text-reading.ts';
import { readText } from '../kit/read.ts';

export async function run(call: EffectCall, sizes?: Sizes): Promise<EffectResult> {
  const path = readText(call.params, 'path');
  const source = fileSource(call.ports.files, path);
  const format = readFormat(readText(call.params, 'format', 'auto'), path);
  if (format !== 'binary') return readPage(call, source, format, sizes);
  const [name, mime] = [baseName(path), mediaType(path)];
  const { blob, size } = await blobsOf(call).put(pieces(source, call.signal));
  const field = readText(call.params, 'file', 'file');
  return { items: [{ json: { path, name, mime, size }, files: { [field]: { blob, size, name, mime } } }] };
}
