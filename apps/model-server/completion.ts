/**
 * Owns the form of a chat answer on the wire: one JSON body, or events. Does not decide what is answered.
 */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHAT_MODEL, type Answer, type ChatRequest } from './chat.ts';
import { tokensOf } from './prose.ts';

const FINGERPRINT = 'toy-model-without-intelligence';
/** One moment for all answers, so that they are the same each time. */
export const CREATED = 1_893_456_000;

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

const usageOf = (made: Answer): Record<string, number> => ({
  prompt_tokens: made.promptTokens,
  completion_tokens: made.completionTokens,
  total_tokens: made.promptTokens + made.completionTokens,
});

/** Members that all answers of one request share. */
const head = (id: string, object: string): Record<string, unknown> => ({
  id,
  object,
  created: CREATED,
  model: CHAT_MODEL,
  system_fingerprint: FINGERPRINT,
});

const toolCalls = (made: Answer, id: string): Record<string, unknown>[] =>
  made.calls.map((call, i) => ({
    id: `call_${id.slice(-8)}_${i}`,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));

export function sendWhole(response: ServerResponse, made: Answer, id: string): void {
  const message = {
    role: 'assistant',
    content: made.calls.length > 0 && made.text === '' ? null : made.text,
    ...(made.reasoning === '' ? {} : { reasoning_content: made.reasoning }),
    ...(made.calls.length === 0 ? {} : { tool_calls: toolCalls(made, id) }),
  };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: made.finish }];
  sendJson(response, 200, { ...head(id, 'chat.completion'), choices, usage: usageOf(made) });
}

/** Pieces of the answer as the members `delta` of events. */
function* deltas(made: Answer, id: string): Generator<Record<string, unknown>> {
  yield { role: 'assistant', content: '' };
  for (const token of tokensOf(made.reasoning)) yield { reasoning_content: token };
  for (const token of tokensOf(made.text)) yield { content: token };
  for (const [index, call] of toolCalls(made, id).entries()) yield { tool_calls: [{ index, ...call }] };
}

/** Sends the answer piece by piece; the events are those that clients of OpenAI expect. */
export async function sendEvents(
  response: ServerResponse,
  request: ChatRequest,
  made: Answer,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (value: unknown): void => void response.write(`data: ${JSON.stringify(value)}\n\n`);
  const chunk = (delta: unknown, finish: string | null): unknown => ({
    ...head(id, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  const pieces = [...deltas(made, id)];
  const breaks = made.trouble?.kind === 'truncate' || made.trouble?.kind === 'cut' ? Math.ceil(pieces.length / 2) : -1;
  for (const [i, delta] of pieces.entries()) {
    if (i === breaks) {
      // truncate breaks the connection; cut ends the stream without a word about why.
      if (made.trouble?.kind === 'truncate') response.write(': broken\n\n', () => response.destroy());
      else response.end();
      return;
    }
    if (made.paceMs > 0 && i > 0) await sleep(made.paceMs, undefined, { signal });
    send(chunk(delta, null));
  }
  send(chunk({}, made.finish));
  if (request.streamUsage) send({ ...head(id, 'chat.completion.chunk'), choices: [], usage: usageOf(made) });
  response.end('data: [DONE]\n\n');
}
