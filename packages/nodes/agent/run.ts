/**
 * Owns one call of the Agent: one turn of the model and the tools it calls in it. What was said so far is the carry,
 * so the engine loops over the turns, and a resume goes on at the turn that was in flight.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Usage } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { answerOf } from '../kit/ai/answer.ts';
import { readConnection, readSampling, type Connection } from '../kit/ai/connection.ts';
import { readMessages } from '../kit/ai/messages.ts';
import { askModel, type Message, type Said } from '../kit/ai/model.ts';
import { askForJson, NOTHING_USED, sum } from '../kit/ai/structured.ts';
import { isObject } from '../kit/paths.ts';
import { readInteger } from '../kit/read.ts';
import { callTool, type ToolResult } from './call-tool.ts';
import { readTools } from './tools.ts';

/** One call of a tool, as the item tells it. */
type Step = { turn: number; tool: string; arguments: Json; result: string; failed: boolean };

interface Carry {
  turn: number;
  /** What the model and the tools said since the prompt. */
  said: Message[];
  steps: Step[];
  used: Usage;
}

const MOST_CALLS = 64;
/** The conversation has the whole result; the item has what people look at. */
const LONGEST_SHOWN = 2_000;

const begin = (): Carry => ({ turn: 0, said: [], steps: [], used: NOTHING_USED });

function tooManyTurns(most: number, carry: Carry): FailureError {
  const last = carry.steps.at(-1);
  return new FailureError(
    failure(
      'limit-reached',
      `The agent has not answered after ${most} turns${last === undefined ? '' : `; the last tool was ${last.tool}`}.`,
      {
        retry: 'no',
        fix: 'Raise maxTurns, or say in system when the task is done.',
        data: { maxTurns: most },
      },
    ),
  );
}

function messagesOf(said: Said, results: readonly ToolResult[]): Message[] {
  const calls = said.toolUses.map((use) => ({
    type: 'tool-call' as const,
    toolCallId: use.id,
    toolName: use.name,
    input: use.arguments,
  }));
  const texts = said.text === '' ? [] : [{ type: 'text' as const, text: said.text }];
  return [
    { role: 'assistant', content: [...texts, ...calls] },
    {
      role: 'tool',
      content: said.toolUses.map((use, i) => ({
        type: 'tool-result' as const,
        toolCallId: use.id,
        toolName: use.name,
        output: {
          type: results[i]?.failed === true ? ('error-text' as const) : ('text' as const),
          value: results[i]?.text ?? '',
        },
      })),
    },
  ];
}

function checkSize(call: EffectCall, carry: Carry): void {
  const most = call.ports.limit('step.bytes');
  const size = JSON.stringify(carry).length;
  if (size > most) {
    const detail = `the conversation has ${size} after ${carry.turn} turns`;
    throw new FailureError({ ...limitFailure('step.bytes', most, 'agent', detail), retry: 'no' });
  }
}

/** The answer as JSON of `schema`; null without one. */
async function inShape(
  call: EffectCall,
  connection: Connection,
  carry: Carry,
  said: Said,
): Promise<{ value: Json; used: Usage } | null> {
  const { schema } = call.params;
  if (!isObject(schema)) return null;
  const messages: Message[] = [
    ...(await readMessages(call)),
    ...carry.said,
    { role: 'assistant', content: said.text },
    { role: 'user', content: 'Give this answer as JSON of the schema, and nothing else.' },
  ];
  const ask = { connection, messages, sampling: readSampling(call.params) };
  return askForJson(call, ask, schema, { repairs: readInteger(call.params, 'repairs', 0, 10, 1), name: 'schema' });
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const connection = readConnection(call.params);
  const tools = await readTools(call.params['tools']);
  const most = readInteger(call.params, 'maxTurns', 1, 1000, 10);
  const carry = (call.carry as unknown as Carry | undefined) ?? begin();
  const turn = carry.turn + 1;
  const said = await askModel(call, {
    connection,
    messages: [...(await readMessages(call)), ...carry.said],
    sampling: readSampling(call.params),
    tools: tools.map((tool) => tool.offer),
    turn: carry.turn,
    ...(call.params['stream'] === true ? { onText: call.ports.answer } : {}),
  });
  const used = sum(carry.used, said.used);
  const { toolUses } = said;
  if (toolUses.length === 0) {
    const { text, reasoning, finishReason } = said;
    const shaped = await inShape(call, connection, carry, said);
    const usage = { ...sum(used, shaped?.used ?? NOTHING_USED) };
    const facts = { text, reasoning, finishReason, turns: turn, steps: carry.steps, usage };
    const json = shaped === null ? facts : { ...facts, json: shaped.value };
    return { items: [{ json: answerOf(call, text, shaped === null ? text : shaped.value, json) }] };
  }
  if (toolUses.length > MOST_CALLS) {
    throw new FailureError(
      failure('limit-reached', `The model called ${toolUses.length} tools in one turn; ${MOST_CALLS} are allowed.`, {
        retry: 'yes',
      }),
    );
  }
  // Tools whose results nobody would read are not called.
  if (turn >= most) throw tooManyTurns(most, carry);
  const results: ToolResult[] = [];
  const steps: Step[] = [...carry.steps];
  for (const [i, use] of toolUses.entries()) {
    const result = await callTool(call, tools, use, `${turn}-${i}`);
    call.ports.log(`turn ${turn}: ${use.name} ${result.failed ? `failed: ${result.text.slice(0, 200)}` : 'answered'}`);
    results.push(result);
    steps.push({
      turn,
      tool: use.name,
      arguments: use.arguments,
      result: result.text.slice(0, LONGEST_SHOWN),
      failed: result.failed,
    });
  }
  const next: Carry = { turn, said: [...carry.said, ...messagesOf(said, results)], steps, used };
  checkSize(call, next);
  return { items: [], done: false, carry: next as unknown as Json };
}
