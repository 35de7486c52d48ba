/**
 * Owns the sending edge of nodes: one request with the credentials that `auth` names, which become values only here.
 * Digest and OAuth 2 may send twice: when the server asks, or refuses a token. Does not judge the answer.
 */
import { createHash } from 'node:crypto';
import type { EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import type { JsonObject } from '../paths.ts';
import { withSecretFields } from '../secret-fields.ts';
import { header, wrong } from './answers.ts';
import { awsKeys, signAws } from './aws.ts';
import { digestAuthorization, digestChallenge, type Challenge } from './digest.ts';
import { accessToken } from './oauth2.ts';
import { AUTH_TYPES } from './parameters.ts';

/** The value that a secret holds, or the plain one where none is named. */
function valueOf(call: EffectCall, auth: JsonObject, plain: string, host: string): string {
  const { secret, type } = auth;
  if (typeof secret === 'string' && secret !== '') return call.ports.secret(secret, host);
  const text = auth[plain];
  if (typeof text !== 'string' && typeof text !== 'number') {
    throw wrong(`auth ${String(type)} needs "${plain}" or "secret"`);
  }
  return String(text);
}

function nameOf(auth: JsonObject): string {
  const { name, type } = auth;
  if (typeof name !== 'string' || name === '') throw wrong(`auth ${String(type)} needs "name"`);
  return name;
}

const withHeader = (init: EgressInit, name: string, value: string): EgressInit => ({
  ...init,
  headers: { ...init.headers, [name]: value },
});

/** Times that a nonce may be called old for one request. */
const MOST_CHALLENGES = 3;

interface KnownNonce {
  challenge: Challenge | null;
  count: number;
}

async function sendDigest(call: EffectCall, auth: JsonObject, url: string, init: EgressInit): Promise<EgressResponse> {
  const { origin, hostname, pathname, search } = new URL(url);
  const user = String(auth['user'] ?? '');
  const password = valueOf(call, auth, 'password', hostname);
  const who = createHash('sha256')
    .update(JSON.stringify([origin, user, password]))
    .digest('base64url');
  // One nonce for all iterations: the server asks once, and its count of uses goes up by one with each request.
  const known = await call.ports.keep<KnownNonce>(`digest:${who}`, async () => ({
    value: { challenge: null, count: 0 },
    close: async () => {},
  }));
  const send = (): Promise<EgressResponse> => {
    if (known.challenge === null) return call.ports.fetch(url, init);
    known.count += 1;
    const { method = 'GET', body = '' } = init;
    const request = { method, uri: pathname + search, body, user, password, count: known.count };
    return call.ports.fetch(url, withHeader(init, 'authorization', digestAuthorization(known.challenge, request)));
  };
  for (let tries = 0; ; tries += 1) {
    const tried = known.challenge;
    const answer = await send();
    const challenge = answer.status === 401 ? digestChallenge(header(answer, 'www-authenticate')) : null;
    if (challenge === null || tries === MOST_CHALLENGES) return answer;
    // A second refusal that does not call the nonce old: the user name or the password is wrong.
    if (tries > 0 && !challenge.stale) return answer;
    // Another iteration may have been told a newer nonce meanwhile.
    if (known.challenge === tried) {
      known.challenge = challenge;
      known.count = 0;
    }
  }
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function sendWithToken(
  call: EffectCall,
  auth: JsonObject,
  url: string,
  init: EgressInit,
): Promise<EgressResponse> {
  const { timeoutMs, insecure, proxy, signal } = init;
  const connection: EgressInit = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(insecure === true ? { insecure } : {}),
    ...(proxy === undefined ? {} : { proxy }),
  };
  // The token is shared, so asking for it does not end with this call; waiting for it does.
  const token = (refused: string | null): Promise<string> =>
    orAborted(accessToken(call, auth, connection, refused), signal);
  const first = await token(null);
  const answer = await call.ports.fetch(url, withHeader(init, 'authorization', `Bearer ${first}`));
  if (answer.status !== 401) return answer;
  const second = await token(first);
  return call.ports.fetch(url, withHeader(init, 'authorization', `Bearer ${second}`));
}

/** Sends with the credentials of `auth`. Throws what ports.fetch and ports.secret throw, and node-failed. */
export async function sendAuthorised(
  call: EffectCall,
  given: JsonObject,
  url: string,
  init: EgressInit,
): Promise<EgressResponse> {
  const type = String(given['type'] ?? 'none');
  if (type === 'none') return call.ports.fetch(url, init);
  const { hostname } = new URL(url);
  const auth = withSecretFields(call, given, hostname);
  switch (type) {
    case 'bearer':
      return call.ports.fetch(
        url,
        withHeader(init, 'authorization', `Bearer ${valueOf(call, auth, 'token', hostname)}`),
      );
    case 'basic': {
      const pair = `${String(auth['user'] ?? '')}:${valueOf(call, auth, 'password', hostname)}`;
      return call.ports.fetch(url, withHeader(init, 'authorization', `Basic ${Buffer.from(pair).toString('base64')}`));
    }
    case 'header':
      return call.ports.fetch(
        url,
        withHeader(init, nameOf(auth).toLowerCase(), valueOf(call, auth, 'value', hostname)),
      );
    case 'query': {
      const address = new URL(url);
      address.searchParams.set(nameOf(auth), valueOf(call, auth, 'value', hostname));
      return call.ports.fetch(address.href, init);
    }
    case 'digest':
      return sendDigest(call, auth, url, init);
    case 'oauth2':
      return sendWithToken(call, auth, url, init);
    case 'aws': {
      // The signature is over %20; servers differ in what they read a plus as.
      const address = new URL(url);
      address.search = address.search.replaceAll('+', '%20');
      const { href } = address;
      const headers = await signAws(awsKeys(call, auth, hostname), href, init, call.ports.clock.now());
      return call.ports.fetch(href, { ...init, headers });
    }
    default:
      throw wrong(`auth type "${type}" is not one of ${AUTH_TYPES.join(', ')}`);
  }
}
