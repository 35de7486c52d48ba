/**
 * Owns the operations of the Read E-mail node over one IMAP connection that the run keeps. A page of messages is
 * read without changing them; what is to be done with them afterwards is done at the next call, when their items
 * are recorded: a crash in between reads them again, and loses none. message.ts makes the items.
 */
import { createHash } from 'node:crypto';
import type { FetchMessageObject, FetchQueryObject, ImapFlow, SearchObject } from 'imapflow';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Kept } from '@rondo/core/model/effect-ports.ts';
import type { Item } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { wrong } from '../kit/http/answers.ts';
import { connectionFailure, inTime, readMailServer, tlsOptions, type MailServer } from '../kit/mail-server.ts';
import { readChoice, readFlag, readInteger, readText, wrongParameter } from '../kit/read.ts';
import { itemOf, type RawMessage } from './message.ts';
import { IMAP_PORTS } from './ports.ts';

const MOST = Number.MAX_SAFE_INTEGER;
const CONNECT_MS = 10_000;
/** Enough for the headers of a message that is too large. */
const HEADER_BYTES = 256 * 1024;
const AFTER = ['nothing', 'seen', 'move', 'delete'] as const;
const MARKS = {
  seen: ['add', '\\Seen'],
  unseen: ['remove', '\\Seen'],
  flagged: ['add', '\\Flagged'],
  unflagged: ['remove', '\\Flagged'],
  answered: ['add', '\\Answered'],
} as const;

interface Carry {
  /** Uids mean something else when this changes. */
  validity: string;
  /** Highest uid that was read. */
  last: number;
  /** Messages read. */
  count: number;
  /** Uids of the last page, which `after` is about. */
  read: number[];
  /** Nothing more to read. */
  end: boolean;
}

async function connect(call: EffectCall, server: MailServer): Promise<Kept<ImapFlow>> {
  const { ImapFlow: Client } = await import('imapflow');
  const { address } = await call.ports.dial(server.host, server.port);
  const { servername, ...tls } = tlsOptions(server);
  const most = call.ports.limit('email.bytes');
  const client = new Client({
    host: address,
    port: server.port,
    secure: server.security === 'tls',
    ...(server.security === 'tls' ? {} : { doSTARTTLS: server.security === 'starttls' }),
    ...(servername === undefined ? {} : { servername }),
    tls,
    auth: { user: server.user, pass: server.password },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: Math.min(CONNECT_MS, server.timeoutMs),
    greetingTimeout: server.timeoutMs,
    socketTimeout: server.timeoutMs,
    // A server that sends more than it said is cut off.
    maxLiteralSize: most + HEADER_BYTES,
    maxLineLength: most + HEADER_BYTES,
    maxResponseSize: 2 * (most + HEADER_BYTES),
  });
  // Also raised while nobody waits; the next operation finds the connection closed.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    client.close();
    throw error;
  }
  return { value: client, close: async () => client.close() };
}

function imapFailure(where: string, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const { authenticationFailed, responseStatus, responseText, code } = error as Record<string, unknown>;
  if (authenticationFailed === true) {
    return new FailureError(
      failure(
        'node-failed',
        `${where}: the server refuses user or password (${String(responseText ?? 'no reason')}).`,
        {
          retry: 'no',
          fix: 'Check user and the secret with the password; some servers want a password of its own for programs.',
        },
      ),
    );
  }
  if (code === 'LiteralTooLarge' || code === 'ResponseTooLarge' || code === 'LineTooLarge') {
    return new FailureError(failure('limit-reached', `${where}: the server sends more than limit email.bytes allows.`));
  }
  if (responseStatus === 'NO' || responseStatus === 'BAD') {
    return wrong(
      `${where}: the server refuses: ${String(responseText ?? 'no reason')}`,
      'Check the name of the mailbox.',
    );
  }
  return connectionFailure(where, error);
}

function day(call: EffectCall, name: string): Date | null {
  const text = readText(call.params, name, '');
  if (text === '') return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) wrongParameter(name, 'a date such as 2026-01-31', text);
  return new Date(time);
}

function queryOf(call: EffectCall, after: number): SearchObject {
  const { params } = call;
  const query: SearchObject = { uid: `${after + 1}:*` };
  if (readFlag(params, 'unseen', true)) query.seen = false;
  for (const [field, name] of [
    ['from', 'from'],
    ['to', 'to'],
    ['subject', 'subject'],
    ['text', 'contains'],
  ] as const) {
    const text = readText(params, name, '');
    if (text !== '') query[field] = text;
  }
  const [since, before] = [day(call, 'since'), day(call, 'before')];
  if (since !== null) query.since = since;
  if (before !== null) query.before = before;
  return query;
}

async function fetchMessage(call: EffectCall, client: ImapFlow, uid: number): Promise<RawMessage | null> {
  // The server may tell of other messages, and of other changes, in between.
  const ask = async (query: FetchQueryObject): Promise<FetchMessageObject[]> =>
    (await client.fetchAll(String(uid), { ...query, uid: true }, { uid: true })).filter((one) => one.uid === uid);
  const facts = (await ask({ size: true, flags: true, internalDate: true })).find((one) => one.size !== undefined);
  // Somebody else has deleted it meanwhile.
  if (facts === undefined) return null;
  const { size = 0, flags = new Set<string>(), internalDate } = facts;
  const most = call.ports.limit('email.bytes');
  const tooLarge = size > most;
  const found = await ask(tooLarge ? { headers: true } : { source: { maxLength: most } });
  const source = found.map((one) => (tooLarge ? one.headers : one.source)).find((bytes) => bytes !== undefined);
  if (source === undefined) return null;
  const received = internalDate === undefined ? Number.NaN : new Date(internalDate).getTime();
  return {
    uid,
    size,
    flags: [...flags].filter((flag) => flag !== '\\Recent'),
    received: Number.isNaN(received) ? null : received,
    source,
    incomplete: tooLarge ? `the message has ${size} bytes; limit email.bytes allows ${most}` : null,
  };
}

async function settle(call: EffectCall, client: ImapFlow, uids: readonly number[]): Promise<void> {
  const after = readChoice(call.params, 'after', AFTER, 'nothing');
  if (after === 'nothing' || uids.length === 0) return;
  const range = uids.join(',');
  if (after === 'seen') await client.messageFlagsAdd(range, ['\\Seen'], { uid: true });
  else if (after === 'delete') await client.messageDelete(range, { uid: true });
  else if (!(await client.messageMove(range, targetOf(call), { uid: true }))) throw notMoved(call);
}

function targetOf(call: EffectCall): string {
  const target = readText(call.params, 'target', '');
  return target === '' ? wrongParameter('target', 'the mailbox to move messages to', target) : target;
}

function notMoved(call: EffectCall): FailureError {
  return wrong(`messages cannot be moved to "${targetOf(call)}"`, 'Create that mailbox, or correct target.');
}

async function readPage(call: EffectCall, client: ImapFlow): Promise<EffectResult> {
  const { params } = call;
  const carry = call.carry as unknown as Carry | undefined;
  if (readChoice(params, 'after', AFTER, 'nothing') === 'move') targetOf(call);
  const validity = client.mailbox === false ? '' : String(client.mailbox.uidValidity);
  if (carry !== undefined && carry.validity !== validity) {
    throw wrong('the server has numbered the messages of the mailbox anew', 'Start the run again.');
  }
  if (carry !== undefined) await settle(call, client, carry.read);
  if (carry?.end === true) return { items: [], done: true };
  const last = carry?.last ?? readInteger(params, 'sinceUid', 0, MOST, 0);
  const count = carry?.count ?? 0;
  const most = Math.min(
    readInteger(params, 'pageSize', 1, 500, 20),
    readInteger(params, 'limit', 1, MOST, MOST) - count,
  );
  const found = await client.search(queryOf(call, last), { uid: true });
  if (!Array.isArray(found))
    throw wrong('the server cannot search for this', 'Use plainer words, or fewer conditions.');
  // A range to "*" holds the newest message also when its uid is lower.
  const uids = found.filter((uid) => uid > last).sort((a, b) => a - b);
  const items: Item[] = [];
  const options = { attachments: readFlag(params, 'attachments', true), source: readFlag(params, 'source', false) };
  const page = uids.slice(0, most);
  const read: number[] = [];
  for (const uid of page) {
    const message = await fetchMessage(call, client, uid);
    if (message === null) continue;
    items.push(await itemOf(call, message, options));
    read.push(uid);
  }
  const end = uids.length <= page.length || count + page.length >= readInteger(params, 'limit', 1, MOST, MOST);
  const nothingAfter = readChoice(params, 'after', AFTER, 'nothing') === 'nothing' || read.length === 0;
  if (end && nothingAfter) return { items, done: true };
  const next: Carry = { validity, last: page.at(-1) ?? last, count: count + page.length, read, end };
  return { items, carry: { ...next }, done: false };
}

async function changeOne(
  call: EffectCall,
  client: ImapFlow,
  operation: 'mark' | 'move' | 'delete',
): Promise<EffectResult> {
  const uid = readInteger(call.params, 'uid', 1, MOST);
  const mailbox = readText(call.params, 'mailbox', 'INBOX');
  const range = String(uid);
  // The server answers OK for a message that it does not have.
  const there = await client.search({ uid: range }, { uid: true });
  if (!Array.isArray(there) || !there.includes(uid)) throw wrong(`there is no message ${uid} in "${mailbox}"`);
  if (operation === 'delete') {
    await client.messageDelete(range, { uid: true });
    return { items: [{ json: { uid, mailbox, deleted: true } }] };
  }
  if (operation === 'move') {
    const target = targetOf(call);
    const moved = await client.messageMove(range, target, { uid: true });
    if (moved === false) throw notMoved(call);
    return { items: [{ json: { uid, mailbox, target, targetUid: moved.uidMap?.get(uid) ?? null } }] };
  }
  const mark = readChoice(call.params, 'mark', Object.keys(MARKS) as (keyof typeof MARKS)[], 'seen');
  const [how, flag] = MARKS[mark];
  if (how === 'add') await client.messageFlagsAdd(range, [flag], { uid: true });
  else await client.messageFlagsRemove(range, [flag], { uid: true });
  return { items: [{ json: { uid, mailbox, mark } }] };
}

async function operate(call: EffectCall, client: ImapFlow): Promise<EffectResult> {
  const operation = readChoice(call.params, 'operation', ['read', 'mark', 'move', 'delete'], 'read');
  const lock = await client.getMailboxLock(readText(call.params, 'mailbox', 'INBOX'));
  try {
    // A mailbox that is open already: what came meanwhile becomes known.
    await client.noop();
    return operation === 'read' ? await readPage(call, client) : await changeOne(call, client, operation);
  } finally {
    lock.release();
  }
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const server = readMailServer(call, IMAP_PORTS, 'tls');
  if (server.user === '') wrongParameter('user', 'the name of the account', '');
  const where = `IMAP ${server.host}:${server.port}, mailbox ${readText(call.params, 'mailbox', 'INBOX')}`;
  const key = `imap:${createHash('sha256').update(JSON.stringify(server)).digest('base64url')}`;
  const work = async (): Promise<EffectResult> => {
    const known = await call.ports.keep(key, () => connect(call, server));
    if (known.usable) return operate(call, known);
    // It broke while nobody used it.
    await call.ports.drop(key);
    return operate(call, await call.ports.keep(key, () => connect(call, server)));
  };
  try {
    return await inTime(call, server.timeoutMs, where, work());
  } catch (error) {
    const found = imapFailure(where, error);
    const { code } = found.failure;
    if (code === 'http-failed' || code === 'timeout' || code === 'limit-reached') await call.ports.drop(key);
    throw found;
  }
}
