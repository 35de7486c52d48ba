/** The Read E-mail node against a real Dovecot; skipped with its reason where that is not installed. */
import { createServer, type AddressInfo } from 'node:net';
import { ImapFlow } from 'imapflow';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { makeCertificates } from '../../../testing/services/certificates.ts';
import { startImap, type ImapService } from '../../../testing/services/imap.ts';
import type { MissingService } from '../../../testing/services/server-process.ts';
import { nodeContract } from '../kit/contract.ts';
import { failureOf, openWorld, type World } from '../kit/http/ports.testing.ts';
import type { JsonObject } from '../kit/paths.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

const pem = makeCertificates();
const started: ImapService | MissingService = 'missing' in pem ? pem : await startImap(pem.server);
if ('missing' in started) console.log(`tests of read-email are skipped: ${started.missing}`);
const imap = 'missing' in started ? null : started;
const CA = 'missing' in pem ? '' : pem.ca;

let world: World;
let client: ImapFlow;
let user = '';
let users = 0;

beforeEach(async () => {
  world = openWorld();
  world.secrets = { PW: imap?.password ?? '', BAD: 'bad-word', CA };
  if (imap === null) return;
  // A mailbox of its own for each test.
  users += 1;
  user = `user${users}`;
  client = new ImapFlow({
    host: '127.0.0.1',
    port: imap.port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: imap.password },
    logger: false,
  });
  await client.connect();
});
afterEach(async () => {
  if (imap !== null) client.close();
  await world.close();
});
afterAll(() => imap?.stop());

async function put(
  subject: string,
  more: { from?: string; flags?: string[]; body?: string; date?: Date } = {},
): Promise<void> {
  const { from = 'Ada <ada@example.com>', flags = [], body = '\r\nbody', date } = more;
  const head = `From: ${from}\r\nTo: b@example.com\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.com>\r\n`;
  await client.append('INBOX', `${head}${body}`, flags, date);
}

const paramsOf = (params: JsonObject): JsonObject => ({
  host: 'localhost',
  port: imap?.tlsPort ?? 1,
  user,
  secret: 'PW',
  ca: 'CA',
  timeout: '5s',
  ...params,
});
const whole = async (params: JsonObject = {}, signal?: AbortSignal): Promise<Item[]> => {
  const { items } = await runNode(node, { params: paramsOf(params), ports: world.ports, ...(signal && { signal }) });
  return items[0] ?? [];
};
const read = async (params: JsonObject = {}): Promise<JsonObject[]> =>
  (await whole(params)).map((item) => item.json as JsonObject);
const subjects = async (params: JsonObject = {}): Promise<Json[]> =>
  (await read(params)).map((json) => json['subject'] as Json);
const failing = (params: JsonObject = {}): Promise<Failure> => failureOf(whole(params));

async function flagsOf(mailbox = 'INBOX'): Promise<string[][]> {
  const lock = await client.getMailboxLock(mailbox);
  try {
    if (client.mailbox === false || client.mailbox.exists === 0) return [];
    // The server tells of changes by others in between: what it says last counts.
    const found = await client.fetchAll('1:*', { flags: true, uid: true });
    const last = new Map(found.map((one) => [one.seq, [...(one.flags ?? [])]]));
    return [...last].sort(([a], [b]) => a - b).map(([, flags]) => flags.filter((flag) => flag !== '\\Recent'));
  } finally {
    lock.release();
  }
}

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe.skipIf(imap === null)('reading', () => {
  it('gives the fields of a message, decoded', async () => {
    await put('=?utf-8?q?Gr=C3=BC=C3=9Fe?=', {
      from: '=?utf-8?q?B=C3=B6?= <bo@example.com>',
      body: 'Date: Fri, 02 Jan 2026 03:04:05 +0100\r\nReply-To: r@example.com\r\nReceived: one\r\nReceived: two\r\n__proto__: x\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>\u00fc</p>',
    });
    const [message] = await read();
    expect(message).toMatchObject({
      uid: 1,
      subject: 'Grüße',
      date: '2026-01-02T02:04:05.000Z',
      from: { name: 'Bö', address: 'bo@example.com' },
      to: [{ name: '', address: 'b@example.com' }],
      replyTo: [{ address: 'r@example.com' }],
      attachments: [],
      flags: [],
    });
    expect(message?.['headers']).toMatchObject({ received: ['one', 'two'] });
    expect(Object.hasOwn(message?.['headers'] as object, '__proto__')).toBe(true);
    expect(await flagsOf()).toEqual([[]]);
  });

  it('turns attachments into files, with names that are safe', async () => {
    const body =
      'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n' +
      '--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="../../a.png"\r\n\r\nAP8K\r\n--b--\r\n';
    await put('files', { body });
    const [item] = await whole({ source: true });
    expect(item?.json).toMatchObject({
      text: 'hi\n',
      attachments: [{ name: 'a.png', mime: 'image/png', size: 3, file: 'attachment_0' }],
    });
    expect(await world.ports.blobs?.get(item?.files?.['attachment_0']?.blob ?? '')).toEqual(Buffer.from([0, 255, 10]));
    expect(item?.files?.['source']).toMatchObject({ name: '1.eml', mime: 'message/rfc822' });
    const [plain] = await whole({ attachments: false });
    expect(plain?.files).toBeUndefined();
    expect(plain?.json).toMatchObject({ attachments: [{ name: 'a.png', file: null }] });
  });

  it('goes on page after page, by uid', async () => {
    for (let n = 1; n <= 5; n += 1) await put(`m${n}`);
    expect(await subjects({ pageSize: 2 })).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    expect(await subjects({ pageSize: 2, limit: 3 })).toEqual(['m1', 'm2', 'm3']);
    expect(await subjects({ sinceUid: 3 })).toEqual(['m4', 'm5']);
    expect(await subjects({ sinceUid: 5 })).toEqual([]);
  });

  it('finds by what is asked for', async () => {
    await put('first', { from: 'eve@example.com', flags: ['\\Seen'], date: new Date('2026-01-05T12:00:00Z') });
    await put('order "7"', { body: '\r\nneedle', date: new Date('2026-02-05T12:00:00Z') });
    expect(await subjects()).toEqual(['order "7"']);
    expect(await subjects({ unseen: false })).toEqual(['first', 'order "7"']);
    expect(await subjects({ unseen: false, from: 'eve' })).toEqual(['first']);
    expect(await subjects({ unseen: false, subject: 'order "7"' })).toEqual(['order "7"']);
    expect(await subjects({ unseen: false, contains: 'needle' })).toEqual(['order "7"']);
    expect(await subjects({ unseen: false, since: '2026-02-01' })).toEqual(['order "7"']);
    expect(await subjects({ unseen: false, before: '2026-02-01' })).toEqual(['first']);
    expect(await subjects({ unseen: false, subject: '") ALL (' })).toEqual([]);
  });

  it('a message that is too large comes with its headers, and says so', async () => {
    await put('large', { body: `\r\n${'x'.repeat(5000)}` });
    await put('small');
    world.limits['email.bytes'] = 1000;
    const [large, small] = await read();
    expect(large).toMatchObject({ subject: 'large', text: '', incomplete: expect.stringContaining('email.bytes') });
    expect(small).toMatchObject({ subject: 'small', text: expect.stringContaining('body') });
  });
});

describe.skipIf(imap === null)('afterwards', () => {
  const call = (params: JsonObject, carry?: Json): ReturnType<NonNullable<typeof node.run>> =>
    node.run?.({
      params: paramsOf(params),
      items: [{ json: {} }],
      carry,
      index: 0,
      attempt: 1,
      idempotencyKey: 'k',
      signal: new AbortController().signal,
      ports: world.ports as never,
      evaluate: async () => null,
    }) ?? Promise.reject(new Error('no run'));

  it('messages are marked only when their page is recorded', async () => {
    for (let n = 1; n <= 3; n += 1) await put(`m${n}`);
    const params = { pageSize: 2, after: 'seen' };
    const first = await call(params);
    expect(await flagsOf()).toEqual([[], [], []]);
    const second = await call(params, JSON.parse(JSON.stringify(first.carry)) as Json);
    expect(await flagsOf()).toEqual([['\\Seen'], ['\\Seen'], []]);
    expect(second.items).toHaveLength(1);
    const third = await call(params, JSON.parse(JSON.stringify(second.carry)) as Json);
    expect(third).toMatchObject({ items: [], done: true });
    expect(await flagsOf()).toEqual([['\\Seen'], ['\\Seen'], ['\\Seen']]);
    expect(await subjects()).toEqual([]);
  });

  it('messages are moved or deleted', async () => {
    await put('one');
    expect(await subjects({ after: 'move', target: 'Archive' })).toEqual(['one']);
    expect(await flagsOf('Archive')).toHaveLength(1);
    await put('two');
    expect(await subjects({ after: 'delete' })).toEqual(['two']);
    expect(await flagsOf()).toEqual([]);
  });

  it('one message is marked, moved or deleted by its uid', async () => {
    await put('one');
    await put('two');
    for (const [mark, flags] of [
      ['flagged', ['\\Flagged']],
      ['unflagged', []],
      ['seen', ['\\Seen']],
      ['unseen', []],
    ] as const) {
      expect(await read({ operation: 'mark', uid: 1, mark })).toEqual([{ uid: 1, mailbox: 'INBOX', mark }]);
      expect((await flagsOf())[0]).toEqual(flags);
    }
    expect(await read({ operation: 'move', uid: 2, target: 'Archive' })).toEqual([
      { uid: 2, mailbox: 'INBOX', target: 'Archive', targetUid: 1 },
    ]);
    expect(await read({ operation: 'delete', uid: 1 })).toEqual([{ uid: 1, mailbox: 'INBOX', deleted: true }]);
    expect((await failing({ operation: 'mark', uid: 1 })).message).toContain('no message 1');
  });
});

describe.skipIf(imap === null)('the connection', () => {
  it('works with STARTTLS and without TLS, and is shared by the run', async () => {
    await put('one');
    for (const security of ['starttls', 'none']) {
      expect(await subjects({ port: imap?.port ?? 0, security })).toEqual(['one']);
    }
    expect(await Promise.all([subjects(), subjects(), subjects()])).toEqual([['one'], ['one'], ['one']]);
    expect(world.asked).toContain('PW@localhost');
  });

  it('that broke is opened anew', async () => {
    await put('one');
    const keep = world.ports.keep as NonNullable<typeof world.ports.keep>;
    const kept: ImapFlow[] = [];
    world.ports.keep = async (key, open) => {
      const value = await keep(key, open);
      kept.push(value as ImapFlow);
      return value;
    };
    expect(await subjects()).toEqual(['one']);
    kept[0]?.close();
    expect(await subjects()).toEqual(['one']);
  });

  it.each<[string, JsonObject, string]>([
    ['a wrong password', { secret: 'BAD' }, 'refuses user or password'],
    ['a missing secret', { secret: 'NONE' }, 'NONE'],
    ['no user', { user: '' }, 'user'],
    ['a mailbox that is not there', { mailbox: 'Nowhere' }, 'Nowhere'],
    ['a target that is not there', { operation: 'move', uid: 1, target: 'Nowhere' }, 'Nowhere'],
    ['no target', { after: 'move' }, 'target'],
    ['no uid', { operation: 'mark' }, 'uid'],
    ['no date', { since: 'tomorrow' }, 'since'],
    ['a certificate that nobody vouches for', { ca: '' }, 'certificate'],
    ['a server that the guard refuses', { host: '10.0.0.1' }, '10.0.0.1'],
    ['nobody there', { host: '127.0.0.1', port: 9 }, '127.0.0.1:9'],
  ])('%s', async (_name, params, words) => {
    await put('one');
    const failed = await failing(params);
    expect(failed.message).toContain(words);
    expect(JSON.stringify(failed)).not.toMatch(/imap-test-password|bad-word/);
  });

  it('a server that says nothing, and a call that is cancelled', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const params = { port: (silent.address() as AddressInfo).port, security: 'none' };
    expect((await failing({ ...params, timeout: '200ms' })).code).toMatch(/timeout|http-failed/);
    const stop = new AbortController();
    silent.once('connection', () => stop.abort());
    expect((await failureOf(whole({ ...params, timeout: '300ms' }, stop.signal))).code).toBe('cancelled');
    silent.close();
  });
});
