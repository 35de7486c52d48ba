/** Owns values between items and Redis, which keeps bytes: as text, JSON or base64. Sends nothing. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject } from '../kit/paths.ts';
import { kindOf, wrongParameter } from '../kit/read.ts';

export type Format = 'text' | 'json' | 'base64';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function unreadable(key: string, what: string, fix: string): never {
  throw new FailureError(
    failure('node-failed', `The value of ${JSON.stringify(key)} is ${what}.`, { retry: 'no', fix }),
  );
}

export function readBytes(bytes: Uint8Array, format: Format, key: string): Json {
  if (format === 'base64') return Buffer.from(bytes).toString('base64');
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    return unreadable(key, 'not text (UTF-8)', 'Set format to base64.');
  }
  if (format === 'text') return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return unreadable(key, `not JSON: ${kindOf(text)}`, 'Set format to text.');
  }
}

/** One value as it is sent. */
export function writeBytes(value: Json | undefined, format: Format, name: string): string | Buffer {
  if (value === undefined || (value === null && format !== 'json')) {
    return wrongParameter(name, 'a value', value, `Give ${name}; take a key away with delete.`);
  }
  if (format === 'json') return JSON.stringify(value);
  if (format === 'base64') {
    if (typeof value !== 'string') return wrongParameter(name, 'base64 text', value);
    return Buffer.from(value, 'base64');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Names and values, one after the other. */
export function writeFields(value: Json | undefined, format: Format): (string | Buffer)[] {
  if (!isObject(value) || Object.keys(value).length === 0) {
    return wrongParameter('value', 'an object of fields and values', value);
  }
  return Object.entries(value).flatMap(([name, one]) => [name, writeBytes(one, format, `value.${name}`)]);
}
