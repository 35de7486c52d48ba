/**
 * Owns serving the studio: its files, and its page for every address that is not another part's. The page's policy
 * takes no inline script at all and inline styles only with a nonce that is new for every answer.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../http/problem.ts';
import { route, type Route } from '../http/route.ts';
import type { StudioFile, StudioFiles } from './files.ts';

/** What belongs to other parts: unknown addresses below these are errors, not pages. */
const NOT_PAGES = /^\/(api|v1|hooks|forms|assets|metrics|healthz|readyz)(\/|$)/;
const NONCE = /__RONDO_NONCE__/g;
const YEAR_S = 31_536_000;

export function studioRoutes(studio: StudioFiles): Route[] {
  return [
    route({
      method: 'GET',
      path: '/',
      scope: 'public',
      summary: 'The studio.',
      handler: async ({ reply }) => sendPage(studio, reply),
    }),
    route({
      method: 'GET',
      path: '/runs/:id',
      scope: 'public',
      summary: 'The page of a run, under the address that messages about runs hold.',
      handler: async ({ params, reply }) =>
        reply.redirect(`/r/${encodeURIComponent((params as unknown as { id: string }).id)}`, 302),
    }),
    route({
      method: 'GET',
      path: '/*',
      scope: 'public',
      summary: 'Files of the studio, and its page for the addresses inside it.',
      handler: async ({ request, reply }) => {
        const path = request.url.split('?')[0] ?? '/';
        const file = studio.get(path.slice(1));
        if (file !== undefined) return sendFile(file, request, reply);
        // Files lie at the top; deeper, a dot belongs to an id, such as that of a workflow: its file.
        if (NOT_PAGES.test(path) || /^\/[^/]+\.\w+$/.test(path)) {
          throw new Problem(404, 'not-found', `There is nothing at GET ${path.slice(0, 200)}.`);
        }
        return sendPage(studio, reply);
      },
    }),
  ];
}

async function sendPage(studio: StudioFiles, reply: FastifyReply): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .headers({
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].join('; '),
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    })
    .type('text/html; charset=utf-8')
    .send(studio.page.replace(NONCE, nonce));
}

async function sendFile(file: StudioFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.headers({
    'cache-control': file.immutable ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
    etag: file.etag,
    vary: 'accept-encoding',
    'cross-origin-resource-policy': 'same-origin',
  });
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  reply.type(file.type);
  const small = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') ? await file.compressed() : null;
  if (small === null) return reply.send(file.bytes);
  return reply.header('content-encoding', 'gzip').send(small);
}
