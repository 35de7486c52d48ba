/** Owns one call of the Make File node: the items of a batch as one file. The formats are in kit/formats. */
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { delivered } from '../kit/formats/delivery.ts';
import { blockText, closingText, isTable, layoutOf, tableFile } from '../kit/formats/write-blocks.ts';
import { readText } from '../kit/read.ts';

async function* each(values: readonly Json[], signal: AbortSignal): AsyncGenerator<Json> {
  for (const value of values) {
    signal.throwIfAborted();
    yield value;
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const name = readText(call.params, 'name', 'data.json');
  const layout = layoutOf(call.params, name, `file "${name}"`);
  const values = call.items.map((item) => item.json);
  const { text, after } = blockText(layout, { items: 0 }, values, true);
  const bytes = isTable(layout.format)
    ? tableFile(layout, after, each(values, call.signal))
    : once(text + closingText(layout.format, after));
  return { items: [await delivered(call, name, bytes, { items: values.length })] };
}
