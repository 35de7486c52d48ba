/**
 * Owns trying a secret: sends it in one call through the guard, to a host that it may be sent to, and says what the
 * answer means. Reads as little as it can and keeps nothing of it. Does not know people or workflows.
 */
import type { SecretTest } from '@rondo/api/schemas/account.ts';
import { FailureError } from '@rondo/core/errors.ts';
import type { EgressResponse } from '@rondo/core/model/effect-ports.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { createEgress } from '@rondo/runtime/egress/egress.ts';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { createSecretDoor, type SecretLookup } from '@rondo/runtime/services/secrets/door.ts';
import { createRedactor } from '@rondo/runtime/services/secrets/redactor.ts';
import { Problem } from '../http/problem.ts';
import type { Probe } from './probe.ts';

export interface TrySecret {
  name: string;
  probe: Probe;
  lookup: SecretLookup;
  egressAllow: readonly string[];
}

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 256 * 1024;

export async function trySecret({ name, probe, lookup, egressAllow }: TrySecret): Promise<SecretTest> {
  const url = URL.parse(probe.url);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new Problem(422, 'address-invalid', 'Give an address that starts with https:// or http://, without a user.');
  }
  const redactor = createRedactor();
  const called = `GET ${decodeURI(`${url.origin}${url.pathname}`).slice(0, 500)}`;
  const egress = createEgress({ allow: egressAllow, limits: resolveLimits(), clock: systemClock });
  try {
    const value = createSecretDoor(lookup, redactor)(name, url.hostname);
    const { href, headers } = filledIn(url, probe.as, value);
    // No redirect: the secret is for this host.
    const answer = await egress.fetch(href, { headers, redirects: 0, timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES });
    return { called, status: answer.status, ...meaningOf(answer) };
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const { code, message } = error.failure;
    const detail = redactor.text(message);
    if (code === 'secret-missing') throw new Problem(409, code, detail);
    return { called, status: null, verdict: 'unreachable', detail };
  } finally {
    await egress.close();
  }
}

function filledIn(url: URL, as: Probe['as'], value: string): { href: string; headers: Record<string, string> } {
  switch (as.kind) {
    case 'bearer':
      return { href: url.href, headers: { authorization: `Bearer ${value}` } };
    case 'bot':
      return { href: url.href, headers: { authorization: `Bot ${value}` } };
    case 'basic': {
      const pair = Buffer.from(`${as.user}:${value}`).toString('base64');
      return { href: url.href, headers: { authorization: `Basic ${pair}` } };
    }
    case 'header':
      return { href: url.href, headers: { [as.name.toLowerCase()]: value } };
    case 'query': {
      const filled = new URL(url);
      filled.searchParams.set(as.name, value);
      return { href: filled.href, headers: {} };
    }
    case 'path':
      return { href: url.href.replace(/%7Bsecret%7D/i, () => encodeURIComponent(value)), headers: {} };
  }
}

function meaningOf({ status, body }: EgressResponse): Pick<SecretTest, 'verdict' | 'detail'> {
  if (status === 401 || status === 403) {
    return { verdict: 'refused', detail: `The server refuses it (${status}).` };
  }
  if (status >= 200 && status < 300) {
    return saysNo(body)
      ? { verdict: 'refused', detail: 'The server answers that it is not valid.' }
      : { verdict: 'accepted', detail: `The server takes it (${status}).` };
  }
  const why = status === 404 ? 'there is nothing at this address' : `the server answers ${status}`;
  return { verdict: 'unclear', detail: `It was sent, but ${why}: that says nothing of the secret.` };
}

/** Some say 200 and mean no: { ok: false }. */
function saysNo(body: Uint8Array): boolean {
  try {
    return (JSON.parse(Buffer.from(body).toString('utf8')) as { ok?: unknown } | null)?.ok === false;
  } catch {
    return false;
  }
}
