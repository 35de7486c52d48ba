/**
 * Owns checking AWS Signature Version 4 as a server does, by the published algorithm and node:crypto: in the
 * Authorization header, or in the query of a presigned address. Shares no code with the client that signs.
 */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface SignedRequest {
  method: string;
  /** As it was sent, still encoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  bytes: Uint8Array;
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac('sha256', key).update(data).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

interface Claim {
  key: string;
  scope: string[];
  headers: string[];
  signature: string;
  date: string;
  presigned: boolean;
}

function claimOf({ headers, query }: SignedRequest): Claim | null {
  if (query.has('X-Amz-Signature')) {
    const [key = '', ...scope] = (query.get('X-Amz-Credential') ?? '').split('/');
    const names = (query.get('X-Amz-SignedHeaders') ?? '').split(';');
    const [signature, date] = [query.get('X-Amz-Signature') ?? '', query.get('X-Amz-Date') ?? ''];
    return { key, scope, headers: names, signature, date, presigned: true };
  }
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
    headers.authorization ?? '',
  );
  if (match === null) return null;
  const [key = '', ...scope] = (match[1] ?? '').split('/');
  const date = String(headers['x-amz-date'] ?? '');
  return { key, scope, headers: (match[2] ?? '').split(';'), signature: match[3] ?? '', date, presigned: false };
}

/** What is wrong with the signature, or null. `secrets` by access key id. */
export function verifySignature(request: SignedRequest, secrets: Record<string, string>, now?: number): string | null {
  const claim = claimOf(request);
  if (claim === null) return 'there is no signature';
  const secret = secrets[claim.key];
  if (secret === undefined) return 'the access key is not known';
  if (!claim.headers.includes('host')) return 'host is not signed';
  const [day = '', region = '', service = '', end] = claim.scope;
  if (end !== 'aws4_request' || !claim.date.startsWith(day)) return 'the credential scope is not valid';
  const announced = request.headers['x-amz-content-sha256'];
  if (!claim.presigned && announced !== undefined && announced !== sha256(request.bytes)) {
    return 'x-amz-content-sha256 is not the hash of the body';
  }
  if (claim.presigned && now !== undefined) {
    const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.date)?.map(Number) ?? [];
    const begin = Date.UTC(y ?? 0, (mo ?? 1) - 1, d, h, mi, s);
    if (now > begin + Number(request.query.get('X-Amz-Expires')) * 1000) return 'the address has expired';
  }
  const pairs = [...request.query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0));
  const path =
    service === 's3'
      ? request.path
          .split('/')
          .map((part) => encode(decodeURIComponent(part)))
          .join('/')
      : request.path.split('/').map(encode).join('/');
  const canonical = [
    request.method,
    path,
    pairs.map((pair) => pair.join('=')).join('&'),
    ...claim.headers.map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/\s+/g, ' ')}`,
    ),
    '',
    claim.headers.join(';'),
    claim.presigned ? 'UNSIGNED-PAYLOAD' : sha256(request.bytes),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', claim.date, claim.scope.join('/'), sha256(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request');
  return hmac(key, toSign).toString('hex') === claim.signature ? null : 'the signature does not match';
}
