/**
 * Owns the door `secret` of effects: finds a value, checks where it is going, remembers it for the
 * redactor. Does not store or encrypt.
 */
import { quoted, storeCommand } from '@rondo/core/model/secret-name.ts';
import { FailureError, failure } from '@rondo/core/errors.ts';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import { StoreError } from '@rondo/core/ports.ts';
import { isHostAllowed } from './hosts.ts';
import type { Redactor } from './redactor.ts';

/** A value, and the hosts it may go to; an empty list is any host. */
export interface Secret {
  value: string;
  hosts: readonly string[];
}

export type SecretLookup = (name: string) => Secret | null;

function missing(message: string, fix: string): FailureError {
  return new FailureError(failure('secret-missing', `${message} ${fix}`, { fix, retry: 'no' }));
}

function found(lookup: SecretLookup, name: string): Secret {
  let secret: Secret | null;
  try {
    secret = lookup(name);
  } catch (error) {
    // A key that does not fit is not trouble that goes away while the run waits.
    if (error instanceof StoreError) throw missing(`Secret "${name}" cannot be read.`, error.message);
    throw error;
  }
  if (secret !== null) return secret;
  const fix = `Store it with: ${storeCommand(name)}; or give it to one run with --secret ${quoted(name)}=VALUE.`;
  throw missing(`Secret "${name}" is not defined.`, fix);
}

export function createSecretDoor(lookup: SecretLookup, redactor: Pick<Redactor, 'remember'>): EffectPorts['secret'] {
  return (name, host) => {
    const secret = found(lookup, name);
    if (!isHostAllowed(secret.hosts, host)) {
      const fix = 'Send it to one of these hosts, or add the host to the secret.';
      const message = `Secret "${name}" may not be sent to "${host.slice(0, 200)}": it is limited to ${secret.hosts.join(', ')}.`;
      const data = { rule: 'secret-host', host: host.slice(0, 200) };
      throw new FailureError(failure('egress-denied', `${message} ${fix}`, { fix, retry: 'no', data }));
    }
    redactor.remember(name, secret.value);
    return secret.value;
  };
}
