/**
 * Owns the guard itself: resolves a name once, checks every answer, dials exactly a checked address.
 * Does not know HTTP, redirects or limits of bodies.
 */
import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { failure, FailureError } from '@rondo/core/errors.ts';
import { parseAddress, refusedAddress, refusedName, refusedPort } from './address.ts';
import { plainHost, type AllowList } from './allow.ts';

/** All addresses of a name, in order of preference. */
export type Resolve = (host: string) => Promise<string[]>;

export const resolveBySystem: Resolve = async (host) => {
  const answers = await lookup(host, { all: true, order: 'ipv4first' });
  return answers.map((answer) => answer.address);
};

export function denied(host: string, port: number, rule: string, detail: string): FailureError {
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const fix = `If this destination is wanted, allow it: --allow ${place} or RONDO_EGRESS_ALLOW=${place}.`;
  return new FailureError(
    failure('egress-denied', `${place} refused by the network guard (rule ${rule}: ${detail}). ${fix}`, {
      fix,
      retry: 'no',
      data: { rule, host, port },
    }),
  );
}

/** Whether the ports that a line of HTTP would harm are refused: only for those who speak HTTP. */
export type Ports = 'http-ports' | 'any-port';

/** Refuses what needs no resolving; also called per hop so that a pooled connection is no way around. */
export function checkHost(host: string, port: number, allow: AllowList, ports: Ports = 'http-ports'): void {
  const name = plainHost(host);
  if (allow.host(name, port)) return;
  const literal = parseAddress(name);
  if (literal !== null) {
    if (allow.address(name, port)) return;
    const rule = refusedAddress(name);
    if (rule !== null) throw denied(name, port, rule, `address ${literal.toString()}`);
  } else {
    const rule = refusedName(name);
    if (rule !== null) throw denied(name, port, rule, `name ${name}`);
  }
  const rule = ports === 'any-port' ? null : refusedPort(port);
  // A block on the list may still cover the port; that is known when the name is resolved.
  if (rule !== null && literal !== null) throw denied(name, port, rule, `port ${port} of a public address`);
}

export async function checkedAddresses(
  host: string,
  port: number,
  allow: AllowList,
  resolve: Resolve,
  ports: Ports = 'http-ports',
): Promise<string[]> {
  const name = plainHost(host);
  checkHost(name, port, allow, ports);
  if (parseAddress(name) !== null) return [name];
  const addresses = await resolve(name);
  if (allow.host(name, port)) return addresses;
  // One bad answer refuses the name: picking the good ones would let a mixed answer probe the guard.
  for (const address of addresses) {
    if (allow.address(address, port)) continue;
    const rule = refusedAddress(address);
    if (rule !== null) throw denied(name, port, rule, `${name} is ${address}`);
    const portRule = ports === 'any-port' ? null : refusedPort(port);
    if (portRule !== null) throw denied(name, port, portRule, `port ${port} of a public address`);
  }
  return addresses;
}

/** Shares answers for `keepMs`, so that opening a hundred connections asks the resolver once. */
export function shareAnswers(resolve: Resolve, monotonic: () => number, keepMs: number): Resolve {
  const known = new Map<string, { at: number; answer: Promise<string[]> }>();
  return (host) => {
    const now = monotonic();
    const hit = known.get(host);
    if (hit !== undefined && now - hit.at < keepMs) return hit.answer;
    for (const [name, entry] of known) if (now - entry.at >= keepMs) known.delete(name);
    const answer = resolve(host);
    known.set(host, { at: now, answer });
    answer.catch(() => known.delete(host));
    return answer;
  };
}

export function guardedConnector(
  connect: buildConnector.connector,
  allow: AllowList,
  resolve: Resolve,
): buildConnector.connector {
  return (options, callback) => {
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    const dial = (addresses: string[], tried: number): void => {
      const hostname = addresses[tried];
      if (hostname === undefined) {
        callback(Object.assign(new Error(`${options.hostname} has no address`), { code: 'ENOTFOUND' }), null);
        return;
      }
      // `host` keeps the name, so TLS still asks for and verifies it; only the dialled address is fixed.
      connect({ ...options, hostname }, (error, socket) => {
        if (error !== null) {
          if (tried + 1 < addresses.length) dial(addresses, tried + 1);
          else callback(error, null);
        } else callback(null, socket as Socket);
      });
    };
    checkedAddresses(options.hostname, port, allow, resolve).then(
      (addresses) => dial(addresses, 0),
      (error: Error) => callback(error, null),
    );
  };
}
