/**
 * Owns who may call a webhook or fill in a form. Every comparison takes the same time whatever is wrong, and a secret that
 * is missing or empty lets nobody in. Values of secrets never leave this file.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../http/problem.ts';
import type { WebhookAuth } from '../triggers/read.ts';

/** The value of a secret; undefined when there is none. */
export type SecretReader = (name: string) => Promise<string | undefined>;

/** Older requests are refused, so that a recorded one is of no use later. */
const TOLERANCE_S = 300;

const COMPARE_KEY = randomBytes(32);

/** Equal, in a time that says nothing about where they differ or how long they are. */
function same(a: string | Buffer, b: string | Buffer): boolean {
  const digest = (value: string | Buffer): Buffer => createHmac('sha256', COMPARE_KEY).update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function unknownCaller(challenge?: string): Problem {
  return new Problem(401, 'not-authenticated', 'The request does not carry what this address asks for.', {
    headers: challenge === undefined ? {} : { 'www-authenticate': challenge },
  });
}

async function secretOf(read: SecretReader, name: string, report: (line: string) => void): Promise<string> {
  const value = await read(name);
  if (value !== undefined && value !== '') return value;
  report(`a trigger asks for the secret ${JSON.stringify(name)}, but there is none; its callers are refused.`);
  throw new Problem(503, 'not-set-up', 'This address is not set up completely. Its owner finds the reason in the log.');
}

const header = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

/** What can be checked before the body is read. Throws Problem 401. */
export async function checkCaller(
  auth: WebhookAuth,
  headers: IncomingHttpHeaders,
  read: SecretReader,
  report: (line: string) => void,
): Promise<void> {
  if (auth.type === 'none' || auth.type === 'hmac' || auth.type === 'standard-webhooks') return;
  const secret = await secretOf(read, auth.secret, report);
  const sent = header(headers, 'authorization');
  if (auth.type === 'basic') {
    const text = /^basic +([A-Za-z0-9+/=]{1,4096})$/i.exec(sent)?.[1] ?? '';
    const expected = Buffer.from(`${auth.user}:${secret}`).toString('base64');
    if (!same(text, expected)) throw unknownCaller('Basic realm="webhook", charset="UTF-8"');
  } else if (auth.type === 'bearer') {
    const token = /^bearer +(\S+)$/i.exec(sent)?.[1] ?? '';
    if (!same(token, secret)) throw unknownCaller('Bearer');
  } else if (!same(header(headers, auth.header), secret)) throw unknownCaller();
}

export const isSigned = (auth: WebhookAuth): boolean => auth.type === 'hmac' || auth.type === 'standard-webhooks';

/** What needs the bytes of the body. Throws Problem 401. */
export async function checkSignature(
  auth: WebhookAuth,
  headers: IncomingHttpHeaders,
  body: Buffer,
  now: number,
  read: SecretReader,
  report: (line: string) => void,
): Promise<void> {
  if (auth.type !== 'hmac' && auth.type !== 'standard-webhooks') return;
  const secret = await secretOf(read, auth.secret, report);
  if (auth.type === 'hmac') {
    const hmac = createHmac(auth.algorithm, secret);
    if (auth.timestampHeader !== undefined) {
      const time = header(headers, auth.timestampHeader);
      checkTime(time, now);
      hmac.update(`${time}.`);
    }
    const expected = `${auth.prefix}${hmac.update(body).digest(auth.encoding)}`;
    const sent = header(headers, auth.header);
    // Hexadecimal digits may come in either case.
    if (
      !same(
        auth.encoding === 'hex' ? sent.toLowerCase() : sent,
        auth.encoding === 'hex' ? expected.toLowerCase() : expected,
      )
    ) {
      throw unknownCaller();
    }
    return;
  }
  const id = header(headers, 'webhook-id');
  const time = header(headers, 'webhook-timestamp');
  checkTime(time, now);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (id === '' || key.length === 0) throw unknownCaller();
  const expected = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64');
  // Several signatures where a key is being changed.
  const signatures = header(headers, 'webhook-signature').split(' ').slice(0, 10);
  let found = false;
  for (const one of signatures) found = same(one, `v1,${expected}`) || found;
  if (!found) throw unknownCaller();
}

function checkTime(text: string, now: number): void {
  if (!/^\d{1,12}$/.test(text) || Math.abs(now / 1000 - Number(text)) > TOLERANCE_S) throw unknownCaller();
}
