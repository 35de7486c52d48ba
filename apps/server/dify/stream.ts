/** Owns the event stream as clients of Dify read it: `data: {...}` only, pings in between. Does not know runs. */
import type { FastifyReply } from 'fastify';
import { Problem } from '../http/problem.ts';

const PING_MS = 10_000;

export interface EventStream {
  send(value: Record<string, unknown>): void;
  /** Tells an error; what is our own mistake goes to the log only. */
  fail(error: unknown, report: (line: string) => void): void;
  end(): void;
}

export function openStream(reply: FastifyReply): EventStream {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  const ping = setInterval(() => raw.write('event: ping\n\n'), PING_MS);
  raw.once('close', () => clearInterval(ping));
  const send = (value: Record<string, unknown>): void => {
    if (!raw.destroyed) raw.write(`data: ${JSON.stringify(value)}\n\n`);
  };
  return {
    send,
    fail(error, report) {
      if (!(error instanceof Problem))
        report(`stream: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      const { status, code, message } =
        error instanceof Problem
          ? error
          : { status: 500, code: 'internal_server_error', message: 'Something went wrong.' };
      send({ event: 'error', status, code, message });
    },
    end() {
      clearInterval(ping);
      raw.end();
    },
  };
}
