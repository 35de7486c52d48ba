/** Owns one call of the Make File node: the items of a batch as one file. The formats are in kit/formats. */
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { encodeText, ENCODINGS, type Encoding } from '../kit/formats/encoding.ts';
import { delivered } from '../kit/formats/delivery.ts';
import { blockText, closingText, isTable, layoutOf, tableFile } from '../kit/formats/write-blocks.ts';
import { readChoice, readFlag, readText } from '../kit/read.ts';

async function* each(values: readonly Json[], signal: AbortSignal): AsyncGenerator<Json> {
  for (const value of values) {
    signal.throwIfAborted();
    yield value;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** JSON in a layout of its own; null: as write-file writes it. */
function jsonText(call: EffectCall, format: string, values: readonly Json[]): string | null {
  const layout = readChoice(call.params, 'layout', ['lines', 'compact', 'pretty'] as const, 'lines');
  const single = readFlag(call.params, 'single', false);
  if (format !== 'json' || (layout === 'lines' && !single)) return null;
  return JSON.stringify(single ? (values[0] ?? null) : values, null, layout === 'pretty' ? 2 : undefined);
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const encoding = readChoice(call.params, 'encoding', ENCODINGS, 'utf-8') as Encoding;
  const name = readText(call.params, 'name', 'data.json');
  const layout = layoutOf(call.params, name, `file "${name}"`);
  const values = call.items.map((item) => item.json);
  const { text, after } = blockText(layout, { items: 0 }, values, readFlag(call.params, 'header', true));
  const bytes = isTable(layout.format)
    ? tableFile(layout, after, each(values, call.signal))
    : once(encodeText(jsonText(call, layout.format, values) ?? text + closingText(layout.format, after), encoding));
  return { items: [await delivered(call, name, bytes, { items: values.length })] };
}
