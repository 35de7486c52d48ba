/**
 * Owns files that travel with items: the bytes that a parameter names, and bytes that become a file of an item or a
 * file on disk. Does not know what is in them.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FileRef, Item } from '@rondo/core/model/item.ts';
import type { EffectCall, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { isObject, type JsonObject } from './paths.ts';

/** Fields of a parameter that names a file. */
export const FILE_FIELDS: Record<string, ParameterSpec> = {
  itemFile: { type: 'string', description: 'Name of a file of the item, for example data.' },
  file: { type: 'string', description: 'Path below the workflow folder, instead of itemFile.' },
  name: { type: 'string', description: 'Name to send it under. Default: its own.' },
  type: { type: 'string', description: 'Media type. Default: that of the file.' },
};

/** What an item says beside a file that a node gives it. */
export const BESIDE: ParameterSpec = {
  type: 'string',
  description:
    'What stands beside the file: facts: its name, mime and size · described: the same as mimeType, fileType, fileName, fileExtension and fileSize (a text) · item: fields and files of the item · none.',
  default: 'facts',
  enum: ['facts', 'described', 'item', 'none'],
};

export interface NamedBytes {
  bytes: Uint8Array;
  name: string;
  mime: string;
}

const UNKNOWN_TYPE = 'application/octet-stream';

function wrong(message: string, fix: string): FailureError {
  return new FailureError(failure('file-failed', message, { retry: 'no', fix }));
}

/** Whether this value of a parameter names a file. */
export function namesFile(value: unknown): value is JsonObject {
  return isObject(value) && (typeof value['itemFile'] === 'string' || typeof value['file'] === 'string');
}

function tooLarge(what: string, size: number, limit: string, most: number): FailureError {
  return new FailureError(
    failure('limit-reached', `${what} has ${size} bytes; limit ${limit} allows ${most}.`, {
      retry: 'no',
      fix: `Raise settings.limits["${limit}"] in the workflow, or send less.`,
    }),
  );
}

/** The bytes that `value` names; `limit` is the name of the limit for them. Throws FailureError file-failed. */
export async function readNamedFile(call: EffectCall, value: JsonObject, limit: string): Promise<NamedBytes> {
  const most = call.ports.limit(limit);
  const { itemFile, file: path, name, type } = value;
  const given = { name: typeof name === 'string' ? name : '', mime: typeof type === 'string' ? type : '' };
  if (typeof itemFile === 'string') {
    const files: Record<string, FileRef> = call.items[0]?.files ?? {};
    const reference = Object.hasOwn(files, itemFile) ? files[itemFile] : undefined;
    if (reference === undefined) {
      const known = Object.keys(files).join(', ');
      throw wrong(
        `The item has no file "${itemFile}" (it has ${known === '' ? 'none' : known}).`,
        'Name a file of the item in itemFile, or a path in file.',
      );
    }
    if (call.ports.blobs === undefined) throw wrong('This run has no store for files of items.', 'Use a path (file).');
    if (reference.size > most) throw tooLarge(`File "${itemFile}" of the item`, reference.size, limit, most);
    const bytes = await call.ports.blobs.get(reference.blob);
    return {
      bytes,
      name: given.name || reference.name || itemFile,
      mime: given.mime || reference.mime || UNKNOWN_TYPE,
    };
  }
  if (typeof path !== 'string') throw wrong('A file must be named: { itemFile } or { file }.', 'Write one of the two.');
  const { bytes, size } = await call.ports.files.read(path, 0, most);
  if (size > most) throw tooLarge(`File "${path}"`, size, limit, most);
  return { bytes, name: given.name || (path.split('/').pop() ?? path), mime: given.mime || UNKNOWN_TYPE };
}

/** A name from outside as one that is safe to show and to save under: no folders, no control characters. */
export function plainFileName(name: string): string {
  // oxlint-disable-next-line no-control-regex
  const last = (name.split(/[\\/]/).pop() ?? '').replace(/[\u0000-\u001f\u007f]/g, '').trim();
  return last === '.' || last === '..' ? '' : last;
}

/** Puts bytes into the store for files of items. */
export async function storeFile(call: EffectCall, file: NamedBytes): Promise<FileRef> {
  if (call.ports.blobs === undefined) {
    throw wrong(
      `There is a file (${file.mime}), but this run has no store for files of items.`,
      'Name a path for it in saveTo.',
    );
  }
  const { blob, size } = await call.ports.blobs.put(file.bytes);
  return { blob, size, name: file.name, mime: file.mime };
}

const KINDS = /^(image|audio|video|text)\//;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function described({ name = '', mime = UNKNOWN_TYPE, size }: FileRef): JsonObject {
  const dot = name.lastIndexOf('.');
  const kind = mime === 'application/json' ? 'json' : mime === 'application/pdf' ? 'pdf' : KINDS.exec(mime)?.[1];
  const unit = size < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(size) / 3));
  return {
    mimeType: mime,
    ...(kind === undefined ? {} : { fileType: mime === 'text/html' ? 'html' : kind }),
    fileName: name,
    ...(dot > 0 ? { fileExtension: name.slice(dot + 1) } : {}),
    fileSize: `${Number((size / 1000 ** unit).toPrecision(3))} ${UNITS[unit]}`,
  };
}

/** An item that carries a file under `as`, and what `beside` says: of its facts, or of the item of the call. */
export function withFile(call: EffectCall, file: FileRef, facts: JsonObject, as: string): Item {
  const { beside } = call.params;
  if (beside === 'described') return { json: described(file), files: { [as]: file } };
  if (beside !== 'item') return { json: beside === 'none' ? {} : facts, files: { [as]: file } };
  const item = call.items[0];
  return { json: item?.json ?? {}, files: { ...item?.files, [as]: file } };
}

/** An item with a file: at the path `saveTo`, or as a file of the item. `more`: facts besides its own. */
export async function fileItem(call: EffectCall, file: NamedBytes, more: JsonObject): Promise<Item> {
  const facts = { ...more, name: file.name, mime: file.mime, size: file.bytes.byteLength };
  const { saveTo: path, as } = call.params;
  if (typeof path === 'string' && path !== '') {
    await call.ports.files.writeAt(path, 0, file.bytes);
    return { json: { ...facts, path } };
  }
  return withFile(call, await storeFile(call, file), facts, typeof as === 'string' && as !== '' ? as : 'data');
}
