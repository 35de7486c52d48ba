/**
 * Owns how the little servers of the examples listen: on loopback, at a free port unless told.
 * Each server is its own file; none of them is part of Rondo.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Request {
  method: string;
  url: URL;
  /** The parsed JSON body; null when there is none. */
  body: unknown;
}

export interface Service {
  url: string;
  /** What happened so far, for people and for tests. */
  facts(): Record<string, unknown>;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text === '' ? null : JSON.parse(text);
}

export async function listen(
  answer: (request: Request) => Reply | Promise<Reply>,
  facts: () => Record<string, unknown>,
  port = 0,
): Promise<Service> {
  const server = createServer((incoming, outgoing) => {
    const handle = async (): Promise<void> => {
      const url = new URL(incoming.url ?? '/', 'http://localhost');
      const reply = await answer({ method: incoming.method ?? 'GET', url, body: await bodyOf(incoming) });
      outgoing.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
      outgoing.end(JSON.stringify(reply.body ?? null));
    };
    handle().catch((error: unknown) => {
      outgoing.writeHead(500, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ error: String(error) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    facts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** For people who try an example by hand: starts the server at port 4410 and says where it is. */
export async function serveForPeople(start: (port: number) => Promise<Service>): Promise<void> {
  const service = await start(4410);
  console.log(`${service.url}  (Ctrl-C ends it)`);
}
