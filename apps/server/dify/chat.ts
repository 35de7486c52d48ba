/** Owns the routes by which clients of Dify say something in a conversation and hear the answer. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Json } from '@rondo/core/model/item.ts';
import type { RunResult } from '@rondo/runtime/api.ts';
import { callerOf, type ApiContext } from '../api/context.ts';
import { look } from '../api/workflows/views.ts';
import { route, type Call, type Route } from '../http/route.ts';
import type { Workflow } from '../workflows/workflow.ts';
import { appOf, MAX_BYTES, refused, RunBody, type DifyOptions } from './app.ts';
import { nameOf } from './conversations.ts';
import { outputsOf, seconds } from './events.ts';
import { perform, type Performed } from './perform.ts';
import { openStream } from './stream.ts';

const ChatBody = RunBody.extend({
  query: z.string().max(1_000_000).default(''),
  conversation_id: z.string().nullish(),
});

export function chatRoutes(options: DifyOptions): Route[] {
  const { context, conversations } = options;

  const chat = async (
    { body, caller, reply }: Call<unknown, unknown, z.output<typeof ChatBody>>,
    mode: 'advanced-chat' | 'completion',
  ) => {
    const by = callerOf({ caller });
    const workflow = appOf(context, { caller });
    const inputs = (body.inputs ?? {}) as Record<string, Json>;
    const { user, query } = body;
    const given = body.conversation_id ?? '';
    const found = given === '' ? undefined : conversations.get(given, workflow.key, user);
    if (given !== '' && found === undefined) throw refused(404, 'not_found', 'Conversation Not Exists.');
    const conversation = found ?? conversations.begin(workflow.key, user, nameOf(query), JSON.stringify(inputs));
    const messageId = randomUUID();
    const createdAt = seconds(context.clock.now());
    const request = { input: { ...queryInputs(context, workflow, query), ...inputs }, conversation: conversation.id };
    const shared = (runId: string) => ({
      task_id: runId,
      id: messageId,
      message_id: messageId,
      conversation_id: conversation.id,
      mode,
      created_at: createdAt,
    });
    const keep = ({ runId, result, answer }: Performed): string => {
      const text = answer === '' ? answerOf(result.output) : answer;
      conversations.say({
        id: messageId,
        conversation: conversation.id,
        run: runId,
        inputs: JSON.stringify(inputs),
        query,
        answer: text,
        status: result.status === 'completed' ? 'normal' : 'error',
        error: result.failure?.message ?? null,
      });
      return text;
    };
    if (body.response_mode === 'blocking') {
      const outcome = await perform(options, workflow, request, by, null);
      const answer = keep(outcome);
      if (outcome.result.status !== 'completed')
        throw refused(400, 'completion_request_error', outcome.result.failure?.message ?? 'The run did not complete.');
      return { event: 'message', ...shared(outcome.runId), answer, metadata: metadataOf(outcome.result) };
    }
    const stream = openStream(reply);
    let spoke = false;
    try {
      const outcome = await perform(options, workflow, request, by, (runId, { event, data }) => {
        if (event === 'text_chunk') {
          spoke = true;
          stream.send({ event: 'message', ...shared(runId), answer: data['text'], from_variable_selector: [] });
        } else {
          const { mode: _, ...ids } = shared(runId);
          stream.send({ event, ...ids, workflow_run_id: runId, data });
        }
      });
      const answer = keep(outcome);
      if (outcome.result.status === 'completed') {
        if (!spoke) stream.send({ event: 'message', ...shared(outcome.runId), answer, from_variable_selector: [] });
        stream.send({
          event: 'message_end',
          ...shared(outcome.runId),
          metadata: metadataOf(outcome.result),
          files: [],
        });
      } else {
        const message = outcome.result.failure?.message ?? 'The run did not complete.';
        stream.send({
          event: 'error',
          ...shared(outcome.runId),
          status: 400,
          code: 'completion_request_error',
          message,
        });
      }
    } catch (error) {
      stream.fail(error, context.report);
    }
    stream.end();
    return reply;
  };

  return [
    route({
      method: 'POST',
      path: '/v1/chat-messages',
      scope: 'run:start',
      summary: "Says something in a conversation, as Dify's API does.",
      body: ChatBody,
      maxBytes: MAX_BYTES,
      timeoutMs: null,
      handler: async (call) => chat(call, 'advanced-chat'),
    }),
    route({
      method: 'POST',
      path: '/v1/completion-messages',
      scope: 'run:start',
      summary: "Asks once, as Dify's API does.",
      body: ChatBody,
      maxBytes: MAX_BYTES,
      timeoutMs: null,
      handler: async (call) => chat(call, 'completion'),
    }),
  ];
}

/** What was said, under the names that the workflow declares for it. */
function queryInputs(context: ApiContext, workflow: Workflow, query: string): Record<string, Json> {
  const declared = Object.keys(look(context, workflow).definition?.inputs ?? {});
  const names = ['sys.query', 'query'].filter((name) => declared.includes(name));
  return Object.fromEntries(
    (names.length === 0 && declared.length === 0 ? ['query'] : names).map((name) => [name, query]),
  );
}

/** Of a workflow that does not speak while it runs. */
function answerOf(output: Json | null): string {
  if (output === null) return '';
  if (typeof output === 'string') return output;
  const outputs = outputsOf(output) ?? {};
  for (const name of ['answer', 'text', 'output', 'result']) {
    const value = outputs[name];
    if (typeof value === 'string') return value;
  }
  return JSON.stringify(output);
}

function metadataOf({ stats: { usage, durationMs } }: RunResult): Record<string, unknown> {
  const { tokensIn = 0, tokensOut = 0, cost = 0 } = usage ?? {};
  return {
    usage: {
      prompt_tokens: tokensIn,
      completion_tokens: tokensOut,
      total_tokens: tokensIn + tokensOut,
      total_price: String(cost),
      currency: 'USD',
      latency: durationMs / 1000,
    },
    retriever_resources: [],
  };
}
