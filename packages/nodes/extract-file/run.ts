/** Owns one call of the Extract from File node: a page of what the item brings. The formats are in kit/formats. */
import type { Item } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { pieces } from '../kit/formats/carried.ts';
import { carriedSource } from '../kit/formats/carried-source.ts';
import { delivered } from '../kit/formats/delivery.ts';
import { baseName, readFormat } from '../kit/formats/names.ts';
import { readPage } from '../kit/formats/read-page.ts';
import type { Sizes } from '../kit/formats/text-reading.ts';
import { readText } from '../kit/read.ts';

export async function run(call: EffectCall, sizes?: Sizes): Promise<EffectResult> {
  const source = carriedSource(call, call.items[0] as Item, readText(call.params, 'name', ''));
  const format = readFormat(readText(call.params, 'format', 'auto'), source.path);
  if (format !== 'binary') return readPage(call, source, format, sizes);
  const name = source.path === '' ? 'data' : baseName(source.path);
  return { items: [await delivered(call, name, pieces(source, call.signal))] };
}
