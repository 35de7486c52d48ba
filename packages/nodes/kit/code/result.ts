/**
 * Owns which results of a user's code become items, and what the others are told. Runs inside the isolate.
 * Does not run code; outputs.ts knows declared outputs.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { isObject } from '../paths.ts';
import { kindOf } from '../read.ts';

const ITEM_KEYS = new Set(['json', 'files', 'from']);

export function itemsOf(value: unknown): Item[] {
  if (value === null) return [];
  if (value === undefined)
    refuse('The code returned nothing.', 'End it with return, or with return null to give no item.');
  if (Array.isArray(value)) return value.map((element: unknown, i) => itemOf(element, ` at position ${i} of its list`));
  return [itemOf(value, '')];
}

function itemOf(value: unknown, where: string): Item {
  const found = unfit(value);
  if (found !== null) {
    refuse(
      `The code returned ${found}${where}, not an object.`,
      'Return an object such as { result: ... }, or a list of objects.',
    );
  }
  const object = value as Record<string, Json>;
  if (!Object.hasOwn(object, 'json') || !Object.keys(object).every((key) => ITEM_KEYS.has(key)))
    return { json: object };
  const item: Item = { json: object.json ?? null };
  if (object.files !== undefined && object.files !== null) {
    if (!isObject(object.files))
      refuse(
        `The code returned files that are ${kindOf(object.files)}${where}.`,
        'files is an object of file references by name.',
      );
    item.files = object.files as unknown as NonNullable<Item['files']>;
  }
  if (object.from !== undefined && object.from !== null) {
    const { from } = object;
    if (!Array.isArray(from) || !from.every((at) => Number.isInteger(at))) {
      refuse(`The code returned from that is ${kindOf(from)}${where}.`, 'from is a list of positions of input items.');
    }
    item.from = from as number[];
  }
  return item;
}

/** What the value is, when no item can be made of it without losing something. */
export function unfit(value: unknown): string | null {
  if (!isObject(value)) return kindOf(value);
  // By tag: the value may come from another realm, where instanceof knows nothing.
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return tag === 'Object' ? null : `a ${tag}`;
}

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('node-failed', message, { retry: 'no', fix }));
}
