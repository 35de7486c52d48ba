/**
 * Owns the list of destinations the operator lets through the guard besides public addresses.
 * Entries: `host`, `host:port`, `*.domain`, an address, `address:port`, `[v6]:port`, a CIDR block.
 * Does not resolve or dial.
 */
import ipaddr from 'ipaddr.js';
import { parseAddress } from './address.ts';

export interface AllowList {
  /** The name (or literal address) is listed itself: whatever it resolves to is accepted. */
  host(host: string, port: number): boolean;
  address(address: string, port: number): boolean;
}

interface Entry {
  host?: string;
  suffix?: string;
  block?: [ReturnType<typeof ipaddr.parse>, number];
  port: number | null;
}

/** A host as it is compared: lower case, no brackets, no dot at the end. */
export function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function parseEntry(text: string): Entry {
  const wrong = (): Error =>
    new Error(`"${text}" is not a host, host:port, address or CIDR block (RONDO_EGRESS_ALLOW, --allow)`);
  if (text.includes('/')) {
    try {
      const [address, bits] = ipaddr.parseCIDR(text);
      return { block: [address, bits], port: null };
    } catch {
      throw wrong();
    }
  }
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text);
  const host = plainHost(match?.[1] ?? text);
  const port = match?.[2] === undefined ? null : Number(match[2]);
  const address = parseAddress(host);
  if (address !== null) return { block: [address, address.kind() === 'ipv4' ? 32 : 128], host, port };
  if (match === null || host === '' || !/^(\*\.)?[^\s*:/?#@]+$/.test(host)) throw wrong();
  return host.startsWith('*.') ? { suffix: host.slice(1), port } : { host, port };
}

/** Throws an Error that names the entry when one cannot be understood. */
export function createAllowList(entries: readonly string[]): AllowList {
  const parsed = entries
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry);
  const fits = (entry: Entry, port: number): boolean => entry.port === null || entry.port === port;
  return {
    host(host, port) {
      const name = plainHost(host);
      return parsed.some(
        (e) => fits(e, port) && (e.host === name || (e.suffix !== undefined && name.endsWith(e.suffix))),
      );
    },
    address(text, port) {
      const address = parseAddress(text);
      if (address === null) return false;
      return parsed.some(
        (e) => fits(e, port) && e.block !== undefined && e.block[0].kind() === address.kind() && address.match(e.block),
      );
    },
  };
}
