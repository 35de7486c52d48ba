/**
 * Owns which results of code become items by the rules of n8n, and the words for those that do not. Files and
 * lineage have the native names already. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { isObject } from '../paths.ts';
import { itemsOf } from './result.ts';

/** Keys of an item: one of them among the fields means that there must be no others. */
const ITEM_KEYS = new Set(['json', 'files', 'binary', 'from', 'pairedItem', 'error', 'index', 'metadata']);

type Fields = Record<string, unknown>;

function refuse(message: string, description: string, index?: number): never {
  const where = index === undefined ? '' : ` [item ${index}]`;
  throw new FailureError(
    failure('node-failed', `${message}${where}`, { retry: 'no', fix: description, data: { description } }),
  );
}

/** Of a call for all items. */
export function itemsOfAll(value: unknown): Item[] {
  if (value === null) return [];
  if (typeof value !== 'object') notItems();
  if (!Array.isArray(value)) {
    const one = value as Fields;
    return [itemOf(one.json ? one : { json: one }, 0)];
  }
  const keyed = value.some((one) => isObject(one) && Object.keys(one).some((key) => ITEM_KEYS.has(key)));
  for (const [index, one] of value.entries()) {
    if (!isObject(one)) notItems(index);
    if (keyed) checkKeys(one, index);
  }
  return normal(value as Fields[]).map(itemOf);
}

function notItems(index?: number): never {
  return refuse(
    "Code doesn't return items properly",
    'Please return an array of objects, one for each item you would like to output.',
    index,
  );
}

function checkKeys(one: Fields, index: number): void {
  const unknown = Object.keys(one).find((key) => !ITEM_KEYS.has(key));
  if (unknown === undefined) return;
  refuse(
    `Unknown top-level item key: ${unknown}`,
    'Access the properties of an item under `.json`, e.g. `item.json`',
    index,
  );
}

function normal(list: readonly Fields[]): Fields[] {
  const has = (one: Fields, ...keys: string[]): boolean => keys.some((key) => key in one);
  if (list.every((one) => has(one, 'json'))) return [...list];
  if (list.every((one) => has(one, 'files', 'binary'))) return list.map((one) => ({ ...one, json: one.json ?? {} }));
  if (list.some((one) => has(one, 'json', 'files', 'binary'))) {
    refuse('Inconsistent item format', 'Give every item the property json, or none.');
  }
  return list.map((json) => ({ json }));
}

/** Of a call for one item. */
export function itemsOfEach(value: unknown, index: number): Item[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') {
    const description = `Please return an object representing the output item. ('${String(value)}' was returned instead.)`;
    refuse("Code doesn't return an object", description, index);
  }
  if (Array.isArray(value)) {
    const found = value.length > 0 ? `An array of ${typeof value[0]}s was returned.` : 'An empty array was returned.';
    const description = `${found} If you need to output multiple items, please use the 'Run Once for All Items' mode instead.`;
    refuse("Code doesn't return a single object", description, index);
  }
  const [one = {}] = normal([value as Fields]);
  const item = itemOf(one, index);
  if (Object.keys(one).some((key) => ITEM_KEYS.has(key))) checkKeys(one, index);
  // The item comes from the one of the call, whatever the code says.
  const { from: _, ...rest } = item;
  return [rest];
}

function itemOf(one: Fields, index: number): Item {
  if (!isObject(one.json)) {
    refuse(
      "A 'json' property isn't an object",
      "In the returned data, every key named 'json' must point to an object.",
      index,
    );
  }
  if (one.binary !== undefined && !isObject(one.binary)) {
    refuse(
      "A 'binary' property isn't an object",
      "In the returned data, every key named 'binary' must point to an object.",
      index,
    );
  }
  const { json, files, from, error } = one;
  if (error) return { json: { error: isObject(error) ? (error.message ?? null) : String(error) } };
  const [item] = itemsOf({
    json: json as Json,
    ...(files === undefined ? {} : { files }),
    ...(from === undefined ? {} : { from }),
  });
  return item as Item;
}

/** Of Function: what is no item becomes one. */
export function itemsOfFunction(value: unknown): Item[] {
  if (value === undefined) {
    refuse('No data got returned. Always return an Array of items!', 'End the code with return items.');
  }
  if (value === null || typeof value !== 'object') {
    refuse('Always an Array of items has to be returned!', 'Return a list of objects with the property json.');
  }
  if (!Array.isArray(value)) return itemsOfAll(value);
  const odd = value.findIndex((one) => !isObject(one));
  if (odd >= 0) notItems(odd);
  return normal(value as Fields[]).map(itemOf);
}

/** Of Function Item: what it returns is the json. */
export function itemsOfFunctionItem(value: unknown, item: Item): Item[] {
  if (!isObject(value)) {
    refuse('No data got returned. Always an object has to be returned!', 'End the code with return item.');
  }
  const json = value as Json;
  return [item.files === undefined ? { json } : { json, files: item.files }];
}
