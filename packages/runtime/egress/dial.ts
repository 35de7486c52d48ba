/**
 * Owns the door for protocols other than HTTP: from a name to one checked address. Does not connect.
 */
import { isIPv6 } from 'node:net';
import { FailureError, failure } from '@rondo/core/errors.ts';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import { parseAddress } from './address.ts';
import type { AllowList } from './allow.ts';
import { checkedAddresses, type Resolve } from './connector.ts';
import { canonicalHost } from './host-name.ts';
import { wireFailure } from './wire-failure.ts';

function refusal(message: string, fix: string): FailureError {
  return new FailureError(failure('http-failed', message, { fix, retry: 'no' }));
}

export function createDial(allow: AllowList, resolve: Resolve, resolveMs: number): EffectPorts['dial'] {
  return async (host, port) => {
    const name = canonicalHost(host);
    if (name === null) {
      const fix = 'Give a host name or an address, without protocol, user, port or path.';
      throw refusal(`"${host.slice(0, 200)}" is not a host name. ${fix}`, fix);
    }
    const place = name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`;
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      const fix = 'A port is a whole number from 1 to 65535.';
      throw refusal(`${place} is not a destination. ${fix}`, fix);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `${place}: the host name was not resolved within ${resolveMs} ms`;
        reject(new FailureError(failure('timeout', message, { retry: 'yes' })));
      }, resolveMs);
    });
    try {
      // The ports that HTTP must not reach are those that this door is for.
      const checked = checkedAddresses(name, port, allow, resolve, 'any-port');
      const [address] = await Promise.race([checked, late]);
      if (address === undefined) throw Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' });
      // IPv4 that is mapped into IPv6 is dialled as what it is, and as what was checked.
      const plain = parseAddress(address)?.toString() ?? address;
      return { address: plain, family: isIPv6(plain) ? 6 : 4 };
    } catch (error) {
      throw wireFailure(error, place);
    } finally {
      clearTimeout(timer);
    }
  };
}
