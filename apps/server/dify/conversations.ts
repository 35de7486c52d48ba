/** Owns the routes by which clients of Dify list, rename and delete conversations and rate messages. */
import { z } from 'zod';
import type { Json } from '@rondo/core/model/item.ts';
import { route, type Caller, type Route } from '../http/route.ts';
import type { Conversation, Message } from '../store/conversations.ts';
import { appOf, One, refused, User, type DifyOptions } from './app.ts';
import { seconds } from './events.ts';

const Limit = z.coerce.number().int().min(1).max(100).default(20);
const Optional = z.string().max(200).optional();

const NAME_CHARACTERS = 60;

export function conversationRoutes({ context, conversations }: DifyOptions): Route[] {
  const own = (id: string, user: string, call: { caller: Caller | null }): Conversation => {
    const one = conversations.get(id, appOf(context, call).key, user);
    if (one === undefined) throw refused(404, 'not_found', 'Conversation Not Exists.');
    return one;
  };

  return [
    route({
      method: 'GET',
      path: '/v1/conversations',
      scope: 'run:read',
      summary: 'Conversations of a user, as Dify lists them.',
      query: z.object({ user: User, last_id: Optional, first_id: Optional, limit: Limit }),
      handler: async ({ query: { user, last_id, first_id, limit }, caller }) => {
        const { key } = appOf(context, { caller });
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
  ];
}

/** Of a conversation that begins with this. */
export const nameOf = (query: string): string =>
  query.trim() === '' ? 'New conversation' : query.trim().slice(0, NAME_CHARACTERS);

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
