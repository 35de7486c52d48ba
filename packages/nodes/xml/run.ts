/** Owns one item of XML: which way it goes. read.ts and write.ts do the work. */
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { resultItem } from '../kit/result.ts';

export async function run(call: EffectCall): Promise<EffectResult> {
  const value =
    call.params['to'] === 'xml'
      ? await (await import('./write.ts')).writeXml(call)
      : await (await import('./read.ts')).readXml(call);
  return { items: [resultItem(call.params, call.items[0] ?? { json: {} }, 'data', value)] };
}
