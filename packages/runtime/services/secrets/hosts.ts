/**
 * Owns the hosts that a secret may go to: `api.example.com`, `*.example.com`, an address.
 * Does not know secrets or the network guard's list.
 */
import { isIP } from 'node:net';
import { canonicalHost } from '../../egress/host-name.ts';

/** The pattern as it is stored and compared; null when it is not one. */
export function hostPattern(text: string): string | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('*.')) return canonicalHost(trimmed);
  const domain = canonicalHost(trimmed.slice(2));
  // Part of an address is not a domain.
  return domain === null || isIP(domain) !== 0 ? null : `*.${domain}`;
}

/** The host of what a node says it sends to: `host`, `host:port`, `[v6]:port`. */
function hostOf(text: string): string | null {
  return canonicalHost(text) ?? canonicalHost(text.replace(/:\d{1,5}$/, ''));
}

/** Whether `host` fits one of the patterns. No patterns: any host. */
export function isHostAllowed(patterns: readonly string[], host: string): boolean {
  if (patterns.length === 0) return true;
  const name = hostOf(host);
  if (name === null) return false;
  return patterns.some((pattern) => (pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern));
}
