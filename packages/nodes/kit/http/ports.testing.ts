/**
 * Owns the doors that tests of nodes give to nodes which call out: the real network guard, the real file port and the
 * real blob store, over a folder of their own; state, secrets and what is kept lie in memory. Also one HTTP server on
 * the loopback that remembers what it was sent.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { failure, FailureError, type Failure } from '@rondo/core/errors.ts';
import type { EffectPorts, Kept, StatePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { createFolderBlobs } from '../../../runtime/blobs/blobs.ts';
import { createEgress } from '../../../runtime/egress/egress.ts';
import { createFiles } from '../../../runtime/files/files.ts';

export interface World {
  ports: Partial<EffectPorts>;
  folder: string;
  /** Values by name; those that were asked for, with the host. */
  secrets: Record<string, string>;
  asked: string[];
  logs: string[];
  /** Values by scope and key. */
  stored: Map<string, Json>;
  limits: Record<string, number>;
  /** The time that ports.clock tells; the real one while null. */
  time: number | null;
  /** Ends what the run kept, as the end of a run does. */
  endRun(): Promise<void>;
  close(): Promise<void>;
}

function memoryState(stored: Map<string, Json>): StatePort {
  const at = (scope: string, key: string): string => JSON.stringify([scope, key]);
  return {
    get: async (scope, key) => stored.get(at(scope, key)),
    set: async (scope, key, value) =>
      void (value === undefined ? stored.delete(at(scope, key)) : stored.set(at(scope, key), value)),
    add: async () => Promise.reject(new Error('not for these nodes')),
    clear: async () => stored.clear(),
  };
}

/** `allow` is what the operator lets through the guard; default the loopback. */
export function openWorld(allow: readonly string[] = ['127.0.0.1', 'localhost']): World {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-world-'));
  const kept = new Map<string, Promise<Kept<unknown>>>();
  const world: World = {
    folder,
    secrets: {},
    asked: [],
    logs: [],
    stored: new Map(),
    limits: resolveLimits(),
    time: null,
    ports: {},
    async endRun() {
      const all = [...kept.values()];
      kept.clear();
      for (const one of all) await (await one.catch(() => undefined))?.close();
    },
    async close() {
      await world.endRun();
      await egress.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const egress = createEgress({
    allow,
    limits: resolveLimits(),
    clock: { monotonic: () => performance.now() },
    // Tests ask no name server.
    resolve: async (host) => {
      if (host === 'localhost' || host.endsWith('.localhost')) return ['127.0.0.1'];
      throw Object.assign(new Error(`${host} is not known here`), { code: 'ENOTFOUND' });
    },
  });
  world.ports = {
    fetch: egress.fetch,
    files: createFiles(folder),
    blobs: createFolderBlobs(join(folder, 'blobs')),
    clock: {
      now: () => world.time ?? Date.now(),
      sleep: () => Promise.reject(new Error('a node does not sleep')),
    },
    secret: (name, host) => {
      world.asked.push(`${name}@${host}`);
      const value = Object.hasOwn(world.secrets, name) ? world.secrets[name] : undefined;
      if (value === undefined) throw new FailureError(failure('secret-missing', `There is no secret ${name}.`));
      return value;
    },
    dial: async (host) => {
      if (host === '127.0.0.1' || host === 'localhost') return { address: '127.0.0.1', family: 4 };
      throw new FailureError(failure('egress-denied', `${host} refused by the network guard.`, { retry: 'no' }));
    },
    keep: async <T>(key: string, open: () => Promise<Kept<T>>): Promise<T> => {
      const known = kept.get(key) ?? open();
      kept.set(key, known);
      known.catch(() => kept.delete(key));
      return (await known).value as T;
    },
    drop: async (key) => {
      const known = kept.get(key);
      kept.delete(key);
      await (await known?.catch(() => undefined))?.close();
    },
    state: memoryState(world.stored),
    limit: (name) => world.limits[name] ?? Number.NaN,
    log: (line) => void world.logs.push(line),
  };
  return world;
}

export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  body: string;
}

export interface TestServer {
  base: string;
  port: number;
  server: Server;
  received: Received[];
  /** What it answers; a test sets its own. */
  answer: (request: Received, response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function openServer(): Promise<TestServer> {
  const test = { received: [] as Received[], answer: (_request, response) => void response.end() } as TestServer;
  test.server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://server');
      const bytes = Buffer.concat(chunks);
      const { method = '', headers } = request;
      const one = { method, path: url.pathname, query: url.searchParams, headers, bytes, body: bytes.toString() };
      test.received.push(one);
      test.answer(one, response);
    });
  });
  await new Promise<void>((resolve) => test.server.listen(0, '127.0.0.1', resolve));
  test.port = (test.server.address() as AddressInfo).port;
  test.base = `http://127.0.0.1:${test.port}`;
  test.close = () => {
    test.server.closeAllConnections();
    return new Promise((resolve) => test.server.close(() => resolve()));
  };
  return test;
}

export function sendJson(
  response: ServerResponse,
  value: Json,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** The failure that the work ends with; the test fails when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FailureError);
  return (error as FailureError).failure;
}
