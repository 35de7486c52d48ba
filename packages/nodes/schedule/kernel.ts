/** Owns the work of the Schedule trigger in a run: the tick, with fields that are added. Runs inside the isolate. */
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { pass, withJson } from '../kit/items.ts';
import { isObject } from '../kit/paths.ts';
import { readObject } from '../kit/read.ts';

const NOTHING = Object.freeze({});

export function run({ params, inputs, item }: KernelCall): KernelResult {
  if (inputs[0]?.length === 0) return [[]];
  const fields = readObject(params, 'fields', NOTHING);
  if (Object.keys(fields).length === 0 || !isObject(item.json)) return [[pass(item)]];
  return [[withJson(item, { ...fields, ...item.json })]];
}
