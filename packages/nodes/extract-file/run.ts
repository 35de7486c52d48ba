/** Owns one call of the Extract from File node: a page of what the item brings. The formats are in kit/formats. */
import type { Item } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { pieces } from '../kit/formats/carried.ts';
import { carriedSource } from '../kit/formats/carried-source.ts';
import { delivered } from '../kit/formats/delivery.ts';
import { baseName, readFormat, type ReadFormat } from '../kit/formats/names.ts';
import { wholeValue } from '../kit/formats/whole.ts';
import { readPage } from '../kit/formats/read-page.ts';
import type { ByteSource } from '../kit/formats/source.ts';
import type { Sizes } from '../kit/formats/text-reading.ts';
import { isObject, put, putPath, type JsonObject } from '../kit/paths.ts';
import { readChoice, readText } from '../kit/read.ts';

export async function run(call: EffectCall, sizes?: Sizes): Promise<EffectResult> {
  const source = carriedSource(call, call.items[0] as Item, readText(call.params, 'name', ''));
  const format = readFormat(readText(call.params, 'format', 'auto'), source.path);
  const into = readText(call.params, 'into', '');
  if (into !== '') return { items: [await whole(call, source, format, into)] };
  if (format !== 'binary') return readPage(call, source, format, sizes);
  const name = source.path === '' ? 'data' : baseName(source.path);
  return { items: [await delivered(call, name, pieces(source, call.signal))] };
}

/** The item with the content at `into`, and what `keep` says of what it was. */
async function whole(call: EffectCall, source: ByteSource, format: ReadFormat, into: string): Promise<Item> {
  const keep = readChoice(call.params, 'keep', ['none', 'fields', 'files', 'all'] as const, 'none');
  const [item] = call.items;
  const json: JsonObject = {};
  if ((keep === 'fields' || keep === 'all') && isObject(item?.json)) {
    for (const [name, value] of Object.entries(item.json)) put(json, name, value);
  }
  putPath(json, into, await wholeValue(call, source, format));
  return keep === 'files' || keep === 'all' ? { json, ...(item?.files && { files: item.files }) } : { json };
}
