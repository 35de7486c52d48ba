/**
 * Owns what other workflows may call a workflow by: its id and its name, in the file of any product. Pure.
 */
import type { Json } from '../model/item.ts';
import { isObject } from '../model/shape.ts';
import { readText } from '../model/text.ts';
import { formatOf } from './convert.ts';

export interface Identity {
  id: string | null;
  name: string | null;
}

/** Null: not a workflow that is known. */
export function identityOf(text: string, file: string): Identity | null {
  const value = quickly(text) ?? readText(text, file).value;
  if (value === null) return null;
  if ('rondo' in value) return named(value.id, value.name);
  switch (formatOf(value)) {
    case 'n8n':
      return named(value.id, value.name);
    case 'dify':
      return isObject(value.app) ? named(value.app.id, value.app.name) : named(null, value.name);
    case 'openflow':
      return named(value.path, value.summary);
    case null:
      return null;
  }
}

/** A folder may hold thousands of them, most in JSON; of those nothing is said that needs a place. */
function quickly(text: string): { [key: string]: Json } | null {
  if (!text.startsWith('{')) return null;
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function named(id: Json | undefined, name: Json | undefined): Identity {
  return { id: word(id), name: word(name) };
}

/** Some products count their workflows. */
const word = (value: Json | undefined): string | null => {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
};
