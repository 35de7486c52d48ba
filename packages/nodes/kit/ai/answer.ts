/** Owns what the item of an AI node holds of an answer, by the parameter `answer`. Does not ask models. */
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';

/** `value` is the text, or what a schema made of it; `facts` is the item that says everything. */
export function answerOf(call: EffectCall, text: string, value: Json, facts: Json): Json {
  const { answer } = call.params;
  if (answer === 'text') return { text };
  return answer === 'output' ? { output: value } : facts;
}
