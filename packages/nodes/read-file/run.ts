/**
 * Owns one call of the Read File node: a page of the file as items, or its bytes as a file of one item.
 * The formats are in kit/formats.
 */
import type { Item } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { blobsOf, pieces } from '../kit/formats/carried.ts';
import { baseName, mediaType, readFormat } from '../kit/formats/names.ts';
import { readPage } from '../kit/formats/read-page.ts';
import { fileSource } from '../kit/formats/source.ts';
import type { Sizes } from '../kit/formats/text-reading.ts';
import { withFile } from '../kit/item-files.ts';
import { filesThatFit, isPattern } from '../kit/formats/listing.ts';
import { readFlag, readText } from '../kit/read.ts';

export async function run(call: EffectCall, sizes?: Sizes): Promise<EffectResult> {
  const path = readText(call.params, 'path');
  const source = fileSource(call.ports.files, path);
  const format = readFormat(readText(call.params, 'format', 'auto'), path);
  if (format !== 'binary') return readPage(call, source, format, sizes);
  if (!readFlag(call.params, 'pattern', false) || !isPattern(path)) return { items: [await carried(call, path)] };
  const items: Item[] = [];
  for (const { path: one } of await filesThatFit(call, path, false)) items.push(await carried(call, one));
  return { items };
}

async function carried(call: EffectCall, path: string): Promise<Item> {
  const name = readText(call.params, 'name', '') || baseName(path);
  const mime = readText(call.params, 'mime', '') || mediaType(path);
  const { blob, size } = await blobsOf(call).put(pieces(fileSource(call.ports.files, path), call.signal));
  return withFile(call, { blob, size, name, mime }, { path, name, mime, size }, readText(call.params, 'file', 'file'));
}
