/** Owns one call of the Embeddings node: vectors for one item, or for a batch of them. The engine loops and retries. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { readConnection } from '../kit/ai/connection.ts';
import { embedTexts } from '../kit/ai/model.ts';
import { keptFields, withJson } from '../kit/items.ts';
import { getPath, putPath } from '../kit/paths.ts';
import { readText, wrongParameter } from '../kit/read.ts';

function mustBeText(value: Json | undefined, name: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  return wrongParameter(name, 'a text that is not empty', value, 'Filter out items without text before this node.');
}

function withVector(call: EffectCall, item: Item, vector: Json): Item {
  const json = keptFields(item.json, 'all', []);
  putPath(json, readText(call.params, 'output', 'embedding'), vector);
  return withJson(item, json);
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const connection = readConnection(call.params);
  const { text, dimensions } = call.params;
  const field = readText(call.params, 'field', '');
  const options = typeof dimensions === 'number' ? { dimensions } : {};
  if (field !== '') {
    if (text !== undefined && text !== null) return wrongParameter('text', 'left out when field is given', text);
    const texts = call.items.map((item, i) =>
      mustBeText(getPath(item.json, field), `field: "${field}" of item ${i + 1}`),
    );
    const { vectors } = await embedTexts(call, connection, texts, options);
    return { items: call.items.map((item, i) => withVector(call, item, vectors[i] as number[])) };
  }
  const item = call.items[0] ?? { json: {} };
  if (Array.isArray(text)) {
    const texts = text.map((one, i) => mustBeText(one, `text[${i}]`));
    if (texts.length === 0) return { items: [withVector(call, item, [])] };
    return { items: [withVector(call, item, (await embedTexts(call, connection, texts, options)).vectors)] };
  }
  const { vectors } = await embedTexts(call, connection, [mustBeText(text, 'text')], options);
  return { items: [withVector(call, item, vectors[0] as number[])] };
}
