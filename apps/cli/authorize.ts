/**
 * Owns the interactive part of OAuth 2's authorisation code grant, with PKCE: the address that a
 * person opens, a listener on this machine for the way back, the exchange of the code. Stores
 * nothing; oauth4webapi speaks the protocol.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oauth from 'oauth4webapi';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import { fetchDoor } from '@rondo/nodes/kit/http/fetch-door.ts';
import { UsageError } from './exit.ts';

export interface Authorization {
  authorizeUrl: URL;
  tokenUrl: URL;
  clientId: string;
  clientSecret: string | null;
  /** Separated by blanks. */
  scope: string | undefined;
  /** Of the way back, 0 for a free one; some servers want it to be registered. */
  port: number;
  /** How long to wait for the person. */
  timeoutMs: number;
  fetch: EffectPorts['fetch'];
  /** Shows the address to open. */
  show(address: string): void;
}

const WAY_BACK = '/callback';

/** The refresh token. Throws UsageError with what the server said. */
export async function authorize(asked: Authorization): Promise<string> {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const back = await listen(asked.port, asked.timeoutMs);
  try {
    const address = new URL(asked.authorizeUrl);
    const parameters = {
      response_type: 'code',
      client_id: asked.clientId,
      redirect_uri: back.address,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(asked.scope === undefined ? {} : { scope: asked.scope }),
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    asked.show(address.href);
    return await exchange(asked, await back.came, state, verifier, back.address);
  } finally {
    back.close();
  }
}

async function exchange(
  { authorizeUrl, tokenUrl, clientId, clientSecret, fetch }: Authorization,
  came: URL,
  state: string,
  verifier: string,
  address: string,
): Promise<string> {
  const server = { issuer: tokenUrl.origin, authorization_endpoint: authorizeUrl.href, token_endpoint: tokenUrl.href };
  const client = { client_id: clientId };
  const proof = clientSecret === null ? oauth.None() : oauth.ClientSecretBasic(clientSecret);
  const options = {
    [oauth.customFetch]: fetchDoor(fetch, {}, () => {}),
    // Plain http is for servers on the same machine; the person wrote the address.
    [oauth.allowInsecureRequests]: tokenUrl.protocol === 'http:',
  };
  try {
    const code = oauth.validateAuthResponse(server, client, came, state);
    const answer = await oauth.authorizationCodeGrantRequest(server, client, proof, code, address, verifier, options);
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer);
    if (tokens.refresh_token !== undefined) return tokens.refresh_token;
  } catch (error) {
    const { error: code, error_description: more } = error as { error?: unknown; error_description?: unknown };
    const said = typeof code === 'string' ? `${code}${typeof more === 'string' ? `: ${more}` : ''}` : String(error);
    throw new UsageError(`${tokenUrl.host} did not authorise: ${said}`);
  }
  throw new UsageError(`${tokenUrl.host} gave no refresh token. Many servers want --scope offline_access for one.`);
}

interface WayBack {
  address: string;
  /** The address that the server sent the person to. */
  came: Promise<URL>;
  close(): void;
}

async function listen(port: number, timeoutMs: number): Promise<WayBack> {
  let tell: (url: URL) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const came = new Promise<URL>((resolve, reject) => {
    tell = resolve;
    fail = reject;
  });
  came.catch(() => {});
  let origin = '';
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = URL.parse(request.url ?? '/', origin);
    const isBack = request.method === 'GET' && url?.pathname === WAY_BACK;
    response.writeHead(isBack ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(isBack ? 'Thank you. You can close this window; the terminal says how it went.\n' : 'Not here.\n');
    if (isBack && url !== null) tell(url);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new UsageError(`Port ${port} cannot be used: ${error.message}`)));
    server.listen(port, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const late = setTimeout(
    () => fail(new UsageError(`Nobody came back within ${Math.round(timeoutMs / 1000)} s; nothing was stored.`)),
    timeoutMs,
  );
  return {
    address: `${origin}${WAY_BACK}`,
    came,
    close() {
      clearTimeout(late);
      server.close();
      server.closeAllConnections();
    },
  };
}
