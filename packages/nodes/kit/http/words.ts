/** Owns the words of failures that the parameter `messages` replaces. Does not decide what is a failure. */
import { FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { isObject } from '../paths.ts';

/** The same failure, with the text that `messages` has for this trouble. `value` stands where {value} is written. */
export function inOwnWords(
  call: EffectCall,
  trouble: string | number,
  error: FailureError,
  value: Json = null,
): FailureError {
  const { messages } = call.params;
  const key = String(trouble);
  const text = isObject(messages) && Object.hasOwn(messages, key) ? messages[key] : undefined;
  if (typeof text !== 'string' || text === '') return error;
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return new FailureError({ ...error.failure, message: text.replaceAll('{value}', () => shown) });
}
