/** Owns sending one e-mail, over connections that all iterations of a run share. message.ts writes it. */
import { createHash } from 'node:crypto';
import type { Transporter } from 'nodemailer';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Kept } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { connectionFailure, inTime, readMailServer, tlsOptions, type MailServer } from '../kit/mail-server.ts';
import { writeMessage } from './message.ts';
import { SMTP_PORTS } from './ports.ts';

const CONNECTIONS = 5;
const CONNECT_MS = 10_000;

interface Sent {
  messageId: string;
  accepted: unknown[];
  rejected: unknown[];
  response: string;
}

async function openPool(call: EffectCall, server: MailServer): Promise<Kept<Transporter<Sent>>> {
  const { createTransport } = await import('nodemailer');
  const { address } = await call.ports.dial(server.host, server.port);
  const pool = createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    host: address,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    tls: tlsOptions(server),
    ...(server.user === '' ? {} : { auth: { user: server.user, pass: server.password } }),
    connectionTimeout: Math.min(CONNECT_MS, server.timeoutMs),
    greetingTimeout: server.timeoutMs,
    socketTimeout: server.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as Parameters<typeof createTransport>[0]) as unknown as Transporter<Sent>;
  // An idle connection that breaks is no failure of an e-mail; the pool opens another.
  pool.on('error', () => {});
  return { value: pool, close: async () => pool.close() };
}

function smtpFailure(where: string, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const {
    code,
    responseCode,
    message = String(error),
  } = error as { code?: string; responseCode?: number; message?: string };
  if (responseCode === undefined) return connectionFailure(where, error);
  // 4xx: not now; 5xx: never.
  const later = responseCode >= 400 && responseCode < 500;
  return new FailureError(
    failure('node-failed', `${where}: the server refused: ${message}`.slice(0, 1000), {
      retry: later ? 'yes' : 'no',
      fix:
        code === 'EAUTH'
          ? 'Check user and the secret with the password; some servers want a password of its own for programs.'
          : later
            ? 'The server asks to try again later; lower loop.rate when it happens often.'
            : 'Correct what the server names: sender, receivers or size.',
      data: { smtp: responseCode },
    }),
  );
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const message = await writeMessage(call);
  const server = readMailServer(call, SMTP_PORTS, 'starttls');
  const where = `SMTP ${server.host}:${server.port}`;
  const key = createHash('sha256').update(JSON.stringify(server)).digest('base64url');
  const pool = await call.ports.keep(`smtp:${key}`, () => openPool(call, server));
  try {
    const sent = await inTime(call, server.timeoutMs, where, pool.sendMail(message));
    const { messageId, response } = sent;
    const [accepted, rejected] = [sent.accepted.map(String), sent.rejected.map(String)];
    if (rejected.length > 0) call.ports.log(`${where}: refused for ${rejected.join(', ')}, sent to the others`);
    return { items: [{ json: { messageId, accepted, rejected, response } }] };
  } catch (error) {
    throw smtpFailure(where, error);
  }
}
