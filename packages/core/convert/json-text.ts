/**
 * Owns making texts and numbers of what a file has in their place: never throws, whatever members the value has.
 */
import type { Json } from '../model/item.ts';

export function jsonText(json: unknown): string {
  return json !== null && typeof json === 'object' ? JSON.stringify(json as Json) : String(json);
}

/** NaN for lists and objects. */
export function jsonNumber(json: unknown): number {
  return json !== null && typeof json === 'object' ? Number.NaN : Number(json);
}
