/**
 * Owns the way of uploaded files into a run: the server, which stored them, names them in `$files` beside
 * the other fields of the item, because the input of a run is plain JSON; here they become files of the item.
 * What a client sends is below `body`, so it cannot name files. Runs inside the isolate.
 */
import type { FileRef, Item } from '@rondo/core/model/item.ts';
import { pass } from './items.ts';
import { isObject, put, type JsonObject } from './paths.ts';

export const FILES_FIELD = '$files';

export function received(item: Item): Item {
  if (!isObject(item.json) || !Object.hasOwn(item.json, FILES_FIELD)) return pass(item);
  const json: JsonObject = {};
  for (const [key, value] of Object.entries(item.json)) if (key !== FILES_FIELD) put(json, key, value);
  const named = item.json[FILES_FIELD];
  const files: Record<string, FileRef> = {};
  for (const [name, file] of Object.entries(isObject(named) ? named : {})) {
    if (!isObject(file) || typeof file.blob !== 'string' || typeof file.size !== 'number') continue;
    const ref: FileRef = { blob: file.blob, size: file.size };
    if (typeof file.name === 'string') ref.name = file.name;
    if (typeof file.mime === 'string') ref.mime = file.mime;
    put(files as unknown as JsonObject, name, ref as unknown as JsonObject);
  }
  return Object.keys(files).length === 0 ? { json } : { json, files };
}
