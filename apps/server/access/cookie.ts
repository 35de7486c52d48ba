/**
 * Owns the cookie that holds a session: its name, its attributes, reading it. Over https it has the __Host- prefix, so
 * that no other host, path or plain connection can set it. Does not know sessions.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ABSOLUTE_MS } from './sessions.ts';

const PLAIN = 'rondo_session';
const SECURE = '__Host-rondo_session';

export interface SessionCookie {
  /** The secret in it; null when there is none, or an empty one. */
  read(request: FastifyRequest): string | null;
  write(request: FastifyRequest, reply: FastifyReply, secret: string): void;
  clear(request: FastifyRequest, reply: FastifyReply): void;
}

/** `publicUrl`: how people reach this server, where it is known. */
export function sessionCookie(publicUrl: string | null): SessionCookie {
  const isSecure = (request: FastifyRequest): boolean =>
    publicUrl === null ? request.protocol === 'https' : publicUrl.startsWith('https:');
  const set = (request: FastifyRequest, reply: FastifyReply, value: string, seconds: number): void => {
    const secure = isSecure(request);
    const name = secure ? SECURE : PLAIN;
    const parts = [`${name}=${value}`, 'Path=/', `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Lax'];
    if (secure) parts.push('Secure');
    reply.header('set-cookie', parts.join('; '));
  };
  return {
    read(request) {
      const wanted = isSecure(request) ? SECURE : PLAIN;
      for (const part of (request.headers.cookie ?? '').split(';')) {
        const at = part.indexOf('=');
        if (at > 0 && part.slice(0, at).trim() === wanted) return part.slice(at + 1).trim() || null;
      }
      return null;
    },
    write: (request, reply, secret) => set(request, reply, secret, Math.floor(ABSOLUTE_MS / 1000)),
    clear: (request, reply) => set(request, reply, '', 0),
  };
}
