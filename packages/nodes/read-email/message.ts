/** Owns how a message becomes an item: postal-mime reads it, attachments become files. Does not speak IMAP. */
import type { Address, Attachment, Email } from 'postal-mime';
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { wrong } from '../kit/http/answers.ts';
import { plainFileName, storeFile } from '../kit/item-files.ts';
import { put, type JsonObject } from '../kit/paths.ts';

export interface RawMessage {
  uid: number;
  size: number;
  flags: string[];
  /** When the server got it, ms since 1970. */
  received: number | null;
  source: Uint8Array;
  /** Why `source` holds the headers only; null when it is whole. */
  incomplete: string | null;
}

function personOf(address: Address | undefined): Json {
  if (address === undefined) return null;
  const { name } = address;
  if (address.group === undefined) return { name, address: address.address };
  return { name, members: address.group.map((one) => ({ name: one.name, address: one.address })) };
}

const peopleOf = (list: readonly Address[] | undefined): Json => (list ?? []).map(personOf);

function headersOf(email: Email): JsonObject {
  const out: JsonObject = {};
  for (const { key, value } of email.headers) {
    const before = Object.hasOwn(out, key) ? out[key] : undefined;
    put(out, key, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]);
  }
  return out;
}

function bytesOf({ content }: Attachment): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
}

function isoDate(text: string | undefined, received: number | null): string | null {
  const sent = text === undefined ? Number.NaN : Date.parse(text);
  if (!Number.isNaN(sent)) return new Date(sent).toISOString();
  return received === null ? null : new Date(received).toISOString();
}

/** The item of a message. Throws FailureError node-failed for one that cannot be read at all. */
export async function itemOf(
  call: EffectCall,
  message: RawMessage,
  options: { attachments: boolean; source: boolean },
): Promise<Item> {
  const { default: PostalMime } = await import('postal-mime');
  const { uid, source, incomplete, flags, size, received } = message;
  let email: Email;
  try {
    email = await PostalMime.parse(source, { attachmentEncoding: 'arraybuffer' });
  } catch (error) {
    throw wrong(`message ${uid} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const files: Record<string, FileRef> = {};
  const attachments: Json[] = [];
  const parts = incomplete === null ? email.attachments : [];
  for (const [position, part] of parts.entries()) {
    const bytes = bytesOf(part);
    const name = plainFileName(part.filename ?? '') || `attachment-${position + 1}`;
    const file = options.attachments ? `attachment_${position}` : null;
    if (file !== null) files[file] = await storeFile(call, { bytes, name, mime: part.mimeType });
    attachments.push({ name, mime: part.mimeType, size: bytes.byteLength, cid: part.contentId ?? null, file });
  }
  if (options.source && incomplete === null) {
    files['source'] = await storeFile(call, { bytes: source, name: `${uid}.eml`, mime: 'message/rfc822' });
  }
  const json: JsonObject = {
    uid,
    messageId: email.messageId ?? null,
    date: isoDate(email.date, received),
    from: personOf(email.from),
    to: peopleOf(email.to),
    cc: peopleOf(email.cc),
    replyTo: peopleOf(email.replyTo),
    subject: email.subject ?? '',
    text: incomplete === null ? (email.text ?? '') : '',
    html: incomplete === null ? (email.html ?? null) : null,
    inReplyTo: email.inReplyTo ?? null,
    flags,
    size,
    attachments,
    headers: headersOf(email),
    ...(incomplete === null ? {} : { incomplete }),
  };
  return Object.keys(files).length === 0 ? { json } : { json, files };
}
