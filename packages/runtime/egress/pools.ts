/**
 * Owns the pools of connections: two for plain calls, and one for each set of proxy and certificates that calls name.
 * Does not send, follow redirects or decide destinations.
 */
import { createHash } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Agent, buildConnector, Dispatcher } from 'undici';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EgressInit } from '@rondo/core/model/effect-ports.ts';
import type { AllowList } from './allow.ts';
import { guardedConnector, type Resolve } from './connector.ts';

const CONNECTIONS_PER_ORIGIN = 1_024;
const CONNECT_MS = 10_000;
/** Pools of calls with their own proxy or certificates; the one unused for longest is closed. */
const MOST_SPECIAL = 64;

type Trust = SecureContextOptions & { rejectUnauthorized: boolean };

/** What sets a pool apart from the plain ones. */
export type Route = Pick<EgressInit, 'proxy' | 'tls' | 'insecure'>;

export interface Pools {
  strict: Agent;
  insecure: Agent;
  /** Throws FailureError http-failed for a proxy or certificate that cannot be used. */
  special(route: Route): Dispatcher;
  destroy(): Promise<void>;
}

function unusable(message: string, fix: string): FailureError {
  return new FailureError(failure('http-failed', message, { retry: 'no', fix }));
}

/** Read here, because undici would read them where nothing can catch what is wrong with them. */
function checkCertificates(tls: NonNullable<EgressInit['tls']>): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unusable(
      `The client certificate or its key cannot be used (${reason}).`,
      'Give cert, key and ca as PEM texts, and the passphrase where the key has one.',
    );
  }
}

/** Host and port of a proxy, and what it is told. */
export function proxyAddress(proxy: NonNullable<EgressInit['proxy']>): URL {
  const url = URL.parse(proxy.url);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw unusable(
      'The address of the proxy is not valid.',
      'Give the proxy as http://host:port or https://host:port.',
    );
  }
  return url;
}

export async function openPools(allow: AllowList, resolve: Resolve): Promise<Pools> {
  const undici = await import('undici');
  // The total timeout of each call covers headers and body; one timer per call instead of three.
  const common = { pipelining: 1, allowH2: false, headersTimeout: 0, bodyTimeout: 0 } as const;

  const guarded = (tls: Trust): buildConnector.connector =>
    guardedConnector(undici.buildConnector({ timeout: CONNECT_MS, allowH2: false, ...tls }), allow, resolve);

  const direct = (tls: Trust): Agent =>
    new undici.Agent({ ...common, connect: guarded(tls), connections: CONNECTIONS_PER_ORIGIN });

  function throughProxy(proxy: NonNullable<EgressInit['proxy']>, tls: Trust): Dispatcher {
    const url = proxyAddress(proxy);
    const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    const inUrl = user === '' ? undefined : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const token = proxy.authorization ?? inUrl;
    const uri = `${url.protocol}//${url.host}/`;
    // The client's certificate is for the destination; the proxy only has to be one that is trusted.
    const { rejectUnauthorized, ca } = tls;
    const dialProxy = guarded({ rejectUnauthorized, ...(ca === undefined ? {} : { ca }) });
    return new undici.ProxyAgent({
      ...common,
      uri,
      ...(token === undefined ? {} : { token }),
      connections: CONNECTIONS_PER_ORIGIN,
      requestTls: { timeout: CONNECT_MS, allowH2: false, ...tls },
      clientFactory: (origin, options) => new undici.Pool(origin, { ...options, connect: dialProxy }),
      // Requests that are forwarded, not tunnelled, come with the address of the proxy as their origin.
      factory: (origin, options) =>
        new undici.Pool(origin, String(origin) === uri ? { ...options, ...common, connect: dialProxy } : options),
    });
  }

  const plain = { strict: direct({ rejectUnauthorized: true }), insecure: direct({ rejectUnauthorized: false }) };
  const special = new Map<string, Dispatcher>();

  function open({ proxy, tls, insecure }: Route): Dispatcher {
    if (tls !== undefined) checkCertificates(tls);
    const options = { ...tls, rejectUnauthorized: insecure !== true };
    return proxy === undefined ? direct(options) : throughProxy(proxy, options);
  }

  return {
    ...plain,
    special({ proxy, tls, insecure }) {
      const facts = JSON.stringify([proxy, tls, insecure === true]);
      const key = createHash('sha256').update(facts).digest('base64');
      const pool =
        special.get(key) ?? open({ ...(proxy && { proxy }), ...(tls && { tls }), insecure: insecure === true });
      special.delete(key);
      special.set(key, pool);
      const [oldest] = special;
      if (special.size > MOST_SPECIAL && oldest !== undefined) {
        special.delete(oldest[0]);
        // Lets calls in flight finish; nothing waits for it.
        oldest[1].close().catch(() => {});
      }
      return pool;
    },
    async destroy() {
      await Promise.all([plain.strict, plain.insecure, ...special.values()].map((pool) => pool.destroy()));
    },
  };
}
