/**
 * Owns the only way out to the network: guard, pool, redirects, limits, and the failures they give.
 * Does not retry for the user, cache answers, keep cookies or read bodies; nodes and the engine do.
 */
import type { Dispatcher } from 'undici';
import { FailureError, failure } from '@rondo/core/errors.ts';
import { limitFailure, LIMITS, type Limits } from '@rondo/core/model/limits.ts';
import type { EffectPorts, EgressInit } from '@rondo/core/model/effect-ports.ts';
import type { Clock } from '@rondo/core/ports.ts';
import { createAllowList, type AllowList } from './allow.ts';
import { checkedAddresses, checkHost, denied, resolveBySystem, shareAnswers, type Resolve } from './connector.ts';
import { ACCEPT_ENCODING, decodeBody } from './decode.ts';
import { createDial } from './dial.ts';
import { openPools, proxyAddress, type Pools, type Route } from './pools.ts';
import type { EnterHost } from './host-gate.ts';
import { isRedirect, nextHop, type Hop } from './redirect.ts';
import { transfer, UNANSWERED, type Answer } from './transfer.ts';
import { wireFailure } from './wire-failure.ts';

export interface EgressOptions {
  /** Destinations let through besides public addresses: host, host:port, address, CIDR. */
  allow: readonly string[];
  limits: Pick<Limits, 'http.bytes' | 'http.ratio' | 'http.ms' | 'http.redirects'>;
  clock: Pick<Clock, 'monotonic'>;
  /** Resolver of names; default the system's. */
  resolve?: Resolve;
  /** Where hosts have limits: waits until a call may begin. What is waited there is no time of the call. */
  enterHost?: EnterHost | undefined;
}

export interface Egress {
  fetch: EffectPorts['fetch'];
  dial: EffectPorts['dial'];
  /** Ends open connections; calls in flight are rejected. */
  close(): Promise<void>;
}

const ANSWERS_KEPT_MS = 1_000;
const RESOLVE_MS = 10_000;
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

function httpFailed(message: string): FailureError {
  return new FailureError(failure('http-failed', message, { retry: 'no' }));
}

function firstHop(url: string, init: EgressInit): Hop {
  const parsed = URL.parse(url);
  if (parsed === null) throw httpFailed(`"${url}" is not a URL; it must start with http:// or https://`);
  const method = (init.method ?? 'GET').toUpperCase();
  if (!/^[A-Z]+(-[A-Z]+)*$/.test(method) || method === 'CONNECT' || method === 'TRACE') {
    throw httpFailed(`${method} is not a method that can be sent`);
  }
  const headers: Hop['headers'] = {};
  const names = new Set<string>();
  for (const [name, value] of Object.entries(init.headers ?? {})) {
    headers[name] = value;
    names.add(name.toLowerCase());
  }
  // What is streamed is handed on as it comes; decompression here works on whole bodies.
  if (!names.has('accept-encoding'))
    headers['accept-encoding'] = init.stream === undefined ? ACCEPT_ENCODING : 'identity';
  if (!names.has('user-agent')) headers['user-agent'] = 'rondo';
  if (!names.has('accept')) headers['accept'] = '*/*';
  if ((parsed.username !== '' || parsed.password !== '') && !names.has('authorization')) {
    const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return { url: parsed, method, headers, body: init.body };
}

/** The request as messages name it: no query, which may hold secrets. */
function placeOf(hop: Hop): string {
  return `${hop.method} ${hop.url.protocol}//${hop.url.host}${hop.url.pathname}`;
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function checkDestination(hop: Hop, allow: AllowList): void {
  const { protocol, hostname } = hop.url;
  const number = portOf(hop.url);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new FailureError(
      failure('egress-denied', `${protocol}// refused by the network guard (rule scheme): only http and https.`, {
        retry: 'no',
        data: { rule: 'scheme' },
      }),
    );
  }
  if (hostname === '') throw denied(hostname, number, 'host', 'no host');
  checkHost(hostname, number, allow);
}

/** Rejects with a plain Error when an entry of `allow` cannot be understood. */
export function createEgress(options: EgressOptions): Egress {
  const allow = createAllowList(options.allow);
  const monotonic = (): number => options.clock.monotonic();
  const resolve = shareAnswers(options.resolve ?? resolveBySystem, monotonic, ANSWERS_KEPT_MS);
  const dial = createDial(allow, resolve, RESOLVE_MS);
  let pools: Promise<Pools> | null = null;
  let opened: Pools | null = null;
  let closed = false;

  async function exchange(
    agent: Dispatcher,
    hop: Hop,
    bytes: number,
    signal: AbortSignal,
    stream: EgressInit['stream'],
  ): Promise<Answer> {
    const limits = { bytes, where: placeOf(hop) };
    try {
      return await transfer(agent, hop, limits, signal, stream);
    } catch (error) {
      // A kept-alive connection that the server closed just now: nothing was answered, asking again is safe.
      const stale = (error as { [UNANSWERED]?: true })[UNANSWERED] === true && isBrokenSocket(error);
      if (!stale || !REPEATABLE.has(hop.method) || signal.aborted) throw error;
      return transfer(agent, hop, limits, signal, stream);
    }
  }

  /** A proxy resolves the name itself, so what it means here is checked here. */
  async function checkProxied({ url }: Hop): Promise<void> {
    const [host, port] = [url.hostname, portOf(url)];
    if (!allow.host(host, port)) await checkedAddresses(host, port, allow, resolve);
  }

  async function follow(url: string, init: EgressInit, signal: AbortSignal): ReturnType<EffectPorts['fetch']> {
    const bytes = Math.min(init.maxBytes ?? options.limits['http.bytes'], LIMITS['http.bytes'].cap);
    const wanted = init.redirects ?? options.limits['http.redirects'];
    const most = Math.min(wanted, LIMITS['http.redirects'].cap);
    if (opened === null) {
      pools ??= openPools(allow, resolve);
      opened = await pools;
    }
    const first = firstHop(url, init);
    let hop = first;
    for (let redirects = 0; ; redirects += 1) {
      checkDestination(hop, allow);
      let answer: Answer;
      try {
        if (init.proxy !== undefined) await checkProxied(hop);
        const agent =
          init.proxy === undefined && init.tls === undefined
            ? init.insecure === true
              ? opened.insecure
              : opened.strict
            : // Sent in the same turn: a pool that is closed in favour of others ends what it has begun.
              opened.special(routeOf(init, hop.url.origin === first.url.origin));
        answer = await exchange(agent, hop, bytes, signal, init.stream);
      } catch (error) {
        const through = init.proxy === undefined ? '' : ` (through the proxy ${proxyAddress(init.proxy).host})`;
        throw signal.aborted ? error : wireFailure(error, `${placeOf(hop)}${through}`);
      }
      const location = answer.headers['location'];
      const next =
        wanted > 0 && typeof location === 'string' && isRedirect(answer.status)
          ? nextHop(hop, answer.status, location)
          : null;
      if (next === null) {
        const encoding = answer.headers['content-encoding'];
        const body =
          encoding === undefined
            ? answer.body
            : await decodeBody(answer.body, String(encoding), {
                bytes,
                ratio: options.limits['http.ratio'],
                where: placeOf(hop),
              });
        const { status, statusText, headers } = answer;
        if (init.stream !== undefined && body.byteLength > 0 && status >= 200 && status < 300) {
          // Collected although it was to be streamed: the server compresses without being asked.
          init.stream(body, { status, statusText, headers });
          return { status, statusText, headers, url: hop.url.href, body: new Uint8Array(0) };
        }
        return { status, statusText, headers, url: hop.url.href, body };
      }
      if (redirects >= most) {
        throw new FailureError(
          limitFailure('http.redirects', most, placeOf(hop), `the next one leads to ${next.url.host}`),
        );
      }
      hop = next;
    }
  }

  return {
    async fetch(url, init = {}) {
      if (closed) throw httpFailed('the network guard is closed');
      const leave = await options.enterHost?.(URL.parse(url)?.hostname ?? '', init.signal).catch((error: unknown) => {
        throw init.signal?.aborted === true
          ? new FailureError(failure('cancelled', `${nameOf(url)}: the call was given up`))
          : error;
      });
      const ms = Math.min(init.timeoutMs ?? options.limits['http.ms'], LIMITS['http.ms'].cap);
      const giveUp = new AbortController();
      // The wire does not follow a test's clock, so this is the one real timer of a call.
      const timer = setTimeout(() => giveUp.abort(timedOut(url, ms)), ms);
      const outer = init.signal;
      const onAbort = (): void => giveUp.abort(outer?.reason);
      if (outer?.aborted === true) onAbort();
      else outer?.addEventListener('abort', onAbort, { once: true });
      try {
        return await follow(url, init, giveUp.signal);
      } catch (error) {
        if (error instanceof FailureError) throw error;
        if (giveUp.signal.aborted)
          throw new FailureError(failure('cancelled', `${nameOf(url)}: the call was given up`));
        throw error;
      } finally {
        clearTimeout(timer);
        outer?.removeEventListener('abort', onAbort);
        leave?.();
      }
    },
    async dial(host, port) {
      if (closed) throw httpFailed('the network guard is closed');
      return dial(host, port);
    },
    async close() {
      closed = true;
      const open = await pools;
      await open?.destroy();
    },
  };
}

/** Another origin than the one that the call names does not get to see the client's certificate. */
function routeOf({ proxy, tls, insecure }: EgressInit, sameOrigin: boolean): Route {
  const shown = tls === undefined || sameOrigin ? tls : tls.ca === undefined ? {} : { ca: tls.ca };
  return { ...(proxy && { proxy }), ...(shown && { tls: shown }), insecure: insecure === true };
}

function isBrokenSocket(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

function nameOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? url : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

function timedOut(url: string, ms: number): FailureError {
  return new FailureError(
    failure('timeout', `${nameOf(url)}: no complete answer within ${ms} ms (timeout of the node, or limit http.ms)`, {
      retry: 'yes',
      data: { timeoutMs: ms },
    }),
  );
}
