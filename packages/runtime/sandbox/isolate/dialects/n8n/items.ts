/**
 * Owns items as n8n shows them: json, binary, pairedItem; and the way back of what code returns. Does not find
 * items.
 */
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import { cloneData } from '../../data.ts';
import { ExpressionError } from '../../functions/error.ts';

export interface N8nItem {
  json: Json;
  binary?: Record<string, Binary>;
  pairedItem?: Paired | Paired[];
}

interface Paired {
  item: number;
}

interface Binary {
  mimeType: string;
  fileName?: string;
  fileExtension?: string;
  fileSize: string;
  bytes: number;
  /** Of the blob. */
  id: string;
}

/** An item for user text. `position`: in the list that it stands in, for items of the input. */
export function shown(item: Item, copies: boolean, position?: number): N8nItem {
  const json = copies ? cloneData(item.json) : item.json;
  const view: N8nItem = { json };
  if (item.files !== undefined) view.binary = binaryOf(item.files);
  if (position !== undefined) view.pairedItem = { item: position };
  else if (item.from !== undefined) {
    const [first] = item.from;
    view.pairedItem = item.from.length === 1 ? { item: first as number } : item.from.map((at) => ({ item: at }));
  }
  return view;
}

export function binaryOf(files: Record<string, FileRef> | undefined): Record<string, Binary> {
  return Object.fromEntries(
    Object.entries(files ?? {}).map(([name, file]): [string, Binary] => {
      const fileExtension = /\.([^./\\]+)$/.exec(file.name ?? '')?.[1];
      return [
        name,
        {
          mimeType: file.mime ?? 'application/octet-stream',
          ...(file.name === undefined ? {} : { fileName: file.name }),
          ...(fileExtension === undefined ? {} : { fileExtension }),
          fileSize: sizeText(file.size),
          bytes: file.size,
          id: file.blob,
        },
      ];
    }),
  );
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const value = power === 0 ? bytes : Number((bytes / 1000 ** power).toPrecision(3));
  return `${value} ${UNITS[power]}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What code returned, with items in the form of the node; anything else stays as it is. */
export function returned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(itemReturned);
  return itemReturned(value);
}

/** Other keys stay: the node says which an item may have. */
function itemReturned(value: unknown): unknown {
  if (!isObject(value) || !(isObject(value.json) || isObject(value.binary))) return value;
  const { binary, pairedItem, ...rest } = value;
  const item: Record<string, unknown> = rest;
  if (isObject(binary)) item.files = filesOf(binary);
  else if (binary !== undefined) item.binary = binary;
  const from = positions(pairedItem);
  if (from !== null) item.from = from;
  return item;
}

function positions(paired: unknown): number[] | null {
  if (paired === undefined || paired === null) return null;
  const found = (Array.isArray(paired) ? paired : [paired]).map((one: unknown) => (isObject(one) ? one.item : one));
  return found.every((one): one is number => Number.isInteger(one)) ? found : null;
}

function filesOf(binary: Record<string, unknown>): Record<string, FileRef> {
  return Object.fromEntries(
    Object.entries(binary).map(([name, file]): [string, FileRef] => {
      if (!isObject(file) || typeof file.id !== 'string') {
        throw new ExpressionError(`The code made the file ${name}; code can only pass on files that it was given.`);
      }
      return [
        name,
        {
          blob: file.id,
          ...(typeof file.fileName === 'string' ? { name: file.fileName } : {}),
          ...(typeof file.mimeType === 'string' ? { mime: file.mimeType } : {}),
          size: Number(file.bytes ?? 0),
        },
      ];
    }),
  );
}
