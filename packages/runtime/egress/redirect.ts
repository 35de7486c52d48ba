/**
 * Owns what the next request after a redirect is. Pure; does not send or check destinations.
 */

export interface Hop {
  url: URL;
  method: string;
  headers: Record<string, string | string[]>;
  body: string | Uint8Array | undefined;
}

/**
 * Headers that may go to another origin. A list of what is kept, because a credential can be in a
 * header of any name.
 */
const KEPT_ACROSS_ORIGINS = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'pragma',
  'range',
  'user-agent',
]);

const OF_BODY = new Set(['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type']);

export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/** The next hop; null when the Location is not a URL. */
export function nextHop(hop: Hop, status: number, location: string): Hop | null {
  const url = URL.parse(location, hop.url);
  if (url === null) return null;
  if (url.hash === '') url.hash = hop.url.hash;
  const toGet = status === 303 ? hop.method !== 'GET' && hop.method !== 'HEAD' : status < 303 && hop.method === 'POST';
  const sameOrigin = url.origin === hop.url.origin;
  const headers: Hop['headers'] = {};
  for (const [name, value] of Object.entries(hop.headers)) {
    const lower = name.toLowerCase();
    if (toGet && OF_BODY.has(lower)) continue;
    if (!sameOrigin && !KEPT_ACROSS_ORIGINS.has(lower)) continue;
    headers[name] = value;
  }
  return { url, method: toGet ? 'GET' : hop.method, headers, body: toGet ? undefined : hop.body };
}
