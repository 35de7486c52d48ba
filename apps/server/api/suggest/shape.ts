/**
 * Owns describing data to a model without its values: which paths there are, of which type, how long. Values are added
 * only where the caller allows it. Pure.
 */
import type { Json } from '@rondo/core/model/item.ts';

export interface ShapeOptions {
  /** Short values stand beside their types. */
  values: boolean;
}

const MOST_LINES = 120;
const MOST_KEYS = 40;
const DEEPEST = 4;
const MOST_KEY = 80;
const MOST_VALUE = 80;
const MOST_ELEMENTS = 50;

const isObject = (value: Json): value is { [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** `- $json.rows: list of 12, each an object (name: text, n: number)`, one line per path. */
export function shapeLines(roots: readonly { code: string; value: Json }[], options: ShapeOptions): string[] {
  const lines: string[] = [];
  const add = (code: string, value: Json, depth: number): void => {
    if (lines.length >= MOST_LINES) return;
    lines.push(`- ${code}: ${typeOf(value)}${options.values ? valueOf(value) : ''}`);
    if (!isObject(value) || depth >= DEEPEST) return;
    for (const [key, inner] of keysOf(value)) add(memberOf(code, key), inner, depth + 1);
  };
  for (const { code, value } of roots) add(code, value, 0);
  return lines;
}

const keysOf = (value: { [key: string]: Json }): [string, Json][] =>
  Object.entries(value)
    .filter(([key]) => key.length <= MOST_KEY)
    .slice(0, MOST_KEYS);

const memberOf = (code: string, key: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(key) ? `${code}.${key}` : `${code}[${JSON.stringify(key)}]`;

export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return listOf(value);
  if (typeof value === 'object') return `object of ${Object.keys(value).length} keys`;
  if (typeof value === 'string') return `text of ${value.length} characters`;
  return typeof value;
}

function listOf(list: readonly Json[]): string {
  const [first] = list;
  if (first === undefined) return 'list of 0';
  const seen = list.slice(0, MOST_ELEMENTS);
  const kinds = new Set(seen.map(kindOf));
  const each = [...kinds].join(' or ');
  if (!isObject(first) || kinds.size > 1) return `list of ${list.length}, each ${each}`;
  const fields = keysOf(first).map(([key, value]) => `${key}: ${isObject(value) ? 'object' : kindOf(value)}`);
  return `list of ${list.length}, each an object (${fields.join(', ')})`;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `list of ${value.length}`;
  return typeof value === 'string' ? 'text' : typeof value;
}

/** What is shown of values: short ones, on one line. */
function valueOf(value: Json): string {
  if (isObject(value)) return '';
  const shown = JSON.stringify(Array.isArray(value) ? value.slice(0, 1) : value);
  return ` = ${shown.length > MOST_VALUE ? `${shown.slice(0, MOST_VALUE)}...` : shown}`;
}
