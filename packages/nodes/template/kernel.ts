/** Owns the work of Template on one item. Rendering is core/template's. Runs inside the isolate. */
import type { Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { renderTemplate } from '@rondo/core/template/index.ts';
import { keptFields, withJson } from '../kit/items.ts';
import { put, putPath } from '../kit/paths.ts';
import { readChoice, readFlag, readObject, readText } from '../kit/read.ts';

const KEEP = ['all', 'none'] as const;
const NOTHING = Object.freeze({});

export function run({ params, item }: KernelCall): KernelResult {
  const own = readFlag(params, 'itemFields', true);
  const context = own ? keptFields(item.json, 'all', []) : {};
  // A field of the item that is called json stays what it is.
  if (own && !Object.hasOwn(context, 'json')) put(context, 'json', item.json);
  const values = readObject(params, 'values', NOTHING);
  for (const key of Object.keys(values)) put(context, key, values[key] as Json);
  const field = readText(params, 'field', 'text');
  const json = keptFields(item.json, readChoice(params, 'keep', KEEP, 'all'), []);
  putPath(json, field, renderTemplate(readText(params, 'template'), context));
  return [[withJson(item, json)]];
}
