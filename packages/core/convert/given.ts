/**
 * Owns what people give a run in the terms of the file's product - input, outputs to use instead of running a
 * node - as what the runner takes. Pure.
 */
import type { Json } from '../model/item.ts';
import { isObject } from '../model/shape.ts';
import type { ForeignFormat } from './converted.ts';

/** What n8n writes beside an item's json. */
const BESIDE_JSON: ReadonlySet<string> = new Set(['json', 'binary', 'pairedItem', 'index', 'error', 'metadata']);

/** An item of n8n, or its plain json. */
export function isWrapped(value: Json): value is { json: Json } {
  return isObject(value) && Object.hasOwn(value, 'json') && Object.keys(value).every((key) => BESIDE_JSON.has(key));
}

function itemsOf(value: Json): Json[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((element) => (isWrapped(element) ? element.json : element));
}

/** n8n: the trigger's items. Dify: the start variables. OpenFlow: `flow_input`. */
export function inputFor(format: ForeignFormat, value: Json): Json {
  return format === 'n8n' ? itemsOf(value) : value;
}

/** n8n: the items of the first output. Dify: the outputs of the node. OpenFlow: the result of the step. */
export function pinFor(format: ForeignFormat, value: Json): Json[] {
  return format === 'n8n' ? itemsOf(value) : [value];
}
