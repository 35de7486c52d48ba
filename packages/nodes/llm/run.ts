/** Owns one call of the LLM node: one answer, with repairs where it must be JSON. The engine loops and retries. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { readConnection, readSampling } from '../kit/ai/connection.ts';
import { readMessages } from '../kit/ai/messages.ts';
import { askModel, type Ask, type Said } from '../kit/ai/model.ts';
import { answerOf } from '../kit/ai/answer.ts';
import { llmInDify } from '../kit/ai/dify.ts';
import { askForJson } from '../kit/ai/structured.ts';
import { isObject } from '../kit/paths.ts';
import { readInteger } from '../kit/read.ts';

const facts = (said: Said): { [key: string]: Json } => ({
  reasoning: said.reasoning,
  finishReason: said.finishReason,
});

const isApart = (call: EffectCall): boolean => call.params['answer'] === 'dify-separated';
const isDify = (call: EffectCall): boolean => call.params['answer'] === 'dify' || isApart(call);

export async function run(call: EffectCall): Promise<EffectResult> {
  const { schema, stream } = call.params;
  const ask: Ask = {
    connection: readConnection(call.params),
    messages: await readMessages(call),
    sampling: readSampling(call.params),
  };
  if (!isObject(schema)) {
    const said = await askModel(call, stream === true ? { ...ask, onText: call.ports.answer } : ask);
    if (said.finishReason === 'length') call.ports.log('the answer was cut at the most tokens it may have');
    if (isDify(call)) return { items: [{ json: llmInDify(said, said.used, undefined, isApart(call)) }] };
    const json = { text: said.text, ...facts(said), usage: { ...said.used } };
    return { items: [{ json: answerOf(call, said.text, said.text, json) }] };
  }
  if (stream === true) {
    throw new FailureError(
      failure(
        'bad-value',
        'stream and schema do not go together: JSON that may be repaired is not shown as it comes.',
        {
          retry: 'no',
          fix: 'Leave one of them out.',
        },
      ),
    );
  }
  const repairs = readInteger(call.params, 'repairs', 0, 10, 1);
  const made = await askForJson(call, ask, schema, { repairs, name: 'schema' });
  if (isDify(call)) return { items: [{ json: llmInDify(made.said, made.used, made.value, isApart(call)) }] };
  const json = {
    text: made.said.text,
    json: made.value,
    repairs: made.repairs,
    ...facts(made.said),
    usage: { ...made.used },
  };
  return { items: [{ json: answerOf(call, made.said.text, made.value, json) }] };
}
