/**
 * Owns where nodes that compute one value put it: the parameters `field` and `keep`, and the item that they
 * describe. Runs inside the isolate.
 */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';
import { keptFields, withJson } from './items.ts';
import { isObject, put, putPath } from './paths.ts';
import { readChoice, readText } from './read.ts';

const KEEP = ['all', 'none'] as const;

export const resultParameters = (field: string): Record<string, ParameterSpec> => ({
  field: {
    type: 'string',
    description: 'Dot path of the field that gets the result. Empty: the fields of a result that is an object.',
    default: field,
  },
  keep: {
    type: 'string',
    description: 'Whether the other fields of the item stay.',
    enum: KEEP,
    default: 'all',
  },
});

/** The item with `value` in the field that the parameters name. */
export function resultItem(params: Record<string, Json>, item: Item, field: string, value: Json): Item {
  const json = keptFields(item.json, readChoice(params, 'keep', KEEP, 'all'), []);
  const path = readText(params, 'field', field);
  if (path === '' && isObject(value)) for (const [key, member] of Object.entries(value)) put(json, key, member);
  else putPath(json, path, value);
  return withJson(item, json);
}
