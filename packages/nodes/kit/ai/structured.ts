/**
 * Owns answers that must be JSON of a schema: asking, checking, and telling the model what was wrong so that it
 * repairs its answer, a limited number of times. Does not call models itself; model.ts does.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Usage } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { JsonObject } from '../paths.ts';
import type { ModelCall } from './connection.ts';
import { checkFor, jsonIn } from './json-schema.ts';
import { placeOf } from './model-failure.ts';
import { askModel, type Ask, type Message, type Said } from './model.ts';

const EXCERPT = 500;

export interface Structured {
  value: Json;
  said: Said;
  /** Repairs that were needed. */
  repairs: number;
  /** Of all attempts together. */
  used: Usage;
}

export const NOTHING_USED: Usage = { tokensIn: 0, tokensOut: 0, cost: 0 };

export function sum(a: Usage, b: Usage): Usage {
  return { tokensIn: a.tokensIn + b.tokensIn, tokensOut: a.tokensOut + b.tokensOut, cost: a.cost + b.cost };
}

/** How a model that takes no schema beside the prompt is told of it. */
export function schemaInstruction(schema: JsonObject): string {
  return `Answer with JSON only, no other text. It must fit this JSON Schema:\n\`\`\`json\n${JSON.stringify(schema)}\n\`\`\``;
}

function first(ask: Ask, schema: JsonObject): Ask {
  if (ask.connection.structured === 'schema') return { ...ask, schema };
  return { ...ask, schema, messages: [{ role: 'system', content: schemaInstruction(schema) }, ...ask.messages] };
}

/** `name` is the parameter that holds the schema, for the failure that says it is none. */
export async function askForJson(
  call: ModelCall,
  ask: Ask,
  schema: JsonObject,
  options: { repairs: number; name: string },
): Promise<Structured> {
  const check = await checkFor(schema, options.name);
  const begun = first(ask, schema);
  const messages: Message[] = [...begun.messages];
  let used = NOTHING_USED;
  for (let attempt = 0; ; attempt += 1) {
    const said = await askModel(call, { ...begun, messages, turn: (ask.turn ?? 0) + attempt });
    used = sum(used, said.used);
    const found = jsonIn(said.text);
    const problem = found === null ? 'it is not JSON' : check(found.value);
    if (found !== null && problem === null) return { value: found.value, said, repairs: attempt, used };
    const cut = said.finishReason === 'length';
    if (attempt >= options.repairs || cut) throw unusable(ask, said, problem as string, attempt, cut);
    call.ports.log(`answer ${attempt + 1} cannot be used (${problem}); the model is asked to repair it`);
    messages.push(
      { role: 'assistant', content: said.text },
      {
        role: 'user',
        content: `That answer cannot be used: ${problem}. Give the whole answer again as JSON only, corrected.`,
      },
    );
  }
}

function unusable(ask: Ask, said: Said, problem: string, repairs: number, cut: boolean): FailureError {
  const after = repairs === 0 ? '' : ` after ${repairs} ${repairs === 1 ? 'repair' : 'repairs'}`;
  const why = cut ? 'it was cut at the most tokens it may have' : problem;
  return new FailureError(
    failure('node-failed', `${placeOf(ask.connection)}: the answer does not fit the schema${after}: ${why}.`, {
      retry: cut ? 'no' : 'yes',
      fix: cut
        ? 'Raise maxTokens.'
        : 'Say in the prompt what is wanted, raise repairs, or use a model that is better at JSON.',
      data: { reason: cut ? 'length' : 'schema', answer: said.text.slice(0, EXCERPT) },
    }),
  );
}
