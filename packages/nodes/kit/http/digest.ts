/**
 * Owns HTTP digest access authentication (RFC 7616): reading challenges and computing answers to them.
 * Pure; does not send, and keeps no nonce.
 */
import { createHash, randomBytes } from 'node:crypto';

export interface Challenge {
  realm: string;
  nonce: string;
  opaque: string | null;
  /** As the server writes it, for example SHA-256-sess. */
  algorithm: string;
  hash: 'md5' | 'sha256' | 'sha512-256';
  session: boolean;
  qop: 'auth' | 'auth-int' | null;
  stale: boolean;
  userhash: boolean;
}

const HASHES: Record<string, Challenge['hash']> = { 'MD5': 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };
const STRENGTH: Challenge['hash'][] = ['md5', 'sha256', 'sha512-256'];

/** Schemes of a WWW-Authenticate header with their parameters. */
export function parseAuthenticate(header: string): { scheme: string; params: Map<string, string> }[] {
  const out: { scheme: string; params: Map<string, string> }[] = [];
  const TOKEN = /[\s,]*([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/gy;
  for (const match of header.matchAll(TOKEN)) {
    const [, name = '', quoted, plain] = match;
    if (quoted === undefined && plain === undefined) out.push({ scheme: name.toLowerCase(), params: new Map() });
    else out.at(-1)?.params.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  }
  return out;
}

/** The strongest digest challenge that can be answered, or null. */
export function digestChallenge(header: string): Challenge | null {
  let best: Challenge | null = null;
  for (const { scheme, params } of parseAuthenticate(header)) {
    const nonce = params.get('nonce');
    if (scheme !== 'digest' || nonce === undefined) continue;
    const algorithm = params.get('algorithm') ?? 'MD5';
    const name = algorithm.toUpperCase();
    const session = name.endsWith('-SESS');
    const hash = HASHES[session ? name.slice(0, -5) : name];
    const offered =
      params
        .get('qop')
        ?.toLowerCase()
        .split(/[\s,]+/) ?? null;
    const qop = offered === null ? null : (['auth', 'auth-int'] as const).find((one) => offered.includes(one));
    if (hash === undefined || qop === undefined) continue;
    if (best !== null && STRENGTH.indexOf(hash) <= STRENGTH.indexOf(best.hash)) continue;
    best = {
      realm: params.get('realm') ?? '',
      nonce,
      opaque: params.get('opaque') ?? null,
      algorithm,
      hash,
      session,
      qop,
      stale: params.get('stale')?.toLowerCase() === 'true',
      userhash: params.get('userhash')?.toLowerCase() === 'true',
    };
  }
  return best;
}

export interface DigestRequest {
  method: string;
  /** Path and query, as they are sent. */
  uri: string;
  body: string | Uint8Array;
  user: string;
  password: string;
  /** How often this nonce has been used, this time included. */
  count: number;
  /** Default: random. */
  cnonce?: string;
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

function userParameter(challenge: Challenge, user: string, hashed: string): string {
  if (challenge.userhash) return `username="${hashed}"`;
  return /^[\x20-\x7e]*$/.test(user) ? `username=${quote(user)}` : `username*=UTF-8''${encodeURIComponent(user)}`;
}

/** Value of the Authorization header. */
export function digestAuthorization(challenge: Challenge, request: DigestRequest): string {
  const { realm, nonce, qop, algorithm } = challenge;
  const { method, uri, user, password } = request;
  const h = (data: string | Uint8Array): string => createHash(challenge.hash).update(data).digest('hex');
  const cnonce = request.cnonce ?? randomBytes(16).toString('hex');
  const nc = request.count.toString(16).padStart(8, '0');
  const plain = h(`${user}:${realm}:${password}`);
  const a1 = challenge.session ? h(`${plain}:${nonce}:${cnonce}`) : plain;
  const a2 = h(qop === 'auth-int' ? `${method}:${uri}:${h(request.body)}` : `${method}:${uri}`);
  const response = h(qop === null ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`);
  const parts = [
    userParameter(challenge, user, h(`${user}:${realm}`)),
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(challenge.opaque === null ? [] : [`opaque=${quote(challenge.opaque)}`]),
    ...(qop === null ? [] : [`qop=${qop}`, `nc=${nc}`]),
    ...(qop === null && !challenge.session ? [] : [`cnonce="${cnonce}"`]),
    ...(challenge.userhash ? ['userhash=true'] : []),
  ];
  return `Digest ${parts.join(', ')}`;
}
