/** Owns one item of JSON Schema: checked, and sent to one of two outputs. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { withinTime } from '../kit/blocking/within-time.ts';
import { keptFields, pass, withJson } from '../kit/items.ts';
import { formatPath, isObject, putPath, type JsonObject } from '../kit/paths.ts';
import { wrongParameter } from '../kit/read.ts';
import { schemaFor, type Validate } from './schema.ts';

export async function run(call: EffectCall): Promise<EffectResult> {
  const { params } = call;
  const item = call.items[0] ?? { json: {} };
  const hasValue = Object.hasOwn(params, 'value');
  const convert = params['convert'] === true;
  if (convert && hasValue) {
    const fix = 'Leave out value, or convert.';
    throw new FailureError(failure('bad-value', 'convert works on whole items only.', { retry: 'no', fix }));
  }
  const options = { formats: params['formats'] !== false, convert, removeExtra: params['removeExtra'] === true };
  const validate = await schemaFor(schemaOf(params['schema'] ?? null), options, (work) =>
    withinTime(call, 'compiling the schema', work),
  );
  const given = hasValue ? (params['value'] ?? null) : item.json;
  // Converting changes what it is given.
  const value = convert ? structuredClone(given) : given;
  const errors = withinTime(call, 'checking a value against the schema', () =>
    validate(value) === true ? null : errorsOf(validate, Number(params['maxErrors'] ?? 20)),
  );
  if (errors === null) return { ports: [[convert ? withJson(item, value) : pass(item)], []] };
  const json = isObject(item.json) ? keptFields(item.json, 'all', []) : { value: item.json };
  putPath(json, String(params['errorsField'] ?? 'errors'), errors);
  return { ports: [[], [withJson(item, json)]] };
}

function schemaOf(given: Json): JsonObject | boolean {
  if (isObject(given) || typeof given === 'boolean') return given;
  if (typeof given === 'string') {
    try {
      const parsed: unknown = JSON.parse(given);
      if (isObject(parsed) || typeof parsed === 'boolean') return parsed;
    } catch {
      // Said below.
    }
  }
  return wrongParameter('schema', 'a JSON Schema: an object, or its JSON text', given);
}

function errorsOf(validate: Validate, most: number): Json[] {
  return (validate.errors ?? []).slice(0, most).map((error) => ({
    path: pathOf(error.instancePath),
    message: messageOf(error.message ?? 'does not fit', error.params as Record<string, unknown>),
    rule: error.keyword,
  }));
}

/** `/a/0/b~1c` as a dot path. */
function pathOf(pointer: string): string {
  if (pointer === '') return '';
  const keys = pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return formatPath(keys.map((key) => (/^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : key)));
}

/** Some messages leave out what they are about. */
function messageOf(message: string, params: Record<string, unknown>): string {
  if (Array.isArray(params['allowedValues']))
    return `${message}: ${JSON.stringify(params['allowedValues']).slice(0, 300)}`;
  if (typeof params['additionalProperty'] === 'string') return `${message}: ${params['additionalProperty']}`;
  return message;
}
