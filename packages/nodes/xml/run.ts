/** Owns one item of XML: which way it goes, and by whose rules. read.ts, write.ts and n8n-rules.ts do the work. */
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { isObject } from '../kit/paths.ts';
import { wrongParameter } from '../kit/read.ts';
import { refuseAsN8n } from '../kit/n8n-values.ts';
import { resultItem } from '../kit/result.ts';

export async function run(call: EffectCall): Promise<EffectResult> {
  const item = call.items[0] ?? { json: {} };
  const isN8n = call.params['semantics'] === 'n8n';
  const value = sourceOf(call, item.json, isN8n);
  if (call.params['to'] === 'xml') {
    const text = isN8n
      ? await (await import('./write.ts')).writeAsN8n(call, value)
      : await (await import('./write.ts')).writeXml(call, value);
    return {
      items: [
        isN8n
          ? resultItem({ keep: 'none', ...call.params }, { json: {} }, 'data', text)
          : resultItem(call.params, item, 'data', text),
      ],
    };
  }
  const { readXml } = await import('./read.ts');
  const read = await readXml(call, value);
  return { items: [isN8n ? { json: read } : resultItem(call.params, item, 'data', read)] };
}

function sourceOf(call: EffectCall, json: Json, isN8n: boolean): Json {
  const { source } = call.params;
  const given = call.params['value'] ?? null;
  if (typeof source !== 'string') {
    return (
      given ??
      wrongParameter('value', 'XML as text, or an object', null, 'Give value, or source for a field of the item.')
    );
  }
  const found = isObject(json) && Object.hasOwn(json, source) ? json[source] : undefined;
  if (found !== undefined) return found;
  if (isN8n) return refuseAsN8n(`Item has no JSON property called "${source}"`);
  return wrongParameter('source', 'the name of a field of the item', source);
}
