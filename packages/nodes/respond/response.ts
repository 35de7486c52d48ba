/**
 * Owns what a Respond node says, as JSON, and the checks that make it safe to send: no header that decides
 * how messages are framed or what the browser may do on this server's origin, no redirect to a place that the author
 * did not name. Does not send it.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FileRef, Json } from '@rondo/core/model/item.ts';

export interface RunResponse {
  status: number;
  headers: Record<string, string>;
  content:
    | { kind: 'none' }
    | { kind: 'text'; text: string; type: string }
    | { kind: 'file'; file: FileRef; download: boolean };
}

/** Of the connection, of the server, or of the origin that the server shares with others. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'date',
  'refresh',
  'server',
  'location',
  'set-cookie',
  'set-cookie2',
  'clear-site-data',
  'service-worker-allowed',
  'strict-transport-security',
  'public-key-pins',
  'content-security-policy',
  'x-content-type-options',
]);
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const MOST_HEADERS = 50;
const MOST_VALUE = 8192;

/** Headers as texts. Throws FailureError that names the one that cannot be sent. */
export function responseHeaders(given: Record<string, Json>): Record<string, string> {
  const names = Object.keys(given);
  if (names.length > MOST_HEADERS) throw refused(`${names.length} headers are too many; ${MOST_HEADERS} are the most.`);
  const headers: Record<string, string> = {};
  for (const name of names) {
    const value = given[name] ?? null;
    if (value === null) continue;
    if (!HEADER_NAME.test(name)) throw refused(`${JSON.stringify(name.slice(0, 60))} is not the name of a header.`);
    const lower = name.toLowerCase();
    if (RESERVED.has(lower) || lower.startsWith('access-control-')) {
      throw refused(`The header ${lower} cannot be set: it belongs to the server.`);
    }
    if (typeof value === 'object') throw refused(`The header ${lower} must be a text, not an object or list.`);
    const text = String(value);
    // What is not printable ASCII could end the header and start another one.
    if (!/^[\x20-\x7e\t]*$/.test(text) || text.length > MOST_VALUE) {
      throw refused(`The header ${lower} must be printable ASCII of at most ${MOST_VALUE} characters.`);
    }
    headers[lower] = text;
  }
  return headers;
}

/** The Location of a redirect: a path of this server, or an address on a host that the author named. */
export function redirectTarget(location: string, hosts: readonly string[]): string {
  // Browsers read \ as / and skip control characters, so that /\evil.example would lead away.
  if (/^\/(?![/\\])[^\\\u0000-\u0020\u007f]*$/.test(location)) {
    const { pathname, search, hash } = new URL(location, 'http://localhost');
    // /..//example.org would become an address of another host.
    if (!pathname.startsWith('//')) return `${pathname}${search}${hash}`;
  }
  let url: URL;
  try {
    url = new URL(location);
  } catch (error) {
    throw refused(
      `location must be a path such as /thanks or an https address, not ${JSON.stringify(location.slice(0, 100))}.`,
      error,
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refused(`location must be an http or https address, not ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') throw refused('location must not hold a user name or password.');
  if (!hosts.some((host) => host.toLowerCase() === url.host || host.toLowerCase() === url.hostname)) {
    throw new FailureError(
      failure('node-failed', `The redirect to ${url.host} is not allowed.`, {
        retry: 'no',
        fix: `Add ${url.host} to redirectHosts if that is where people should be led.`,
      }),
    );
  }
  return url.href;
}

function refused(message: string, cause?: unknown): FailureError {
  const error = new FailureError(failure('node-failed', message, { retry: 'no' }));
  if (cause !== undefined) error.cause = cause;
  return error;
}
