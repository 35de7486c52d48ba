/** Owns the operations of the S3 node: one request each, list page by page. request.ts signs and sends. */
import { parseDuration } from '@rondo/core/model/duration.ts';
import type { EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { decodeText, header, mimeOf, wrong } from '../kit/http/answers.ts';
import { notMoving } from '../kit/http/progress.ts';
import { elementsOf, firstOf, parseXml, textOf } from '../kit/http/xml.ts';
import { fileItem, namesFile, readNamedFile } from '../kit/item-files.ts';
import { put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readInteger, readObject, readText, wrongParameter } from '../kit/read.ts';
import { withSecretFields } from '../kit/secret-fields.ts';
import { checkCopied, objectPath, presign, sendS3, type Place } from './request.ts';

const OPERATIONS = ['put', 'get', 'delete', 'copy', 'list', 'presign', 'createBucket'] as const;
const MOST_SECONDS = 7 * 24 * 3600;

const plainTag = (etag: string): string => etag.replace(/^(W\/)?"|"$/g, '');

function objectOf(call: EffectCall): Required<Place> {
  return { bucket: readText(call.params, 'bucket'), key: readText(call.params, 'key') };
}

async function bodyOf(call: EffectCall): Promise<{ body: string | Uint8Array; type: string }> {
  const { file, body } = call.params;
  if (file !== undefined && file !== null) {
    if (!namesFile(file)) wrongParameter('file', 'a file: { itemFile } or { file }', file);
    const { bytes, mime } = await readNamedFile(call, file, 'http.bytes');
    return { body: bytes, type: mime };
  }
  if (body === undefined) throw wrong('put needs "file" or "body"');
  if (typeof body === 'string') return { body, type: 'text/plain; charset=utf-8' };
  return { body: JSON.stringify(body), type: 'application/json' };
}

async function putObject(call: EffectCall): Promise<JsonObject> {
  const place = objectOf(call);
  const { body, type } = await bodyOf(call);
  const headers: Record<string, string> = { 'content-type': readText(call.params, 'contentType', type) };
  for (const [name, value] of Object.entries(readObject(call.params, 'metadata', {}))) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (!/^[A-Za-z0-9_-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(text)) {
      wrongParameter('metadata', 'names and values in ASCII', `${name}: ${text}`);
    }
    headers[`x-amz-meta-${name.toLowerCase()}`] = text;
  }
  const { answer } = await sendS3(call, { method: 'PUT', place, headers, body });
  const version = header(answer, 'x-amz-version-id');
  return {
    ...place,
    etag: plainTag(header(answer, 'etag')),
    size: Buffer.byteLength(body),
    ...(version === '' ? {} : { version }),
  };
}

function metadataOf(answer: EgressResponse): JsonObject {
  const out: JsonObject = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (name.startsWith('x-amz-meta-')) put(out, name.slice('x-amz-meta-'.length), String(value));
  }
  return out;
}

async function getObject(call: EffectCall): Promise<Item> {
  const place = objectOf(call);
  const { answer } = await sendS3(call, { method: 'GET', place });
  const mime = mimeOf(answer) || 'application/octet-stream';
  const file = { bytes: answer.body, mime, name: place.key.split('/').pop() || place.key };
  const modified = Date.parse(header(answer, 'last-modified'));
  return fileItem(call, file, {
    ...place,
    etag: plainTag(header(answer, 'etag')),
    ...(Number.isNaN(modified) ? {} : { modified: new Date(modified).toISOString() }),
    metadata: metadataOf(answer),
  });
}

async function copyObject(call: EffectCall): Promise<JsonObject> {
  const place = objectOf(call);
  const source = readObject(call.params, 'source');
  const from = { bucket: readText(source, 'bucket', place.bucket), key: readText(source, 'key') };
  const headers = { 'x-amz-copy-source': objectPath(from) };
  const { answer, where } = await sendS3(call, { method: 'PUT', place, headers });
  return { ...place, etag: plainTag(await checkCopied(answer, where)), source: from };
}

/** Names come URL-encoded, because XML cannot hold all characters that they may have. */
function nameOf(element: unknown): string {
  const text = textOf(element);
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

async function listPage(call: EffectCall): Promise<EffectResult> {
  const { params } = call;
  const token = typeof call.carry === 'string' ? call.carry : null;
  const [prefix, delimiter] = [readText(params, 'prefix', ''), readText(params, 'delimiter', '')];
  const query = {
    'list-type': '2',
    'encoding-type': 'url',
    'max-keys': String(readInteger(params, 'pageSize', 1, 1000, 1000)),
    ...(prefix === '' ? {} : { prefix }),
    ...(delimiter === '' ? {} : { delimiter }),
    ...(token === null ? {} : { 'continuation-token': token }),
  };
  const place = { bucket: readText(params, 'bucket') };
  const { answer, where } = await sendS3(call, { method: 'GET', place, query });
  const found = firstOf(await parseXml(decodeText(answer), where), 'ListBucketResult');
  if (found === undefined) throw wrong(`${where}: the answer is not a list of objects; is this an S3 endpoint?`);
  const objects = elementsOf(found, 'Contents').map((element): JsonObject => {
    const modified = Date.parse(textOf(firstOf(element, 'LastModified')));
    return {
      key: nameOf(firstOf(element, 'Key')),
      size: Number(textOf(firstOf(element, 'Size'))),
      etag: plainTag(textOf(firstOf(element, 'ETag'))),
      modified: Number.isNaN(modified) ? null : new Date(modified).toISOString(),
    };
  });
  const prefixes = elementsOf(found, 'CommonPrefixes').map(
    (e): JsonObject => ({ prefix: nameOf(firstOf(e, 'Prefix')) }),
  );
  const items = [...prefixes, ...objects].map((json: Json) => ({ json }));
  if (textOf(firstOf(found, 'IsTruncated')) !== 'true') return { items, done: true };
  const next = textOf(firstOf(found, 'NextContinuationToken'));
  if (next === '' || next === token) throw notMoving(`${where} says that there is more, but names no further page`);
  return { items, carry: next, done: false };
}

async function presignAddress(call: EffectCall): Promise<JsonObject> {
  const place = objectOf(call);
  const method = readChoice(call.params, 'method', ['GET', 'PUT'], 'GET');
  const seconds = Math.floor((parseDuration(call.params['expires'] ?? '15m') ?? 0) / 1000);
  if (seconds < 1 || seconds > MOST_SECONDS) {
    wrongParameter('expires', 'a duration from 1s to 7d', call.params['expires'] ?? null);
  }
  const url = await presign(call, place, method, seconds);
  const expiresAt = new Date(call.ports.clock.now() + seconds * 1000).toISOString();
  return { ...place, method, url, expiresAt };
}

async function createBucket(call: EffectCall): Promise<JsonObject> {
  const bucket = readText(call.params, 'bucket');
  const region = readText(call.params, 'region', 'us-east-1');
  const given = /^[a-z0-9-]+$/.test(region) && region !== 'us-east-1' && region !== 'auto';
  const body = given
    ? `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`
    : undefined;
  const place = { bucket };
  const request = { method: 'PUT' as const, place, accepted: [409], ...(body === undefined ? {} : { body }) };
  const { answer, where } = await sendS3(call, request);
  if (answer.status !== 409) return { bucket, created: true };
  // Repeating the creation of one's own bucket changes nothing; a name that somebody else has is a failure.
  const code = textOf(firstOf(firstOf(await parseXml(decodeText(answer), where), 'Error'), 'Code'));
  if (code === 'BucketAlreadyOwnedByYou') return { bucket, created: false };
  throw wrong(`${where}: ${code || 'the bucket cannot be created'} (409)`, 'Choose another name for the bucket.');
}

/** Facts, or what `result` says instead. */
const told = (call: EffectCall, facts: JsonObject): Item => ({ json: call.params['result'] ?? facts });

export async function run(given: EffectCall): Promise<EffectResult> {
  const call = { ...given, params: withSecretFields(given, given.params) };
  switch (readChoice(call.params, 'operation', OPERATIONS, 'get')) {
    case 'put':
      return { items: [told(call, await putObject(call))] };
    case 'get':
      return { items: [await getObject(call)] };
    case 'delete': {
      const place = objectOf(call);
      await sendS3(call, { method: 'DELETE', place });
      return { items: [told(call, { ...place, deleted: true })] };
    }
    case 'copy':
      return { items: [{ json: await copyObject(call) }] };
    case 'list':
      return listPage(call);
    case 'presign':
      return { items: [{ json: await presignAddress(call) }] };
    case 'createBucket':
      return { items: [{ json: await createBucket(call) }] };
  }
}
