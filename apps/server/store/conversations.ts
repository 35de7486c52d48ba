/**
 * Owns conversations and messages of the chat API, in studio.db: per workflow and user, as its clients list them. The
 * variables of a conversation are the runs' own (runtime/runner). Does not start runs.
 */
import { randomUUID } from 'node:crypto';
import type { StudioDb } from './studio-db.ts';

export interface Conversation {
  id: string;
  workflow: string;
  user: string;
  name: string;
  /** JSON text. */
  inputs: string;
  createdAt: number;
  updatedAt: number;
}

export interface Message {
  id: string;
  conversation: string;
  run: string;
  inputs: string;
  query: string;
  answer: string;
  status: 'normal' | 'error';
  error: string | null;
  rating: string | null;
  createdAt: number;
}

const CONVERSATION =
  'id, workflow, user, name, inputs, created_at as createdAt, updated_at as updatedAt from conversations';
const MESSAGE =
  'id, conversation, run, inputs, query, answer, status, error, rating, created_at as createdAt from messages';

export class Conversations {
  readonly #db: StudioDb;
  readonly #now: () => number;

  constructor(db: StudioDb, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  begin(workflow: string, user: string, name: string, inputs: string): Conversation {
    const now = this.#now();
    const one = { id: randomUUID(), workflow, user, name, inputs, createdAt: now, updatedAt: now };
    const text =
      'insert into conversations (id, workflow, user, name, inputs, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?)';
    this.#db.change(text, one.id, workflow, user, name, inputs, now, now);
    return one;
  }

  /** A user's own only. */
  get(id: string, workflow: string, user: string): Conversation | undefined {
    const text = `select ${CONVERSATION} where id = ? and workflow = ? and user = ?`;
    return this.#db.first<Conversation>(text, id, workflow, user);
  }

  /** The one that was talked in last first. */
  list(workflow: string, user: string, before: number, limit: number): Conversation[] {
    const text = `select ${CONVERSATION} where workflow = ? and user = ? and updated_at < ? order by updated_at desc limit ?`;
    return this.#db.all<Conversation>(text, workflow, user, before, limit);
  }

  rename(id: string, name: string): void {
    this.#db.change('update conversations set name = ? where id = ?', name, id);
  }

  forget(id: string): void {
    this.#db.transaction(() => {
      this.#db.change('delete from messages where conversation = ?', id);
      this.#db.change('delete from conversations where id = ?', id);
    });
  }

  say(message: Omit<Message, 'createdAt' | 'rating'>): void {
    const now = this.#now();
    this.#db.transaction(() => {
      this.#db.change(
        'insert into messages (id, conversation, run, inputs, query, answer, status, error, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        message.id,
        message.conversation,
        message.run,
        message.inputs,
        message.query,
        message.answer,
        message.status,
        message.error,
        now,
      );
      this.#db.change('update conversations set updated_at = ? where id = ?', now, message.conversation);
    });
  }

  message(id: string): Message | undefined {
    return this.#db.first<Message>(`select ${MESSAGE} where id = ?`, id);
  }

  rate(id: string, rating: string | null): void {
    this.#db.change('update messages set rating = ? where id = ?', rating, id);
  }

  /** The newest first, older than `before`. */
  messages(conversation: string, before: number, limit: number): Message[] {
    const text = `select ${MESSAGE} where conversation = ? and created_at < ? order by created_at desc, id limit ?`;
    return this.#db.all<Message>(text, conversation, before, limit);
  }
}
