/**
 * Owns reading a host as the URL parser does, so that every door to the network compares and checks
 * the same spelling. Does not resolve names.
 */

/**
 * Lower case, Punycode, canonical addresses, no brackets, no dot at the end. null when the text is
 * anything but one host: a URL, a user, a path.
 */
export function canonicalHost(text: string): string | null {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  // What the parser would read as something else than a host, or drop silently.
  if (bare === '' || /[\s\0*/\\?#@[\]]/.test(bare)) return null;
  const literal = bare.includes(':');
  if (bare !== text && !literal) return null;
  const url = URL.parse(literal ? `ws://[${bare}]` : `ws://${bare}`);
  if (url === null || url.port !== '' || url.username !== '' || url.pathname !== '/') return null;
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return host === '' ? null : host;
}
