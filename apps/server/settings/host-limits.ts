/**
 * Owns how limits of hosts are written in the settings, and what they mean to the gate of calls. Does not apply them
 * (packages/runtime/egress/host-gate.ts).
 */
import { NO_HOST_LIMIT, type HostLimit, type HostLimits } from '@rondo/runtime/egress/host-gate.ts';

const MOST = 200;
const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$|^\[[0-9a-f:.]{2,45}\]$/;

/** `api.example.org 4 10/s`: at most 4 calls at once, at most 10 begun a second. Null: not that. */
function readLimit(text: string): [host: string, limit: HostLimit] | null {
  const [host = '', ...rest] = text.trim().toLowerCase().split(/\s+/);
  const limit = { ...NO_HOST_LIMIT };
  for (const part of rest) {
    const [, number = '', perSecond] = /^(\d{1,6}(?:\.\d{1,3})?)(\/s)?$/.exec(part) ?? [];
    const value = Number(number);
    if (number === '' || value <= 0) return null;
    if (perSecond !== undefined) limit.perSecond = value;
    else if (Number.isInteger(value)) limit.parallel = value;
    else return null;
  }
  return !HOST.test(host) || rest.length === 0 || rest.length > 2 ? null : [host, limit];
}

export function wrongHostLimits(value: unknown): string | null {
  const isList =
    Array.isArray(value) &&
    value.length <= MOST &&
    value.every((one) => typeof one === 'string' && one.length <= 300 && readLimit(one) !== null);
  return isList ? null : 'A list such as: api.example.org 4, *.example.com 10/s, api.example.net 2 0.5/s.';
}

/** `parallel`, `rate`: for hosts without a line of their own; 0 is no limit. */
export function hostLimitsOf(parallel: number, rate: number, own: readonly string[]): HostLimits {
  const orNone = (value: number): number | null => (value > 0 ? value : null);
  return {
    each: { parallel: orNone(parallel), perSecond: orNone(rate) },
    own: new Map(own.map(readLimit).filter((one) => one !== null)),
  };
}
