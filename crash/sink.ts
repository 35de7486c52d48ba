/**
 * Owns the recording server of the crash tests: a process of its own that is never killed while
 * a campaign runs. Its file is the truth about effects: one line per call, appended and on its
 * way to the disk before the answer is sent. Shares no code with the engine.
 *
 *   node crash/sink.ts FILE          prints its port
 *   POST /call {"id":n}              records n, the idempotency key and the time; answers {"id":n,"value":v}
 *   POST /delay?ms=N                 from now on answers take N ms
 *   POST /drained                    answers when nobody else is connected: all that was sent is recorded
 */
import { openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { valueOf } from './value.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('usage: sink.ts FILE');
const out = openSync(file, 'a');
let delayMs = 0;

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function record(request: IncomingMessage, response: ServerResponse, text: string): void {
  const { id } = JSON.parse(text) as { id: number };
  if (!Number.isInteger(id)) {
    answer(response, 400, { error: 'id is not an integer' });
    return;
  }
  const key = request.headers['idempotency-key'] ?? null;
  writeSync(out, `${JSON.stringify({ id, key, at: Date.now() })}\n`);
  const reply = (): void => answer(response, 200, { id, value: valueOf(id) });
  if (delayMs === 0) reply();
  else setTimeout(reply, delayMs);
}

/** Connections that send effects; those that give orders are left out. */
const sources = new Set<Socket>();
const drained: (() => void)[] = [];

function whenDrained(): void {
  if (sources.size > 0) return;
  for (const tell of drained.splice(0)) tell();
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://sink');
  if (url.pathname !== '/call') sources.delete(request.socket);
  if (url.pathname === '/drained') {
    drained.push(() => answer(response, 200, {}));
    whenDrained();
    return;
  }
  if (url.pathname === '/delay') {
    delayMs = Number(url.searchParams.get('ms') ?? '0');
    answer(response, 200, { delayMs });
    return;
  }
  const parts: Buffer[] = [];
  request.on('data', (chunk: Buffer) => parts.push(chunk));
  request.on('end', () => {
    try {
      record(request, response, Buffer.concat(parts).toString());
    } catch (error) {
      answer(response, 400, { error: String(error) });
    }
  });
});
server.on('connection', (socket) => {
  sources.add(socket);
  socket.on('close', () => {
    sources.delete(socket);
    whenDrained();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
// Ends with the campaign that started it, however that one ends.
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
