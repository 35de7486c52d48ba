/**
 * Owns one call of the Redis node: its connection, which all iterations of the run share, one command, and what
 * its errors mean. Commands and replies are in commands.ts.
 */
import type { Redis } from 'ioredis';
import { failure, FailureError, type Failure } from '@rondo/core/errors.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { isObject, putPath, type JsonObject } from '../kit/paths.ts';
import { readChoice, readText } from '../kit/read.ts';
import { withSecretFields } from '../kit/secret-fields.ts';
import { unlessAborted } from '../kit/sql/deadline.ts';
import { networkProblem, sqlFailure } from '../kit/sql/problems.ts';
import { dialServer, keyOf, readServer, whereOf, type Server } from '../kit/sql/server.ts';
import { commandOf, replyBytes, type Command, type Reply } from './commands.ts';

const DEFAULTS = { schemes: ['redis', 'rediss'], port: 6379 };
const DEFAULT_TIMEOUT_MS = 10_000;

/** One connection for the run; a new one takes its place when it breaks. */
class Link {
  readonly #open: () => Promise<Redis>;
  #current: Promise<Redis> | null = null;

  constructor(open: () => Promise<Redis>) {
    this.#open = open;
  }

  redis(): Promise<Redis> {
    if (this.#current !== null) return this.#current;
    const opening = this.#open();
    const forget = (): void => {
      if (this.#current === opening) this.#current = null;
    };
    opening.then((redis) => redis.once('end', forget), forget);
    this.#current = opening;
    return opening;
  }

  async close(): Promise<void> {
    (await this.#current?.catch(() => null))?.disconnect();
  }
}

async function open(call: EffectCall, server: Server): Promise<Redis> {
  const [{ Redis: Client }, { address, password, tls }] = await Promise.all([
    import('ioredis'),
    dialServer(call, server),
  ]);
  const client = new Client({
    host: address,
    port: server.port,
    ...(server.user === '' ? {} : { username: server.user }),
    ...(password === undefined ? {} : { password }),
    db: Number(server.database || '0'),
    ...(tls === null ? {} : { tls }),
    connectTimeout: server.connectMs,
    protocol: 2,
    lazyConnect: true,
    // The engine tries again, not the driver: it would send a write twice without a word.
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
  });
  let last: Error | undefined;
  client.on('error', (error) => {
    last = error;
  });
  // The driver's own time ends when the address answers, not when the server does.
  const late = setTimeout(() => {
    last = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
    client.disconnect();
  }, server.connectMs);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.disconnect();
    // The driver says "closed"; the reason came as an event before.
    throw last ?? error;
  } finally {
    clearTimeout(late);
  }
}

const MEANINGS: readonly [RegExp, Omit<Failure, 'code' | 'message'>][] = [
  [
    /^(WRONGPASS|NOAUTH|ERR invalid password|ERR AUTH|ERR Client sent AUTH)/,
    { retry: 'no', fix: 'Check user and the value of the secret.' },
  ],
  [/^NOPERM/, { retry: 'no', fix: 'The user may not do this; ask for the right.' }],
  [/^WRONGTYPE/, { retry: 'no', fix: 'The key holds another kind of value; use the operations of its kind.' }],
  [
    /^(LOADING|BUSY|TRYAGAIN|MASTERDOWN|CLUSTERDOWN|ERR max number of clients)/,
    { retry: 'yes', fix: 'Try again when the server is ready.' },
  ],
  [/^OOM/, { retry: 'yes', fix: 'The server has no memory left; give values a ttl, or raise maxmemory.' }],
  [/^READONLY/, { retry: 'no', fix: 'This server is a replica; name the one that takes writes.' }],
  [/^(MOVED|ASK)/, { retry: 'no', fix: 'This server is part of a cluster; name the node that holds the key.' }],
];

function asFailure(error: unknown, where: string): FailureError {
  if (error instanceof FailureError) return error;
  const network = networkProblem(error);
  if (network !== null) return sqlFailure(network, where, null);
  const message = error instanceof Error ? error.message : String(error);
  const known = MEANINGS.find(([pattern]) => pattern.test(message))?.[1];
  if (known !== undefined || (error instanceof Error && error.name === 'ReplyError')) {
    return new FailureError(
      failure('node-failed', `${where}: ${message.replace(/\.$/, '')}.`, known ?? { retry: 'no' }),
    );
  }
  return sqlFailure({ kind: 'connection', message: `the connection was lost: ${message}` }, where, null);
}

async function send(call: EffectCall, link: Link, command: Command, where: string): Promise<Reply> {
  const timeoutMs = parseDuration(call.params['timeout']) ?? DEFAULT_TIMEOUT_MS;
  const redis = await unlessAborted(link.redis(), call.signal);
  return new Promise<Reply>((resolve, reject) => {
    const late = setTimeout(() => {
      const why = failure('timeout', `${where}: no answer within timeout (${timeoutMs} ms).`, {
        retry: 'yes',
        fix: 'Raise timeout, or look at what the server is busy with.',
      });
      reject(new FailureError(why));
      // Answers come in order: after one that is missing, none can be told apart.
      redis.disconnect();
    }, timeoutMs);
    const leave = (): void => reject(call.signal.reason as Error);
    call.signal.addEventListener('abort', leave, { once: true });
    const [name, ...words] = command.words;
    const done = (): void => {
      clearTimeout(late);
      call.signal.removeEventListener('abort', leave);
    };
    redis.callBuffer(name, ...words).then(
      (reply) => {
        done();
        resolve(reply as Reply);
      },
      (error: unknown) => {
        done();
        reject(error as Error);
      },
    );
  });
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const server = readServer(withSecretFields(call, call.params), DEFAULTS);
  if (!/^\d*$/.test(server.database)) {
    throw new FailureError(
      failure('wrong-type', 'database must be the number of a database, such as 0.', { retry: 'no' }),
    );
  }
  const where = `redis ${whereOf(server)}`;
  const command = commandOf(call.params, call.carry);
  let reply: Reply;
  try {
    const link = await call.ports.keep(keyOf('redis', server), async () => {
      const value = new Link(() => open(call, server));
      return { value, close: () => value.close() };
    });
    reply = await send(call, link, command, where);
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    throw asFailure(error, where);
  }
  const most = call.ports.limit('step.bytes');
  if (replyBytes(reply) > most) {
    const fix = 'Read a part: listRange, sortedSetRange and hashGet with fields, or a smaller pageSize.';
    throw new FailureError({
      ...limitFailure('step.bytes', most, where, `the answer has ${replyBytes(reply)}`),
      fix,
      retry: 'no',
    });
  }
  const items = answered(call, command.items(reply));
  const carry: Json | null = command.next?.(reply) ?? null;
  return carry === null ? { items, done: true } : { items, carry, done: false };
}

/** Operations that answer about one key, as `answer` says. */
function answered(call: EffectCall, items: Item[]): Item[] {
  const answer = readChoice(call.params, 'answer', ['facts', 'item', 'value'] as const, 'facts');
  if (answer === 'facts') return items;
  if (answer === 'item') return [call.items[0] ?? { json: {} }];
  return items.map((item) => {
    const json: JsonObject = {};
    putPath(
      json,
      readText(call.params, 'into', 'value'),
      isObject(item.json) ? (item.json['value'] ?? null) : item.json,
    );
    return { json };
  });
}
