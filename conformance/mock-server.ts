/**
 * Owns the HTTP server that conformance cases call: a real one on the loopback, which answers as a table of endpoints
 * says. Foreign files name other hosts; `rehosted` writes its address into their text. Knows no product.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '@rondo/core/model/item.ts';

export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Text as it is, bytes, or a value that is sent as JSON. */
  body?: Json | Uint8Array;
  delayMs?: number;
}

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** How often this endpoint was asked before. */
  nth: number;
}

export interface Endpoint {
  methods: readonly string[];
  /** As the request says it: a host that was replaced is the first part. */
  path: string;
  /** The complete query; null: any. */
  query: Readonly<Record<string, string>> | null;
  answer(asked: Asked, base: string): Answer;
}

export interface Request {
  method: string;
  url: string;
  body?: Json;
}

export interface MockServer {
  base: string;
  port: number;
  /** What arrived so far, in order. */
  requests: readonly Request[];
  close(): Promise<void>;
}

const NOT_FOUND: Answer = {
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: { message: 'no such page' },
};

/** A server for one case: its sequences of answers begin anew. */
export async function openMockServer(endpoints: readonly Endpoint[]): Promise<MockServer> {
  const requests: Request[] = [];
  const counts = new Map<Endpoint, number>();
  let base = '';
  const server = createServer({ keepAlive: false }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = 'GET', url: path = '/' } = request;
      const url = new URL(path, base);
      const body = Buffer.concat(chunks);
      requests.push({ method, url: path, ...(body.byteLength === 0 ? {} : { body: jsonOrText(body) }) });
      const found = endpoints.find((one) => fits(one, method, url));
      const nth = found === undefined ? 0 : (counts.get(found) ?? 0);
      if (found !== undefined) counts.set(found, nth + 1);
      const { headers } = request;
      const answer =
        found?.answer({ method, path: url.pathname, query: url.searchParams, headers, body, nth }, base) ?? NOT_FOUND;
      send(response, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  base = `http://127.0.0.1:${port}`;
  return {
    base,
    port,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function jsonOrText(body: Buffer): Json {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function fits({ methods, path, query }: Endpoint, method: string, url: URL): boolean {
  if (!methods.includes(method) || path !== url.pathname) return false;
  if (query === null) return true;
  const names = Object.keys(query);
  return (
    [...url.searchParams].length === names.length && names.every((name) => url.searchParams.get(name) === query[name])
  );
}

/** Only the headers that the answer has, with its length and the end of the connection. */
function send(response: ServerResponse, { status, headers = {}, body = '', delayMs = 0 }: Answer): void {
  const bytes =
    body instanceof Uint8Array
      ? body
      : Buffer.from(typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body));
  const write = (): void => {
    response.sendDate = false;
    response.writeHead(status, { ...headers, 'content-length': String(bytes.byteLength), 'connection': 'close' });
    response.end(bytes);
  };
  if (delayMs > 0) setTimeout(write, delayMs);
  else write();
}

/**
 * The text with the addresses of `hosts` replaced by that of the server, the host as the first part of the path; what
 * the answers say about addresses is not changed.
 */
export function rehosted(text: string, base: string, hosts: readonly string[]): string {
  return hosts.reduce((out, host) => {
    const name = host.replaceAll('.', '\\.');
    return out.replace(new RegExp(`https?://${name}(?=[/?"'\\s{]|$)`, 'g'), `${base}/${host}`);
  }, text);
}

/** Endpoints of a host that `rehosted` replaced. */
export const atHost = (host: string, endpoints: readonly Endpoint[]): Endpoint[] =>
  endpoints.map((one) => ({ ...one, path: `/${host}${one.path}` }));
