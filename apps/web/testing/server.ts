/**
 * Owns a small server for screens: the built studio and answers that are typed by the contract, over real HTTP on the
 * loopback. For screenshots and tests of the studio alone; the real server has its own tests.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, RouteName } from '@rondo/api/client.ts';
import { CONTRACTS } from '@rondo/api/contracts/index.ts';
import { readStudio } from '@rondo/server/studio/files.ts';
import { DIST } from '../build.ts';

export interface Asked {
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
}

/** Thrown by an answer: a problem for the client. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type Answers = { [R in RouteName]?: (asked: Asked) => Answer<R> | Promise<Answer<R>> };

export interface Fixture {
  url: string;
  /** `GET /runs?limit=60`, in the order they came. */
  asked: string[];
  close(): Promise<void>;
}

const ROUTES = Object.values(CONTRACTS).map(({ method, path }) => ({
  name: `${method} ${path}` as RouteName,
  method: method as string,
  pattern: new RegExp(`^/api/v1${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

export interface FixtureOptions {
  folder?: string;
  /** Answers GET /runs/{id}/events: given the id and how to send, answers how to stop. */
  events?(run: string, send: (name: string, data: unknown) => void): () => void;
}

export async function startFixture(answers: Answers, { folder = DIST, events }: FixtureOptions = {}): Promise<Fixture> {
  const studio = readStudio(folder);
  if (studio === null) throw new Error('The studio is not built: node apps/web/build.ts');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith('/api/')) {
      const file = studio.get(url.pathname.slice(1));
      if (file !== undefined) {
        response.writeHead(200, { 'content-type': file.type }).end(file.bytes);
        return;
      }
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-fixture'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'",
      });
      response.end(studio.page.replaceAll('__RONDO_NONCE__', 'fixture'));
      return;
    }
    asked.push(`${request.method} ${url.pathname.slice('/api/v1'.length)}${url.search}`);
    const run = /^\/api\/v1\/runs\/([^/]+)\/events$/.exec(url.pathname)?.[1];
    if (run !== undefined && events !== undefined) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(':\n\n');
      const stop = events(decodeURIComponent(run), (name, data) =>
        response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`),
      );
      response.on('close', stop);
      return;
    }
    void answer(answers, request, url, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(answers: Answers, request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
  const json = (status: number, value: unknown): void => {
    const isProblem = status >= 400;
    response.writeHead(status, { 'content-type': isProblem ? 'application/problem+json' : 'application/json' });
    response.end(value === undefined ? '' : JSON.stringify(value));
  };
  try {
    let body = '';
    for await (const part of request) body += String(part);
    const found = ROUTES.map((route) => ({ route, match: route.pattern.exec(url.pathname) })).find(
      ({ route, match }) => match !== null && route.method === request.method,
    );
    const handler = found === undefined ? undefined : answers[found.route.name];
    if (handler === undefined)
      throw new Refused(404, 'not-found', `The fixture has no ${request.method} ${url.pathname}.`);
    const params = Object.fromEntries(
      Object.entries(found?.match?.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    const value = await handler({ params, query: url.searchParams, body: body === '' ? undefined : JSON.parse(body) });
    json(value === undefined ? 204 : 200, value);
  } catch (error) {
    const { status, code, message } = error instanceof Refused ? error : new Refused(500, 'internal', String(error));
    json(status, { type: 'about:blank', title: code, status, detail: message, code });
  }
}
