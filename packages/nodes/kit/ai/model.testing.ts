/** Owns what tests of AI nodes share: the toy model server, and doors over the real network guard. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { failure, FailureError, type Failure } from '@rondo/core/errors.ts';
import type { EffectPorts, Usage } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { resolveLimits, type LimitName } from '@rondo/core/model/limits.ts';
import { createEgress, type Egress } from '@rondo/runtime/egress/egress.ts';
import { startModelServer, type ModelServer } from '../../../../apps/model-server/server.ts';

export const NOW = Date.parse('2030-01-01T00:00:00Z');
export const KEY = 'sk-very-secret-0123456789';

export interface Bench {
  /** The parameter for the toy chat model. */
  connection: { [key: string]: Json };
  embedding: { [key: string]: Json };
  ports: Partial<EffectPorts>;
  answers: string[];
  used: Usage[];
  logs: string[];
  /** Bodies of the chat requests so far. */
  asked(): { [key: string]: Json }[];
  facts: ModelServer['facts'];
}

/** For one test file: servers start before its tests and end after them. */
export function bench(options: { limits?: Partial<Record<LimitName, number>> } = {}): Bench {
  const made = { answers: [] as string[], used: [] as Usage[], logs: [] as string[] } as Bench;
  const limits = resolveLimits(options.limits ?? {});
  let server: ModelServer;
  let egress: Egress;
  beforeAll(async () => {
    server = await startModelServer({ apiKey: KEY });
    egress = createEgress({ allow: ['127.0.0.1'], limits, clock: { monotonic: () => performance.now() } });
    made.connection = { baseUrl: server.url, model: 'toy-chat', apiKey: 'MODEL_KEY' };
    made.embedding = { baseUrl: server.url, model: 'toy-embedding', apiKey: 'MODEL_KEY' };
    made.asked = () => server.facts().bodies as { [key: string]: Json }[];
    made.facts = server.facts;
    made.ports = {
      fetch: egress.fetch,
      limit: (name) => limits[name as LimitName],
      secret: (name) => {
        if (name === 'MODEL_KEY') return KEY;
        throw new FailureError(failure('secret-missing', `Secret ${name} is not defined.`, { retry: 'no' }));
      },
      log: (line) => void made.logs.push(line),
      answer: (text) => void made.answers.push(text),
      usage: (used) => void made.used.push(used),
      clock: { now: () => NOW, sleep: async () => {} },
    };
  });
  afterAll(async () => {
    await egress.close();
    await server.close();
  });
  beforeEach(() => {
    for (const list of [made.answers, made.used, made.logs]) list.length = 0;
  });
  return made;
}

export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FailureError);
  return (error as FailureError).failure;
}

/** A server that answers as told, for what the toy would never say. */
export async function serverThat(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A door with the members that a test needs; the others are not there. */
export function door<T>(members: Partial<T>): T {
  return members as T;
}

/** Waits for a condition that another part of the process brings about. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
