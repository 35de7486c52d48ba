/** What callers of egress rely on when they take an answer as it comes: order, limits, cancellation. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import type { EgressHead, EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { createEgress, type Egress } from './egress.ts';

let server: Server;
let egress: Egress;
let base = '';
let handler: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  egress = createEgress({
    allow: ['127.0.0.1'],
    limits: resolveLimits(),
    clock: { monotonic: () => performance.now() },
  });
});
afterAll(async () => {
  await egress.close();
  server.close();
});
afterEach(() => server.closeAllConnections());

/** The call, and a way to wait for the next part of its answer. */
function streamed(init: EgressInit = {}): {
  answer: Promise<EgressResponse>;
  parts: string[];
  heads: EgressHead[];
  next(): Promise<void>;
} {
  const parts: string[] = [];
  const heads: EgressHead[] = [];
  let arrived = Promise.withResolvers<void>();
  const stream: EgressInit['stream'] = (chunk, head) => {
    parts.push(Buffer.from(chunk).toString());
    heads.push(head);
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  return { answer: egress.fetch(base, { stream, ...init }), parts, heads, next: () => arrived.promise };
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FailureError);
  return (error as FailureError).failure;
}

describe('an answer that is streamed', () => {
  it('arrives in parts while the server still writes, and is not collected', async () => {
    let writing: ServerResponse | undefined;
    handler = (_request, response) => {
      writing = response;
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('one ');
    };
    const call = streamed();
    await call.next();
    expect(call.parts).toEqual(['one ']);
    writing?.end('two');
    const answer = await call.answer;
    expect(call.parts.join('')).toBe('one two');
    expect(call.heads[0]).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain' } });
    expect(answer.body.byteLength).toBe(0);
  });

  it('asks for no compression, and decompresses what comes compressed all the same', async () => {
    let asked: string | undefined;
    handler = (request, response) => {
      asked = String(request.headers['accept-encoding']);
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(zlib.gzipSync('packed'));
    };
    const call = streamed();
    expect((await call.answer).body.byteLength).toBe(0);
    expect(asked).toBe('identity');
    expect(call.parts).toEqual(['packed']);
  });

  it('collects the body of an error', async () => {
    handler = (_request, response) => response.writeHead(429).end('slow down');
    const call = streamed();
    expect(Buffer.from((await call.answer).body).toString()).toBe('slow down');
    expect(call.parts).toEqual([]);
  });

  it('names http.bytes when it grows beyond the limit', async () => {
    handler = (_request, response) => response.writeHead(200).end('x'.repeat(5000));
    const failed = await failureOf(streamed({ maxBytes: 1000 }).answer);
    expect(failed.code).toBe('limit-reached');
    expect(failed.message).toContain('http.bytes');
  });

  it('fails when the connection breaks in the middle', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    const call = streamed();
    expect(await failureOf(call.answer)).toMatchObject({ code: 'http-failed', retry: 'yes' });
    expect(call.parts).toEqual(['half']);
  });

  it('ends when it is cancelled, and the server notices', async () => {
    const gone = Promise.withResolvers<void>();
    handler = (_request, response) => {
      response.on('close', () => gone.resolve());
      response.writeHead(200).write('first');
    };
    const giveUp = new AbortController();
    const call = streamed({ signal: giveUp.signal });
    await call.next();
    giveUp.abort();
    expect((await failureOf(call.answer)).code).toBe('cancelled');
    await gone.promise;
  });

  it('ends with what its reader throws', async () => {
    handler = (_request, response) => response.writeHead(200).write('first');
    const stream = (): never => {
      throw new FailureError({ code: 'node-failed', message: 'enough' });
    };
    expect((await failureOf(egress.fetch(base, { stream }))).message).toBe('enough');
  });
});
