/** The Send E-mail node against a real SMTP server with STARTTLS, log-in and receivers that it refuses. */
import { createServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '@rondo/core/errors.ts';
import type { FileRef, Json } from '@rondo/core/model/item.ts';
import { makeCertificates } from '../../../testing/services/certificates.ts';
import { nodeContract } from '../kit/contract.ts';
import { failureOf, openWorld, type World } from '../kit/http/ports.testing.ts';
import type { JsonObject } from '../kit/paths.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

interface Mail {
  from: string;
  to: string[];
  source: string;
  email: Email;
  secure: boolean;
}

const made = makeCertificates();
if ('missing' in made) console.log(`tests of send-email with TLS are skipped: ${made.missing}`);
const pem = 'missing' in made ? null : made;

let world: World;
let mails: Mail[] = [];
let logins: SMTPServerAuthentication[] = [];
let connections = 0;
const open: SMTPServer[] = [];

function start(options: SMTPServerOptions = {}): Promise<number> {
  const smtp = new SMTPServer({
    ...(pem === null ? {} : { key: pem.server.key, cert: pem.server.cert }),
    authOptional: false,
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onAuth: (auth, _session, done) => {
      logins.push(auth);
      if (auth.username === 'ada' && auth.password === 'pass-word') done(null, { user: 'ada' });
      else done(new Error('wrong user or password'));
    },
    onRcptTo: ({ address }, _session, done) => {
      if (address.startsWith('nobody')) done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }));
      else if (address.startsWith('busy')) done(Object.assign(new Error('mailbox busy'), { responseCode: 450 }));
      else done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const source = Buffer.concat(chunks);
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        void PostalMime.parse(source).then((email) => {
          mails.push({
            from,
            to: rcptTo.map((one) => one.address),
            source: String(source),
            email,
            secure: session.secure,
          });
          done();
        });
      });
    },
    ...options,
  });
  // What a client that gives up leaves behind is no error of the test.
  smtp.on('error', () => {});
  open.push(smtp);
  return new Promise((resolve) => {
    smtp.listen(0, '127.0.0.1', () => resolve((smtp.server.address() as AddressInfo).port));
  });
}

let port = 0;
beforeAll(async () => {
  port = await start();
});
beforeEach(() => {
  world = openWorld();
  world.secrets = { PW: 'pass-word', BAD: 'bad-word', CA: pem?.ca ?? '' };
  mails = [];
  logins = [];
  connections = 0;
});
afterEach(() => world.close());
afterAll(() => Promise.all(open.map((smtp) => new Promise<void>((resolve) => smtp.close(resolve)))));

const send = async (
  params: JsonObject = {},
  files?: Record<string, FileRef>,
  more: { signal?: AbortSignal } = {},
): Promise<Json[]> => {
  const { output } = await runNode(node, {
    params: {
      host: 'localhost',
      port,
      user: 'ada',
      secret: 'PW',
      ca: 'CA',
      from: 'Ada <ada@example.com>',
      to: 'b@example.com',
      subject: 'Hi',
      text: 'body',
      timeout: '5s',
      ...params,
    },
    items: [[{ json: {}, ...(files === undefined ? {} : { files }) }]],
    ports: world.ports,
    ...more,
  });
  return output['main'] ?? [];
};
const failing = (params: JsonObject = {}): Promise<Failure> => failureOf(send(params));

it('where the server is, and who logs in, may be secret', async () => {
  world.secrets = { ...world.secrets, HOST: 'localhost', PORT: String(port), USER: 'ada' };
  const secrets = { host: 'HOST', port: 'PORT', user: 'USER' };
  expect(await send({ host: '', port: 1, user: '', secrets })).toMatchObject([{ accepted: ['b@example.com'] }]);
});

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe.skipIf(pem === null)('a message', () => {
  it('arrives over STARTTLS, after a log-in, with its bodies and headers', async () => {
    const [sent] = await send({
      to: ['Bö <b@example.com>', 'c@example.com, d@example.com'],
      cc: 'e@example.com',
      bcc: 'hidden@example.com',
      subject: 'Grüße 日本',
      text: 'plain ü\n.\nend',
      html: '<b>ü</b>',
      replyTo: 'r@example.com',
      inReplyTo: '<first@example.com>',
      headers: { 'X-Run': 'r1' },
    });
    expect(sent).toMatchObject({
      accepted: ['b', 'c', 'd', 'e', 'hidden'].map((name) => `${name}@example.com`),
      rejected: [],
      response: expect.stringMatching(/^250/),
    });
    const [mail] = mails;
    expect(mail?.secure).toBe(true);
    expect(mail?.to).toHaveLength(5);
    expect(mail?.email).toMatchObject({
      subject: 'Grüße 日本',
      inReplyTo: '<first@example.com>',
      messageId: (sent as JsonObject)['messageId'],
    });
    expect(mail?.email.text?.trim()).toBe('plain ü\n.\nend');
    expect(mail?.email.html?.trim()).toBe('<b>ü</b>');
    expect(mail?.email.replyTo).toMatchObject([{ address: 'r@example.com' }]);
    expect(mail?.source).toContain('X-Run: r1');
    expect(mail?.source).not.toContain('hidden');
    expect(world.asked).toContain('PW@localhost');
  });

  it('has the same id when it is sent again', async () => {
    await send();
    await send();
    expect(new Set(mails.map((mail) => mail.email.messageId)).size).toBe(1);
  });

  it('carries files of the item and of the disk, one of them inside the HTML', async () => {
    const stored = await world.ports.blobs?.put(Buffer.from([0, 255, 10]));
    await world.ports.files?.writeAt('r.csv', 0, Buffer.from('a,b'));
    const data = { blob: stored?.blob ?? '', size: 3, name: 'bild ü.png', mime: 'image/png' };
    const attachments = [
      { itemFile: 'data', cid: 'pic' },
      { file: 'r.csv', type: 'text/csv' },
    ];
    await send({ html: '<img src="cid:pic">', attachments }, { data });
    const [picture, table] = mails[0]?.email.attachments ?? [];
    expect(picture).toMatchObject({ filename: 'bild ü.png', mimeType: 'image/png', contentId: '<pic>' });
    expect(Buffer.from(picture?.content as ArrayBuffer)).toEqual(Buffer.from([0, 255, 10]));
    expect(table).toMatchObject({ filename: 'r.csv', mimeType: 'text/csv' });
  });

  it('shares connections with the other messages of the run', async () => {
    for (let n = 0; n < 5; n += 1) await send();
    expect(mails).toHaveLength(5);
    expect(connections).toBe(1);
    expect(logins).toHaveLength(1);
  });

  it('goes to those who are taken, and says who was not', async () => {
    const [sent] = await send({ to: ['b@example.com', 'nobody@example.com'] });
    expect(sent).toMatchObject({ accepted: ['b@example.com'], rejected: ['nobody@example.com'] });
    expect(world.logs.join()).toContain('nobody@example.com');
  });
});

describe.skipIf(pem === null)('what the server refuses', () => {
  it.each<[string, JsonObject, 'yes' | 'no', string]>([
    ['every receiver, for ever', { to: 'nobody@example.com' }, 'no', 'no such mailbox'],
    ['every receiver, for now', { to: 'busy@example.com' }, 'yes', 'mailbox busy'],
    ['the password', { secret: 'BAD' }, 'no', 'wrong user or password'],
  ])('%s', async (_name, params, retry, words) => {
    const failed = await failing(params);
    expect(failed).toMatchObject({ code: 'node-failed', retry });
    expect(failed.message).toContain(words);
    expect(failed.message).toContain(`localhost:${port}`);
    expect(JSON.stringify(failed)).not.toMatch(/pass-word|bad-word/);
  });

  it('a client that does not trust it is not given the password', async () => {
    const failed = await failing({ ca: '' });
    expect(failed).toMatchObject({ code: 'http-failed', retry: 'no' });
    expect(failed.message).toMatch(/certificate/i);
    expect(logins).toEqual([]);
    await send({ ca: '', insecure: true });
    expect(mails).toHaveLength(1);
  });

  it('STARTTLS that is not offered is a failure, not a reason to go on in clear', async () => {
    const plain = await start({ disabledCommands: ['STARTTLS'], authOptional: true });
    expect((await failing({ port: plain })).message).toMatch(/STARTTLS|TLS/);
    expect(logins).toEqual([]);
    await send({ port: plain, security: 'none', user: '' });
    expect(mails[0]?.secure).toBe(false);
  });

  it('TLS from the start', async () => {
    await send({ port: await start({ secure: true }), security: 'tls' });
    expect(mails[0]?.secure).toBe(true);
  });
});

describe('what goes wrong before or on the way', () => {
  it.each<[string, JsonObject, string]>([
    ['a line end in the subject', { subject: 'a\r\nBcc: x@example.com' }, 'subject'],
    ['a line end in an address', { to: 'a@example.com\r\nRCPT TO:<x@example.com>' }, 'to'],
    ['a line end in a header', { headers: { 'X-A': 'a\nBcc: x@example.com' } }, 'headers.X-A'],
    ['a header name that is none', { headers: { 'X:A': 'a' } }, 'headers'],
    ['a header that has a parameter', { headers: { bcc: 'x@example.com' } }, 'headers'],
    ['no receiver', { to: null }, 'to'],
    ['receivers that are no addresses', { to: [5] }, 'to'],
    ['an attachment that is not there', { attachments: [{ itemFile: 'none' }] }, 'no file "none"'],
    ['an attachment that names nothing', { attachments: [{ name: 'x' }] }, 'attachments[0]'],
    ['a path outside', { attachments: [{ file: '/etc/passwd' }] }, '/etc/passwd'],
    ['a missing secret', { secret: 'NONE' }, 'NONE'],
    ['a server that is refused by the guard', { host: '10.0.0.1' }, '10.0.0.1'],
    ['a server name that is none', { host: 'a b' }, 'host'],
  ])('%s', async (_name, params, words) => {
    expect((await failing(params)).message).toContain(words);
    expect(mails).toEqual([]);
  });

  it('a message that is too large', async () => {
    world.limits['email.bytes'] = 100;
    expect(await failing({ text: 'x'.repeat(101) })).toMatchObject({ code: 'limit-reached', message: /email\.bytes/ });
  });

  it('nobody there', async () => {
    expect(await failing({ host: '127.0.0.1', port: 9 })).toMatchObject({ code: 'http-failed', retry: 'yes' });
  });

  it('a server that says nothing, and a call that is cancelled', async () => {
    const silent: TcpServer = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const params = { host: '127.0.0.1', port: (silent.address() as AddressInfo).port, security: 'none' };
    expect((await failing({ ...params, timeout: '150ms' })).code).toMatch(/timeout|http-failed/);
    const stop = new AbortController();
    silent.once('connection', () => stop.abort());
    expect((await failureOf(send({ ...params, user: '' }, undefined, { signal: stop.signal }))).code).toBe('cancelled');
    await world.endRun();
    silent.close();
  });
});
