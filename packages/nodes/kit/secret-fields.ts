/**
 * Owns parameters whose values are secrets themselves: the address of a server, a user name. Does not send them.
 */
import type { EffectCall, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { isObject, put, type JsonObject } from './paths.ts';
import { wrongParameter } from './read.ts';

export const SECRET_FIELDS: ParameterSpec = {
  type: 'object',
  description: 'Further parameters whose values are secrets, such as host or user: { user: NAME OF THE SECRET }.',
};

/** `params` with the values that `secrets` names. Throws FailureError secret-missing, egress-denied, wrong-type. */
export function withSecretFields(call: EffectCall, params: JsonObject, host = ''): JsonObject {
  const { secrets } = params;
  if (!isObject(secrets)) return params;
  const out: JsonObject = { ...params };
  for (const [field, name] of Object.entries(secrets)) {
    if (typeof name !== 'string' || name === '') {
      return wrongParameter(`secrets.${field}`, 'the name of a secret', name);
    }
    const value = call.ports.secret(name, host);
    put(out, field, field === 'port' && /^\d+$/.test(value) ? Number(value) : value);
  }
  return out;
}
