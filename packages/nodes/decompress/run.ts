/** Owns one call of the Decompress node: an item for each file in what the item brings. kit/formats unpacks it. */
import type { FileRef, Item } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { carriedSource } from '../kit/formats/carried-source.ts';
import { delivered } from '../kit/formats/delivery.ts';
import { unpack } from '../kit/formats/unpack.ts';
import { readText } from '../kit/read.ts';

export async function run(call: EffectCall): Promise<EffectResult> {
  const { params, ports, signal } = call;
  const source = carriedSource(call, call.items[0] as Item, readText(params, 'name', ''));
  const format = readText(params, 'format', 'auto');
  const prefix = readText(params, 'together', '');
  const items: Item[] = [];
  const job = { source, format, limit: ports.limit, signal, log: ports.log };
  for await (const { name, pieces } of unpack(job)) items.push(await delivered(call, name, pieces));
  return { items: prefix === '' ? items : [together(call, items, prefix)] };
}

function together(call: EffectCall, items: readonly Item[], prefix: string): Item {
  const given = call.params['beside'] === 'item' ? call.items[0] : undefined;
  const as = readText(call.params, 'as', 'data');
  const files: Record<string, FileRef> = { ...given?.files };
  for (const [at, item] of items.entries()) {
    const file = item.files?.[as];
    if (file !== undefined) files[`${prefix}${at}`] = file;
  }
  return { json: given?.json ?? {}, files };
}
