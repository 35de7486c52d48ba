/**
 * Owns OAuth 2 access tokens: asks for one (client credentials, or a refresh token), shares it among all iterations
 * of a run, keeps it sealed between runs, and asks again when it ends or is refused. oauth4webapi speaks the protocol.
 * The interactive part of the authorisation code grant is `rondo secrets authorize`; its result is the refresh token.
 */
import { createHash } from 'node:crypto';
import type * as OAuth from 'oauth4webapi';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { isObject, type JsonObject } from '../paths.ts';
import { retryAfterMs, wrong } from './answers.ts';
import { fetchDoor } from './fetch-door.ts';
import { readSealed, writeSealed } from './sealed-state.ts';

const SCOPE = 'oauth2';
/** A token that ends sooner is not used any more. */
const SPARE_MS = 30_000;

interface Token {
  access: string;
  /** ms since 1970; null when the server did not say. */
  expiresAt: number | null;
  /** The refresh token that the server gave last; it may take the place of the one in the secret. */
  refresh: string | null;
}

interface Grant {
  tokenUrl: URL;
  clientId: string;
  clientSecret: string | null;
  inBody: boolean;
  refreshToken: string | null;
  parameters: Record<string, string>;
}

/** One token of a run, shared by all of its iterations. */
interface TokenHolder {
  token: Token | null;
  pending: Promise<Token> | null;
}

const textOr = (value: unknown): string => (typeof value === 'string' ? value : '');

function readGrant(call: EffectCall, auth: JsonObject): Grant {
  const text = textOr(auth['tokenUrl']);
  const tokenUrl = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (tokenUrl === null) throw wrong('auth oauth2 needs "tokenUrl", an address that starts with https://');
  const clientId = textOr(auth['clientId']);
  if (clientId === '') throw wrong('auth oauth2 needs "clientId"');
  const secret = (name: unknown): string | null =>
    typeof name === 'string' && name !== '' ? call.ports.secret(name, tokenUrl.hostname) : null;
  const [clientSecret, refreshToken] = [secret(auth['secret']), secret(auth['refreshSecret'])];
  if (clientSecret === null && refreshToken === null) {
    throw wrong('auth oauth2 needs "secret" (of the client), "refreshSecret" (the refresh token), or both');
  }
  const parameters: Record<string, string> = {};
  for (const name of ['scope', 'audience']) {
    const value = textOr(auth[name]);
    if (value !== '') parameters[name] = value;
  }
  return { tokenUrl, clientId, clientSecret, inBody: auth['clientAuth'] === 'body', refreshToken, parameters };
}

/** What the grant is known by: nothing in it can be turned back into a secret. */
function keyOf(grant: Grant): string {
  const facts = [grant.tokenUrl.href, grant.clientId, grant.parameters, grant.clientSecret, grant.refreshToken];
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url');
}

function tokenFailure(call: EffectCall, grant: Grant, error: unknown, answer: EgressResponse | null): FailureError {
  if (error instanceof FailureError) return error;
  const status = answer?.status ?? 0;
  const { error: code, error_description: more } = error as { error?: unknown; error_description?: unknown };
  const words = typeof code === 'string' ? `${code}${typeof more === 'string' ? `: ${more}` : ''}` : String(error);
  const again = status === 429 || status >= 500;
  const wait =
    again && answer ? retryAfterMs(String(answer.headers['retry-after'] ?? ''), call.ports.clock.now()) : undefined;
  const what = grant.refreshToken === null ? 'client credentials' : 'the refresh token';
  return new FailureError(
    failure('http-status', `OAuth 2: ${grant.tokenUrl.host} gave no token for ${what} (status ${status}, ${words}).`, {
      retry: again ? 'yes' : 'no',
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
      fix:
        code === 'invalid_grant'
          ? 'Authorise the account anew, and store the new refresh token in the secret.'
          : 'Check tokenUrl, clientId, the secrets and scope of auth.',
      data: { status },
    }),
  );
}

async function askForToken(
  call: EffectCall,
  grant: Grant,
  refresh: string | null,
  connection: EgressInit,
): Promise<Token> {
  const oauth = await import('oauth4webapi');
  const last: { answer: EgressResponse | null } = { answer: null };
  const server = { issuer: grant.tokenUrl.origin, token_endpoint: grant.tokenUrl.href };
  const client = { client_id: grant.clientId };
  const { clientSecret } = grant;
  const proof =
    clientSecret === null
      ? oauth.None()
      : grant.inBody
        ? oauth.ClientSecretPost(clientSecret)
        : oauth.ClientSecretBasic(clientSecret);
  const options = {
    [oauth.customFetch]: fetchDoor(call.ports.fetch, connection, (answer) => {
      last.answer = answer;
    }),
    // The author of the workflow wrote the address; plain http is for servers on the same machine.
    [oauth.allowInsecureRequests]: grant.tokenUrl.protocol === 'http:',
  };
  try {
    let got: OAuth.TokenEndpointResponse;
    if (refresh === null) {
      const answer = await oauth.clientCredentialsGrantRequest(server, client, proof, grant.parameters, options);
      got = await oauth.processClientCredentialsResponse(server, client, answer);
    } else {
      const more = { ...options, additionalParameters: grant.parameters };
      const answer = await oauth.refreshTokenGrantRequest(server, client, proof, refresh, more);
      got = await oauth.processRefreshTokenResponse(server, client, answer);
    }
    const expiresAt = got.expires_in === undefined ? null : call.ports.clock.now() + got.expires_in * 1000;
    return { access: got.access_token, expiresAt, refresh: got.refresh_token ?? refresh };
  } catch (error) {
    throw tokenFailure(call, grant, error, last.answer);
  }
}

function asToken(value: unknown): Token | null {
  if (!isObject(value) || typeof value['access'] !== 'string') return null;
  return value as unknown as Token;
}

const isFresh = (call: EffectCall, token: Token): boolean =>
  token.expiresAt === null || token.expiresAt - call.ports.clock.now() > SPARE_MS;

/** An access token; `refused` is one that the server did not take, so another is asked for. */
export async function accessToken(
  call: EffectCall,
  auth: JsonObject,
  connection: EgressInit,
  refused: string | null,
): Promise<string> {
  const grant = readGrant(call, auth);
  const key = keyOf(grant);
  const sealing = grant.refreshToken ?? grant.clientSecret ?? '';
  const holder = await call.ports.keep<TokenHolder>(`${SCOPE}:${key}`, async () => ({
    value: { token: asToken(await readSealed(call.ports.state, SCOPE, key, sealing)), pending: null },
    close: async () => {},
  }));
  const { token } = holder;
  if (token !== null && token.access !== refused && isFresh(call, token)) return token.access;
  holder.pending ??= askForToken(
    call,
    grant,
    grant.refreshToken === null ? null : (token?.refresh ?? grant.refreshToken),
    connection,
  )
    .then(async (fresh) => {
      // Before it is used: a refresh token that was exchanged is worth nothing any more.
      await writeSealed(call.ports.state, SCOPE, key, sealing, { ...fresh });
      holder.token = fresh;
      return fresh;
    })
    .finally(() => {
      holder.pending = null;
    });
  return (await holder.pending).access;
}
