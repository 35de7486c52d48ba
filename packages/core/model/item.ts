/**
 * Owns the item and its wire form. Does not evaluate, store or move items.
 *
 * Wire form: values travel between runner, evaluator and ledger as JSON text that is
 * serialised once. An item is one JSON text without control characters, so lists can be
 * joined and split without parsing:
 *   items of one port   joined by "\n"
 *   ports of one output joined by PORT_SEPARATOR
 * An item that is only a value travels as the bare JSON of that value. An item with files or
 * explicit lineage travels as {"$item":{json,files,from}}; so does a value that itself has
 * "$item" as its only key, which keeps the encoding unambiguous.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Reference to a blob; the bytes live in the blob store, never in the ledger. */
export interface FileRef {
  blob: string;
  name?: string;
  mime?: string;
  size: number;
}

export interface Item {
  json: Json;
  files?: Record<string, FileRef>;
  /** Positions in the inputs of the producing step that this item was made from. */
  from?: number[];
}

export const ITEM_SEPARATOR = '\n';
export const PORT_SEPARATOR = '\u001e';

function isEnvelope(json: Json): json is { $item: Json } {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return false;
  return Object.hasOwn(json, '$item') && Object.keys(json).length === 1;
}

/** One item as text. `undefined` members follow JSON rules; an undefined value becomes null. */
export function encodeItem(item: Item): string {
  if (item.files === undefined && item.from === undefined && !isEnvelope(item.json)) {
    return JSON.stringify(item.json) ?? 'null';
  }
  return JSON.stringify({ $item: item });
}

/** The item from parsed wire JSON. */
export function itemFromWire(json: Json): Item {
  return isEnvelope(json) ? (json.$item as unknown as Item) : { json };
}

export function decodeItem(text: string): Item {
  return itemFromWire(JSON.parse(text) as Json);
}

/** Item texts of one port. The empty text is the empty list. */
export function splitItems(port: string): string[] {
  return port === '' ? [] : port.split(ITEM_SEPARATOR);
}

/** Port texts of one output. A missing port is an empty one. */
export function splitPorts(output: string): string[] {
  return output.split(PORT_SEPARATOR);
}

/** Item texts of `port` of an encoded output. */
export function itemsOfPort(output: string, port: number): string[] {
  if (port === 0 && !output.includes(PORT_SEPARATOR)) return splitItems(output);
  return splitItems(splitPorts(output)[port] ?? '');
}

export function joinPorts(ports: readonly (readonly string[])[]): string {
  let last = ports.length - 1;
  while (last > 0 && ports[last]?.length === 0) last -= 1;
  return ports
    .slice(0, last + 1)
    .map((items) => items.join(ITEM_SEPARATOR))
    .join(PORT_SEPARATOR);
}
