/** Owns addresses and signed requests of an S3-compatible storage, and its error answers. Does not read objects. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { decodeText, isGood, statusFailure, wrong } from '../kit/http/answers.ts';
import { awsKeys, presignAws, signAws, type AwsKeys } from '../kit/http/aws.ts';
import { addConnection, timeoutOf } from '../kit/http/connection.ts';
import { firstOf, parseXml, textOf } from '../kit/http/xml.ts';
import { readFlag, readText, wrongParameter } from '../kit/read.ts';

const BUCKET = /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;

export interface Place {
  bucket: string;
  /** Absent: the bucket itself. */
  key?: string;
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Path of an object, encoded. Throws FailureError for names that no URL can hold. */
export function objectPath({ bucket, key }: Place): string {
  if (!BUCKET.test(bucket)) wrongParameter('bucket', 'the name of a bucket', bucket);
  if (key === undefined) return `/${bucket}`;
  const parts = key.split('/');
  // A URL would be shortened by such a part: the request would reach another object, or another bucket.
  if (key === '' || parts.includes('.') || parts.includes('..')) {
    wrongParameter('key', 'the name of an object, without the parts . and ..', key);
  }
  return `/${bucket}/${parts.map(encode).join('/')}`;
}

function addressOf(call: EffectCall, place: Place, query: Record<string, string>): URL {
  const endpoint = readText(call.params, 'endpoint').trim();
  const url = /^https?:\/\//i.test(endpoint) ? URL.parse(endpoint) : null;
  if (url === null) {
    return wrongParameter('endpoint', 'an address that starts with http:// or https://', endpoint);
  }
  const path = objectPath(place);
  const base = url.pathname.replace(/\/+$/, '');
  if (readFlag(call.params, 'pathStyle', true)) url.pathname = base + path;
  else {
    url.hostname = `${place.bucket}.${url.hostname}`;
    url.pathname = base + (path.slice(place.bucket.length + 1) || '/');
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  // S3 signs %20, and storages differ in what they read a plus as.
  url.search = url.search.replaceAll('+', '%20');
  return url;
}

function keysFor(call: EffectCall, url: URL): AwsKeys {
  const { accessKeyId = null, secret = null, sessionSecret = null } = call.params;
  const region = readText(call.params, 'region', 'us-east-1');
  return { ...awsKeys(call, { accessKeyId, secret, sessionSecret, region }, url.hostname), service: 's3' };
}

async function storageFailure(call: EffectCall, answer: EgressResponse, where: string): Promise<FailureError> {
  const found = statusFailure(call, answer, where).failure;
  const error = await parseXml(decodeText(answer), where).then(
    (document) => firstOf(document, 'Error'),
    () => undefined,
  );
  const code = textOf(firstOf(error, 'Code'));
  if (code === '') return new FailureError(found);
  const message = `${where}: ${code}: ${textOf(firstOf(error, 'Message'))} (${answer.status})`.slice(0, 1000);
  return new FailureError({ ...found, message, data: { status: answer.status, code } });
}

export interface S3Request {
  method: 'GET' | 'PUT' | 'DELETE';
  place: Place;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Statuses that are answers, too. */
  accepted?: readonly number[];
}

/** The answer of a good status; others are failures with the words of the storage. */
export async function sendS3(call: EffectCall, request: S3Request): Promise<{ answer: EgressResponse; where: string }> {
  const { method, place, query = {}, headers = {}, body } = request;
  const url = addressOf(call, place, query);
  const init: EgressInit = {
    method,
    headers,
    signal: call.signal,
    timeoutMs: timeoutOf(call),
    maxBytes: call.ports.limit('http.bytes'),
    redirects: 0,
    ...(body === undefined ? {} : { body }),
  };
  addConnection(call, init, url.href);
  init.headers = await signAws(keysFor(call, url), url.href, init, call.ports.clock.now());
  const answer = await call.ports.fetch(url.href, init);
  const where = `S3 ${method} ${place.bucket}${place.key === undefined ? '' : `/${place.key}`} at ${url.host}`;
  const { status } = answer;
  if (request.accepted?.includes(status)) return { answer, where };
  if (status >= 300 && status < 400) {
    throw wrong(
      `${where}: the bucket is in another region or at another endpoint (${status})`,
      'Correct endpoint and region.',
    );
  }
  if (!isGood(status)) throw await storageFailure(call, answer, where);
  return { answer, where };
}

/** An S3 copy may fail after it has answered 200: the body tells. */
export async function checkCopied(answer: EgressResponse, where: string): Promise<string> {
  const document = await parseXml(decodeText(answer), where);
  const error = firstOf(document, 'Error');
  if (error !== undefined) {
    const words = `${textOf(firstOf(error, 'Code'))}: ${textOf(firstOf(error, 'Message'))}`;
    throw new FailureError(failure('http-status', `${where}: ${words}`, { retry: 'yes' }));
  }
  return textOf(firstOf(firstOf(document, 'CopyObjectResult'), 'ETag'));
}

export function presign(call: EffectCall, place: Place, method: string, seconds: number): Promise<string> {
  const url = addressOf(call, place, {});
  return presignAws(keysFor(call, url), url.href, method, seconds, call.ports.clock.now());
}
