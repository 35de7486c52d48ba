/**
 * Owns the fastify instance: time-outs of connections, how many one address may hold, what every answer
 * carries, how errors look. Does not hold routes (routes/).
 */
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '@rondo/core/ports.ts';
import type { Report } from '../log/log.ts';
import { Problem, problemOf, sendProblem } from './problem.ts';
import { rateLimiter } from './rate.ts';

export interface HttpLimits {
  /** Requests a second of one address, and how many at once. */
  rate: number;
  burst: number;
  /** Open connections in all, and of one address. */
  connections: number;
  connectionsPerAddress: number;
  /** Longest time for the head of a request, and for all of it. */
  headMs: number;
  requestMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  rate: 200,
  burst: 400,
  connections: 5_000,
  connectionsPerAddress: 500,
  headMs: 10_000,
  requestMs: 300_000,
};

export interface AppOptions {
  limits: HttpLimits;
  clock: Clock;
  report: Report;
  /** Addresses of proxies whose x-forwarded-for is believed. */
  trustProxy?: string[];
  /**
   * Names under which this server is reached; others are refused. Without it, every name is taken. A page whose
   * name was made to lead to this machine cannot act as if it came from here.
   */
  hosts?: readonly string[];
  /** People reach it over https only: browsers are told to remember that. */
  isSecure?: boolean;
}

/** How often fastify's server looks for requests that are too slow. */
const CHECK_MS = 2_000;

export function createApp({ limits, clock, report, trustProxy, hosts, isSecure = false }: AppOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: 5_000,
    forceCloseConnections: 'idle',
    http: { headersTimeout: limits.headMs, connectionsCheckingInterval: CHECK_MS, maxHeaderSize: 32 * 1024 },
    // What the router refuses before a handler is found, such as an address that cannot be decoded.
    frameworkErrors: (error, request, reply) => void sendProblem(reply, problemOf(error, report, request)),
    routerOptions: { maxParamLength: 6_000, ignoreTrailingSlash: true },
    ...(trustProxy === undefined ? {} : { trustProxy }),
  });
  app.server.maxConnections = limits.connections;
  boundConnections(app, limits.connectionsPerAddress);
  const rates = rateLimiter(limits.rate, limits.burst);
  app.addHook('onRequest', async (request) => {
    if (hosts !== undefined && !hosts.includes(nameOf(request.headers.host))) {
      throw new Problem(
        421,
        'unknown-host',
        'This server is not reached under this name. Behind a proxy: --public-url.',
      );
    }
    const wait = rates.take(request.ip, clock.monotonic());
    if (wait === 0) return;
    const seconds = Math.max(1, Math.ceil(wait / 1000));
    throw new Problem(429, 'rate-limit', `More than ${limits.rate} requests a second. Try again in ${seconds} s.`, {
      headers: { 'retry-after': String(seconds) },
    });
  });
  app.addHook('onSend', async (_, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    if (isSecure) reply.header('strict-transport-security', 'max-age=15552000');
    if (!reply.hasHeader('content-security-policy')) {
      reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    }
    if (!reply.hasHeader('referrer-policy')) reply.header('referrer-policy', 'no-referrer');
  });
  // The pattern of the route, not the address: that holds tokens.
  app.addHook('onResponse', async ({ method, routeOptions, ip }, { statusCode, elapsedTime }) => {
    const ms = Math.round(elapsedTime);
    report('request', 'debug', { method, route: routeOptions.url ?? 'none', status: statusCode, ms, ip });
  });
  app.setErrorHandler((error, request, reply) => sendProblem(reply, problemOf(error, report, request)));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem(404, 'not-found', `There is nothing at ${request.method} ${pathOf(request.url)}.`)),
  );
  return app;
}

/** A host without its port. */
function nameOf(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '');
}

function pathOf(url: string): string {
  return (url.split('?')[0] ?? '').slice(0, 200);
}

/** One address cannot hold all connections. */
function boundConnections(app: FastifyInstance, most: number): void {
  const open = new Map<string, number>();
  app.server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}
