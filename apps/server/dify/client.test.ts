/** Dify's own Node client, unchanged but for its base address: workflows, blocking and streaming, and chat. */
import type { Readable } from 'node:stream';
import * as dify from 'dify-client';
import { expect, it } from 'vitest';
import type { Scope } from '@rondo/api/access.ts';
import { apiTests, startApi, type StartedApi } from '../testing/start-api.ts';
import { serverTests } from '../testing/start.ts';

apiTests();
serverTests();

const DOUBLE = `
id: double
name: Double
inputs:
  list: { type: array, required: true }
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ $vars.list }}", collect: list }
    body:
      double: { type: set, with: { fields: { n: "{{ $json * 2 }}" } } }
      rest: { type: wait, after: double, with: { for: 1ms } }
output:
  numbers: "{{ $('each').first().json }}"
`;

const CHAT = `
id: chat
name: Chat
inputs:
  query: { type: string, default: '' }
conversation:
  said: { default: 0 }
nodes:
  start: { type: manual }
  count: { type: assign, after: start, with: { scope: conversation, set: { said: "{{ $conversation.said + 1 }}" } } }
output:
  answer: "{{ $conversation.said + ': ' + $vars.query }}"
`;

type Answered = Promise<{ status: number; data: unknown }>;

/** As its code is; its types are older. */
interface App {
  runWorkflow(inputs: object, user: string, stream: boolean): Answered;
  createChatMessage(inputs: object, query: string, user: string, stream: boolean, conversation?: string): Answered;
  getConversationMessages(user: string, conversation: string): Answered;
  getConversations(user: string): Answered;
  renameConversation(id: string, name: string, user: string, generate: boolean): Answered;
  deleteConversation(id: string, user: string): Answered;
  messageFeedback(id: string, rating: string, user: string): Answered;
  getApplicationParameters(user: string): Answered;
}
type AppClass = new (key: string, base: string) => App;
const ChatClient = dify.ChatClient as unknown as AppClass;
const CompletionClient = dify.CompletionClient as unknown as AppClass;

interface Sent {
  event: string;
  task_id: string;
  workflow_run_id: string;
  answer?: string;
  conversation_id?: string;
  data: Record<string, unknown>;
}

/** What an app key is there: a token for one workflow. */
function key({ access }: StartedApi, workflow: string): string {
  const scopes: Scope[] = ['run:start', 'run:read'];
  return access.tokens.create({
    name: 'app',
    scopes: scopes as never,
    workflows: [workflow],
    expiresAt: null,
    createdBy: 'test',
  }).secret;
}

async function sent(stream: Readable): Promise<Sent[]> {
  let text = '';
  for await (const part of stream) text += String(part);
  return text
    .split('\n\n')
    .filter((one) => one.startsWith('data: '))
    .map((one) => JSON.parse(one.slice('data: '.length)) as Sent);
}

it('runs a workflow and waits', async () => {
  const server = await startApi({ 'double.yaml': DOUBLE, 'chat.yaml': CHAT });
  const client = new CompletionClient(key(server, 'double'), `${server.url}/v1`);
  const { status, data } = await client.runWorkflow({ list: [1, 2, 3] }, 'ada', false);
  expect(status).toBe(200);
  expect(data).toMatchObject({
    task_id: (data as Sent).workflow_run_id,
    data: {
      id: (data as Sent).workflow_run_id,
      workflow_id: 'double',
      status: 'succeeded',
      outputs: { numbers: [{ n: 2 }, { n: 4 }, { n: 6 }] },
      error: null,
    },
  });
  expect(Object.keys((data as Sent).data).sort()).toEqual(
    expect.arrayContaining(['created_at', 'elapsed_time', 'finished_at', 'total_steps', 'total_tokens']),
  );
  const answered = (data as Sent).data;
  const read = await server.call(`/v1/workflows/run/${String((data as Sent).workflow_run_id)}`, {
    headers: server.headers,
  });
  expect(await read.json()).toMatchObject({
    status: 'succeeded',
    outputs: answered['outputs'],
    total_steps: 2,
    total_tokens: answered['total_tokens'],
  });
  expect(answered['total_steps']).toBeGreaterThan(1);
  const wrong = await client.runWorkflow({}, 'ada', false).catch((error: { response: unknown }) => error.response);
  expect(wrong).toMatchObject({ status: 422, data: { code: 'invalid_param', status: 422 } });
  const nobody = new CompletionClient('nonsense', `${server.url}/v1`);
  await expect(nobody.runWorkflow({}, 'ada', false)).rejects.toMatchObject({ response: { status: 401 } });
  // Which of the two?
  const all = new CompletionClient(server.token, `${server.url}/v1`);
  await expect(all.runWorkflow({}, 'ada', false)).rejects.toMatchObject({
    response: { data: { code: 'app_unavailable' } },
  });
});

it('streams a workflow with its events', async () => {
  const server = await startApi({ 'double.yaml': DOUBLE });
  const client = new CompletionClient(key(server, 'double'), `${server.url}/v1`);
  const answer = await client.runWorkflow({ list: [1, 2, 3] }, 'ada', true);
  const events = await sent(answer.data as Readable);
  const names = events.map((one) => one.event);
  expect(names[0]).toBe('workflow_started');
  expect(names.at(-1)).toBe('workflow_finished');
  expect(events[0]?.data).toMatchObject({ workflow_id: 'double', inputs: { list: [1, 2, 3] } });
  expect(events.at(-1)?.data).toMatchObject({
    status: 'succeeded',
    outputs: { numbers: [{ n: 2 }, { n: 4 }, { n: 6 }] },
  });
  const of = (node: string) => events.filter((one) => one.data['node_id'] === node).map((one) => one.event);
  expect(of('start')).toEqual(['node_started', 'node_finished']);
  expect(of('each').filter((name) => name !== 'iteration_next')).toEqual([
    'node_started',
    'iteration_started',
    'iteration_completed',
    'node_finished',
  ]);
  const next = events.filter((one) => one.event === 'iteration_next').map((one) => one.data['index']);
  expect(next).toEqual([...next.keys()]);
  expect(new Set(events.map((one) => one.workflow_run_id)).size).toBe(1);
  const failed = await client.runWorkflow({}, 'ada', true);
  expect(await sent(failed.data as Readable)).toMatchObject([{ event: 'error', status: 422, code: 'invalid_param' }]);
});

it('chats, and remembers', async () => {
  const server = await startApi({ 'chat.yaml': CHAT });
  const client = new ChatClient(key(server, 'chat'), `${server.url}/v1`);
  const first = (await client.createChatMessage({}, 'Hello', 'ada', false)).data as Sent;
  expect(first).toMatchObject({ event: 'message', mode: 'advanced-chat', answer: '1: Hello' });
  const conversation = first.conversation_id ?? '';
  const stream = await client.createChatMessage({}, 'Again', 'ada', true, conversation);
  const events = await sent(stream.data as Readable);
  expect(
    events
      .filter((one) => one.event === 'message')
      .map((one) => one.answer)
      .join(''),
  ).toBe('2: Again');
  expect(events.at(-1)).toMatchObject({ event: 'message_end', conversation_id: conversation, metadata: { usage: {} } });

  const { data: messages } = await client.getConversationMessages('ada', conversation);
  expect(messages).toMatchObject({
    has_more: false,
    data: [{ query: 'Hello', answer: '1: Hello' }, { query: 'Again' }],
  });
  expect((await client.getConversations('ada')).data).toMatchObject({ data: [{ id: conversation, name: 'Hello' }] });
  expect((await client.getConversations('eve')).data).toMatchObject({ data: [] });
  const renamed = await client.renameConversation(conversation, 'Greetings', 'ada', false);
  expect(renamed.data).toMatchObject({ id: conversation, name: 'Greetings' });
  const [{ id }] = (messages as { data: [{ id: string }] }).data;
  expect((await client.messageFeedback(id, 'like', 'ada')).data).toEqual({ result: 'success' });
  expect((await client.getApplicationParameters('ada')).data).toMatchObject({
    user_input_form: [{ 'text-input': { variable: 'query' } }],
  });
  await client.deleteConversation(conversation, 'ada');
  await expect(client.createChatMessage({}, 'x', 'ada', false, conversation)).rejects.toMatchObject({
    response: { status: 404 },
  });
});
