/** Owns how parameters become an e-mail: receivers, bodies, attachments, headers without injection. Does not send. */
import { createHash } from 'node:crypto';
import type { Attachment, SendMailOptions } from 'nodemailer';
import { FailureError } from '@rondo/core/errors.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { namesFile, readNamedFile } from '../kit/item-files.ts';
import { readList, readObject, readText, wrongParameter } from '../kit/read.ts';

/** Headers that have a parameter of their own, or that the form of the message decides. */
const RESERVED = /^(from|to|cc|bcc|subject|reply-to|in-reply-to|references|message-id|date|mime-version|content-.*)$/i;

/** The text of one header: a line end in it would begin another header. */
function oneLine(name: string, text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\r\n\u0000]/.test(text)) wrongParameter(name, 'text without line ends', text);
  return text;
}

function addresses(call: EffectCall, name: string): string[] {
  const value = call.params[name];
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  return list
    .map((one) => (typeof one === 'string' ? oneLine(name, one).trim() : wrongParameter(name, 'addresses', one)))
    .filter((one) => one !== '');
}

function headersOf(call: EffectCall): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(readObject(call.params, 'headers', {}))) {
    if (value === null) continue;
    if (!/^[A-Za-z0-9-]+$/.test(name)) wrongParameter('headers', 'headers with names of letters, digits and -', name);
    if (RESERVED.test(name)) wrongParameter('headers', 'headers that have no parameter of their own', name);
    out[name] = oneLine(`headers.${name}`, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return out;
}

async function attachmentsOf(call: EffectCall): Promise<Attachment[]> {
  const out: Attachment[] = [];
  for (const [position, value] of readList(call.params, 'attachments', []).entries()) {
    if (!namesFile(value)) return wrongParameter(`attachments[${position}]`, 'a file: { itemFile } or { file }', value);
    const { bytes, name, mime } = await readNamedFile(call, value, 'email.bytes');
    const { cid } = value;
    out.push({
      filename: oneLine(`attachments[${position}].name`, name),
      content: Buffer.from(bytes),
      contentType: oneLine(`attachments[${position}].type`, mime),
      ...(typeof cid === 'string' && cid !== '' ? { cid: oneLine(`attachments[${position}].cid`, cid) } : {}),
    });
  }
  return out;
}

function checkSize(call: EffectCall, parts: readonly (string | Uint8Array)[]): void {
  const size = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  const most = call.ports.limit('email.bytes');
  if (size > most) throw new FailureError(limitFailure('email.bytes', most, 'The e-mail', `it has ${size} bytes`));
}

/** The message as nodemailer takes it. Throws FailureError wrong-type, file-failed, limit-reached. */
export async function writeMessage(call: EffectCall): Promise<SendMailOptions> {
  const { params } = call;
  const line = (name: string): string => oneLine(name, readText(params, name, ''));
  const from = oneLine('from', readText(params, 'from'));
  const [to, cc, bcc] = [addresses(call, 'to'), addresses(call, 'cc'), addresses(call, 'bcc')];
  if (to.length + cc.length + bcc.length === 0) wrongParameter('to', 'at least one receiver (or cc, bcc)', null);
  const [text, html] = [readText(params, 'text', ''), readText(params, 'html', '')];
  const attachments = await attachmentsOf(call);
  checkSize(call, [text, html, ...attachments.map((one) => one.content as Uint8Array)]);
  const [replyTo, inReplyTo] = [line('replyTo'), line('inReplyTo')];
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'localhost';
  const id = createHash('sha256').update(call.idempotencyKey).digest('hex').slice(0, 32);
  return {
    from,
    to,
    cc,
    bcc,
    subject: line('subject'),
    messageId: `<${id}@${domain}>`,
    ...(replyTo === '' ? {} : { replyTo }),
    ...(inReplyTo === '' ? {} : { inReplyTo, references: inReplyTo }),
    ...(text === '' && html !== '' ? {} : { text }),
    ...(html === '' ? {} : { html }),
    attachments,
    headers: headersOf(call),
    // Nothing but what was read above goes into a message.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
