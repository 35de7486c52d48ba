/**
 * Owns showing items of the ledger (wire form): as JSON, by the name that people give an item, in a few words. Cuts,
 * changes nothing.
 */
import { itemFromWire, splitItems, splitPorts, type Json } from '@rondo/core/model/item.ts';
import type { IterationRow } from '@rondo/core/ports.ts';
import { shortText } from './facts.ts';

/** The first of these fields that says something is the name of an item. */
const NAMES = ['name', 'title', 'id', 'url'] as const;
/** Texts longer than this are not parsed for a name. */
const READ_CHARACTERS = 64 * 1024;

export function jsonOf(text: string): Json {
  try {
    return itemFromWire(JSON.parse(text) as Json).json;
  } catch {
    return text;
  }
}

/** Items' json of all ports, one after the other. */
export function itemsOf(wire: string): Json[] {
  return wire === '' ? [] : splitPorts(wire).flatMap((port) => splitItems(port).map(jsonOf));
}

export function itemName(input: string): string {
  const items = splitItems(splitPorts(input)[0] ?? '');
  const [first] = items;
  if (first === undefined) return '';
  const more = items.length > 1 ? ` and ${items.length - 1} more` : '';
  if (first.length > READ_CHARACTERS) return shortText(first) + more;
  const json = jsonOf(first);
  if (json !== null && typeof json === 'object' && !Array.isArray(json)) {
    for (const field of NAMES) {
      const value = Object.hasOwn(json, field) ? json[field] : undefined;
      if ((typeof value === 'string' && value.trim() !== '') || typeof value === 'number')
        return shortText(String(value)) + more;
    }
  }
  return shortText(typeof json === 'string' ? json : JSON.stringify(json)) + more;
}

/** Result or error in a few words. */
export function rowText(row: IterationRow): string {
  if (row.failure !== null) return shortText(row.failure.message);
  const ports = splitPorts(row.output);
  const items = splitItems(ports.find((port) => port !== '') ?? '');
  const [first] = items;
  if (first === undefined) return '';
  const text = first.startsWith('{"$item"') && first.length <= READ_CHARACTERS ? JSON.stringify(jsonOf(first)) : first;
  return shortText(items.length > 1 ? `${items.length} items: ${text}` : text);
}
