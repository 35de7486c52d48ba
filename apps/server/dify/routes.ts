/**
 * Owns the routes by which clients of Dify run workflows and chat here: same addresses below /v1, same bodies, same
 * answers. The app of an API key is the workflow that the token is limited to, or the only one there is.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Json } from '@rondo/core/model/item.ts';
import type { RunResult } from '@rondo/runtime/api.ts';
import { isInReach } from '../access/reach.ts';
import { callerOf, runOf, workflowOf, type ApiContext } from '../api/context.ts';
import { cancel } from '../api/runs/control.ts';
import { startRun, type StartBody } from '../api/runs/start.ts';
import { Problem } from '../http/problem.ts';
import { route, type Call, type Caller, type Route } from '../http/route.ts';
import { newRunId } from '../runs/launcher.ts';
import type { Workflow } from '../workflows/workflow.ts';
import { look } from '../api/workflows/views.ts';
import type { Conversation, Conversations, Message } from '../store/conversations.ts';
import { createTeller, finishedData, outputsOf, seconds, statusOf, type Told } from './events.ts';
import { openStream } from './stream.ts';
import type { LiveRuns } from './live.ts';

export interface DifyOptions {
  context: ApiContext;
  conversations: Conversations;
  live: LiveRuns;
}

const Inputs = z.record(z.string(), z.unknown()).nullish();
const Mode = z.enum(['blocking', 'streaming']).default('blocking');
const User = z.string().max(200).default('');
const RunBody = z.object({ inputs: Inputs, response_mode: Mode, user: User });
const ChatBody = RunBody.extend({
  query: z.string().max(1_000_000).default(''),
  conversation_id: z.string().nullish(),
});
const Limit = z.coerce.number().int().min(1).max(100).default(20);
const One = z.object({ id: z.string().max(200) });
const Optional = z.string().max(200).optional();

const MAX_BYTES = 15_000_000;
const NAME_CHARACTERS = 60;

/** Their errors have code, message and status. */
function refused(status: number, code: string, message: string): Problem {
  return new Problem(status, code, message, { more: { message } });
}

type Outcome = { result: RunResult; answer: string };

export function difyRoutes({ context, conversations, live }: DifyOptions): Route[] {
  const appOf = (call: { caller: Caller | null }): Workflow => {
    const caller = callerOf(call);
    const known = context
      .library()
      .list()
      .filter((one) => isInReach(caller, one.key) && one.plan !== null);
    const [only] = known;
    if (only !== undefined && known.length === 1) return only;
    throw refused(
      400,
      'app_unavailable',
      'An API key is of one app there: limit the token to one workflow, or name it: POST /v1/workflows/{id}/run.',
    );
  };

  /** Runs, and tells it as it goes. */
  const perform = async (
    workflow: Workflow,
    body: StartBody & { input: Record<string, Json> },
    caller: Caller,
    tell: ((runId: string, told: Told) => void) | null,
  ): Promise<Outcome & { runId: string; begunAt: number }> => {
    const begunAt = context.clock.now();
    let answer = '';
    const early: Parameters<Parameters<LiveRuns['on']>[1]>[0][] = [];
    let hear = (progress: (typeof early)[number]): void => void early.push(progress);
    let forget = (): void => {};
    try {
      const runId = newRunId(context.clock.now());
      forget = live.on(runId, (progress) => {
        if (progress.type === 'answer') answer += progress.text;
        hear(progress);
      });
      const { done } = await startRun(context, workflow, body, caller, runId).catch((error: unknown) => {
        if (error instanceof Problem)
          throw refused(error.status, error.status === 422 ? 'invalid_param' : error.code, error.message);
        throw error;
      });
      if (done === null) throw refused(409, 'run-exists', 'There is such a run already.');
      if (tell !== null) {
        const plan = workflow.plan;
        const record = await context.store.getRun(runId);
        const teller = createTeller({
          runId,
          workflowId: workflow.key,
          inputs: body.input,
          now: context.clock.now,
          title: (node) => plan?.titles[node] ?? node,
          step: (node) => (record === null ? null : context.facts.step(record, node)),
        });
        tell(runId, teller.begun());
        hear = (progress) => {
          for (const told of teller.of(progress)) tell(runId, told);
        };
        for (const progress of early.splice(0)) hear(progress);
        const result = await done;
        tell(runId, teller.finished(result));
        return { runId, result, answer, begunAt };
      }
      hear = () => {};
      return { runId, result: await done, answer, begunAt };
    } finally {
      forget();
    }
  };

  const runWorkflow = async (
    workflow: Workflow,
    { body, caller, reply }: Call<unknown, unknown, z.output<typeof RunBody>>,
  ) => {
    const input = (body.inputs ?? {}) as Record<string, Json>;
    const by = callerOf({ caller });
    if (body.response_mode === 'blocking') {
      const { runId, result, begunAt } = await perform(workflow, { input }, by, null);
      const tokens = (result.stats.usage?.tokensIn ?? 0) + (result.stats.usage?.tokensOut ?? 0);
      const data = finishedData(result, workflow.key, begunAt, context.clock.now(), tokens);
      return { workflow_run_id: runId, task_id: runId, data };
    }
    const stream = openStream(reply);
    try {
      await perform(workflow, { input }, by, (runId, { event, data }) => {
        stream.send({ event, workflow_run_id: runId, task_id: runId, data });
      });
    } catch (error) {
      stream.fail(error, context.report);
    }
    stream.end();
    return reply;
  };

  const chat = async (
    { body, caller, reply }: Call<unknown, unknown, z.output<typeof ChatBody>>,
    mode: 'advanced-chat' | 'completion',
  ) => {
    const by = callerOf({ caller });
    const workflow = appOf({ caller });
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
    const keep = ({ runId, result, answer }: Outcome & { runId: string }): string => {
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
      const outcome = await perform(workflow, request, by, null);
      const answer = keep(outcome);
      if (outcome.result.status !== 'completed')
        throw refused(400, 'completion_request_error', outcome.result.failure?.message ?? 'The run did not complete.');
      return { event: 'message', ...shared(outcome.runId), answer, metadata: metadataOf(outcome.result) };
    }
    const stream = openStream(reply);
    let spoke = false;
    try {
      const outcome = await perform(workflow, request, by, (runId, { event, data }) => {
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

  const own = (id: string, user: string, call: { caller: Caller | null }): Conversation => {
    const one = conversations.get(id, appOf(call).key, user);
    if (one === undefined) throw refused(404, 'not_found', 'Conversation Not Exists.');
    return one;
  };

  return [
    route({
      method: 'POST',
      path: '/v1/workflows/run',
      scope: 'run:start',
      summary: "Runs the token's workflow, as Dify's API does.",
      body: RunBody,
      maxBytes: MAX_BYTES,
      timeoutMs: null,
      handler: async (call) => runWorkflow(appOf(call), call),
    }),
    route({
      method: 'POST',
      path: '/v1/workflows/:id/run',
      scope: 'run:start',
      summary: "Runs a workflow, as Dify's API does.",
      params: One,
      body: RunBody,
      maxBytes: MAX_BYTES,
      timeoutMs: null,
      handler: async (call) => runWorkflow(workflowOf(context, call.params.id, call), call),
    }),
    route({
      method: 'GET',
      path: '/v1/workflows/run/:id',
      scope: 'run:read',
      summary: 'A run in the words of Dify.',
      params: One,
      handler: async (call) => {
        const run = await runOf(context, call.params.id, call);
        const { workflowId, options } = context.facts.of(run);
        const end = run.finishedAt ?? context.clock.now();
        return {
          id: run.id,
          workflow_id: workflowId,
          status: statusOf(run.status),
          inputs: JSON.stringify(options.input ?? {}),
          outputs: run.output === null ? null : outputsOf(JSON.parse(run.output) as Json),
          error: run.failure?.message ?? null,
          total_steps: 0,
          total_tokens: 0,
          created_at: seconds(run.createdAt),
          finished_at: run.finishedAt === null ? null : seconds(run.finishedAt),
          elapsed_time: run.startedAt === null ? 0 : (end - run.startedAt) / 1000,
        };
      },
    }),
    ...['/v1/workflows/tasks/:id/stop', '/v1/chat-messages/:id/stop', '/v1/completion-messages/:id/stop'].map((path) =>
      route({
        method: 'POST',
        path,
        scope: 'run:start',
        summary: 'Stops a run.',
        params: One,
        handler: async (call) => {
          await cancel(context, await runOf(context, call.params.id, call));
          return { result: 'success' };
        },
      }),
    ),
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
    route({
      method: 'GET',
      path: '/v1/conversations',
      scope: 'run:read',
      summary: 'Conversations of a user, as Dify lists them.',
      query: z.object({ user: User, last_id: Optional, first_id: Optional, limit: Limit }),
      handler: async ({ query: { user, last_id, first_id, limit }, caller }) => {
        const { key } = appOf({ caller });
        const after = conversations.get(last_id ?? first_id ?? '', key, user);
        const found = conversations.list(key, user, after?.updatedAt ?? Number.MAX_SAFE_INTEGER, limit + 1);
        return { limit, has_more: found.length > limit, data: found.slice(0, limit).map(conversationView) };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/messages',
      scope: 'run:read',
      summary: 'Messages of a conversation, as Dify lists them.',
      query: z.object({ user: User, conversation_id: z.string().max(200), first_id: Optional, limit: Limit }),
      handler: async ({ query: { user, conversation_id, first_id, limit }, caller }) => {
        const { id } = own(conversation_id, user, { caller });
        const before = first_id === undefined ? undefined : conversations.message(first_id);
        const found = conversations.messages(id, before?.createdAt ?? Number.MAX_SAFE_INTEGER, limit + 1);
        return { limit, has_more: found.length > limit, data: found.slice(0, limit).reverse().map(messageView) };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/conversations/:id/name',
      scope: 'run:start',
      summary: 'Renames a conversation.',
      params: One,
      body: z.object({ name: z.string().max(200).nullish(), user: User, auto_generate: z.boolean().nullish() }),
      handler: async ({ params: { id }, body, caller }) => {
        const one = own(id, body.user, { caller });
        const first = conversations.messages(id, Number.MAX_SAFE_INTEGER, 1)[0];
        const name = body.auto_generate === true ? nameOf(first?.query ?? one.name) : (body.name ?? one.name);
        conversations.rename(id, name);
        return conversationView({ ...one, name });
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/conversations/:id',
      scope: 'run:start',
      summary: 'Deletes a conversation.',
      params: One,
      body: z.object({ user: User }),
      handler: async ({ params: { id }, body: { user }, caller }) => {
        conversations.forget(own(id, user, { caller }).id);
        return { result: 'success' };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/messages/:id/feedbacks',
      scope: 'run:start',
      summary: 'Rates a message.',
      params: One,
      body: z.object({ rating: z.enum(['like', 'dislike']).nullish(), user: User }),
      handler: async ({ params: { id }, body: { rating, user }, caller }) => {
        const message = conversations.message(id);
        if (message === undefined) throw refused(404, 'not_found', 'Message Not Exists.');
        own(message.conversation, user, { caller });
        conversations.rate(id, rating ?? null);
        return { result: 'success' };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/parameters',
      scope: 'run:read',
      summary: 'What a workflow takes, as Dify says it.',
      handler: async (call) => parametersOf(context, appOf(call)),
    }),
  ];
}

const nameOf = (query: string): string =>
  query.trim() === '' ? 'New conversation' : query.trim().slice(0, NAME_CHARACTERS);

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

function conversationView({ id, name, inputs, createdAt, updatedAt }: Conversation): Record<string, unknown> {
  return {
    id,
    name,
    inputs: JSON.parse(inputs) as Json,
    status: 'normal',
    introduction: '',
    created_at: seconds(createdAt),
    updated_at: seconds(updatedAt),
  };
}

function messageView(one: Message): Record<string, unknown> {
  return {
    id: one.id,
    conversation_id: one.conversation,
    parent_message_id: null,
    inputs: JSON.parse(one.inputs) as Json,
    query: one.query,
    answer: one.answer,
    status: one.status,
    error: one.error,
    message_files: [],
    feedback: one.rating === null ? null : { rating: one.rating },
    retriever_resources: [],
    agent_thoughts: [],
    created_at: seconds(one.createdAt),
  };
}

const FORM: Readonly<Record<string, string>> = { number: 'number', integer: 'number', string: 'text-input' };

function parametersOf(context: ApiContext, workflow: Workflow): Record<string, unknown> {
  const off = { enabled: false };
  const inputs = Object.entries(look(context, workflow).definition?.inputs ?? {});
  return {
    opening_statement: '',
    suggested_questions: [],
    suggested_questions_after_answer: off,
    speech_to_text: off,
    text_to_speech: off,
    retriever_resource: off,
    annotation_reply: off,
    more_like_this: off,
    sensitive_word_avoidance: off,
    user_input_form: inputs
      .filter(([name]) => !name.startsWith('sys.'))
      .map(([name, field]) => ({
        [FORM[field.type ?? 'string'] ?? 'paragraph']: {
          label: field.description ?? name,
          variable: name,
          required: field.required ?? false,
          ...(field.maxLength === undefined ? {} : { max_length: field.maxLength }),
          default: field.default ?? '',
        },
      })),
    file_upload: { image: { enabled: false, number_limits: 3, transfer_methods: [] } },
    system_parameters: {},
  };
}
