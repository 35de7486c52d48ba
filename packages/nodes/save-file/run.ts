/**
 * Owns one call of the Save File node: the bytes that the item brings, written beside the path and then renamed, so
 * that nobody sees half of them.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Item } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { pieces } from '../kit/formats/carried.ts';
import { carriedSource } from '../kit/formats/carried-source.ts';
import { isObject, put, putPath, type JsonObject } from '../kit/paths.ts';
import { readChoice, readText } from '../kit/read.ts';

export async function run(call: EffectCall): Promise<EffectResult> {
  const { params, ports, signal } = call;
  const item = call.items[0] as Item;
  const path = readText(params, 'path');
  const source = carriedSource(call, item, '');
  const append = readChoice(params, 'mode', ['overwrite', 'append'] as const, 'overwrite') === 'append';
  const target = append ? path : `${path}.saving`;
  let at = append ? await sizeOf(call, path) : 0;
  // Nothing to write still makes a file.
  if (!append) await ports.files.writeAt(target, 0, new Uint8Array());
  for await (const piece of pieces(source, signal)) at = await ports.files.writeAt(target, at, piece);
  if (!append) await ports.files.rename(target, path);
  const json: JsonObject = {};
  if (isObject(item.json)) for (const [name, value] of Object.entries(item.json)) put(json, name, value);
  putPath(json, readText(params, 'pathField', 'path'), path);
  return { items: [{ json, ...(item.files && { files: item.files }) }] };
}

/** Of the file that is appended to; 0 when there is none. */
async function sizeOf(call: EffectCall, path: string): Promise<number> {
  try {
    return (await call.ports.files.read(path, 0, 0)).size;
  } catch (error) {
    if (error instanceof FailureError && error.failure.data?.['errno'] === 'ENOENT') return 0;
    throw error;
  }
}
