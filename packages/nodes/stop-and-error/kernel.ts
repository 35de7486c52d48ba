/** Owns the work of Stop and Error. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { isObject } from '../kit/paths.ts';
import { readObject, readText } from '../kit/read.ts';

const NOTHING = Object.freeze({});

export function run({ params }: KernelCall): KernelResult {
  const data = readObject(params, 'data', NOTHING);
  throw new FailureError(
    failure('stopped-by-node', messageOf(params), {
      retry: 'no',
      ...(Object.keys(data).length === 0 ? {} : { data }),
    }),
  );
}

function messageOf(params: Record<string, Json>): string {
  const { object } = params;
  if (object === undefined || object === null) return readText(params, 'message');
  const read = typeof object === 'string' ? parsed(object) : object;
  if (!isObject(read)) return typeof read === 'string' ? read : JSON.stringify(read);
  const said = [read.message, read.description, read.error].find((one) => typeof one === 'string' && one !== '');
  return typeof said === 'string' ? said : JSON.stringify(read);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
