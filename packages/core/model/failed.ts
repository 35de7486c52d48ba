/**
 * Owns what stands in the place of something that failed, as data that expressions can read. Pure. Which loop keeps
 * a place for what failed is its `onError`; a template of the author (`loop.fallback`) comes before this.
 */
import type { Failure } from '../errors.ts';
import type { Dialect } from './definition.ts';
import type { Json } from './item.ts';
import { isObject } from './shape.ts';

/** The json of a failed step, iteration or run. */
export function failedValue(dialect: Dialect, failure: Failure): Json {
  if (dialect !== 'openflow') return { error: failure.message };
  return failure.output === undefined ? { error: openflowError(failure) } : (failure.output as Json);
}

/** What On failure hands on. */
export function failureItem(dialect: Dialect, failure: Failure): Json {
  if (dialect === 'openflow') return failedValue(dialect, failure);
  const { code, message, node = null, data = {} } = failure;
  return { error: { code, message, node, data: data as Json } };
}

/** In the words that flows may look for. */
export function notIterable(value: Json): string {
  const text = JSON.stringify(value);
  const kind = isObject(value)
    ? 'map'
    : typeof value === 'string'
      ? `string ${text}`
      : typeof value === 'number'
        ? `${Number.isInteger(value) ? 'integer' : 'floating point'} \`${text}\``
        : value === null
          ? 'null'
          : `boolean \`${text}\``;
  const column = isObject(value) ? 0 : text.length;
  return `Expected an array value in the iterator expression, found: invalid type: ${kind}, expected a sequence at line 1 column ${column}`;
}

/** Names of errors that are not those of a script. */
const NAMES: Readonly<Record<string, string>> = {
  'input-invalid': 'BadRequest',
  'workflow-not-found': 'NotFound',
  'not-a-list': 'ExecutionErr',
};

function openflowError({ code, message, node, data = {} }: Failure): Json {
  // A failure on purpose may bring the whole error.
  if (isObject(data.error)) return data.error;
  const { exception, name = exception, message: own, stack } = data;
  return {
    name: typeof name === 'string' ? name : (NAMES[code] ?? 'ExecutionErr'),
    message: typeof own === 'string' ? own : message,
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(node === undefined ? {} : { step_id: node }),
  };
}
