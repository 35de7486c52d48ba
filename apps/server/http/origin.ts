/**
 * Owns telling whether a request comes from a page of this server: what browsers say about it, in
 * Sec-Fetch-Site and Origin, which scripts of other sites cannot change. Does not know sessions.
 */
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** Throws Problem 403. `strict`: a request that says nothing about where it comes from is refused, too. */
export function checkSameOrigin(request: FastifyRequest, publicHost: string | null, strict: boolean): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const own = publicHost ?? host ?? '';
  const fromElsewhere =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== own));
  if (fromElsewhere || (strict && site === undefined && origin === undefined)) {
    throw new Problem(403, 'cross-site', 'Pages of other sites cannot call this address.');
  }
}
