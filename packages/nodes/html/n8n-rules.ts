/**
 * Owns taking fields out of HTML by the rules of n8n: a selector stands for all that it finds, what is not there has no
 * field; and its cells of tables. Does not load HTML; blocks while it works, so call it within withinTime.
 */
import type { Cheerio, CheerioAPI } from 'cheerio';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { wrongParameter } from '../kit/read.ts';
import { plainText, type TextNode } from './plain-text.ts';

type Elements = Cheerio<NonNullable<ReturnType<CheerioAPI>[number]>>;

interface Field {
  name: string;
  selector: string;
  get: string;
  attribute: string;
  all: boolean;
  without: string;
}

interface Cleaning {
  trim: boolean;
  /** One line, single blanks. */
  collapse: boolean;
}

/** The parameter `fields` as a list of { name, selector, get, attribute, all, without }. */
export function readFields(given: Json): Field[] {
  if (!Array.isArray(given)) return wrongParameter('fields', 'a list with semantics n8n', given);
  return given.map((entry, i) => {
    if (!isObject(entry)) return wrongParameter(`fields[${i}]`, 'an object with name and selector', entry);
    const { name = '', selector = '', get = 'text', attribute = '', all = false, without = '' } = entry;
    return {
      name: String(name),
      selector: String(selector),
      get: String(get),
      attribute: String(attribute),
      all: all === true,
      without: String(without ?? ''),
    };
  });
}

export function extractAsN8n(
  load: CheerioAPI['load'],
  html: string,
  fields: readonly Field[],
  how: Cleaning,
): JsonObject {
  const $ = load(html);
  const json: JsonObject = {};
  for (const field of fields) {
    const found = $(field.selector) as Elements;
    if (field.all) {
      const each = found.toArray().map((element) => valueOf($, $(element) as Elements, field, how) ?? null);
      put(json, field.name, each);
    } else {
      const value = valueOf($, found, field, how);
      if (value !== undefined) put(json, field.name, value);
    }
  }
  return json;
}

function valueOf($: CheerioAPI, found: Elements, field: Field, how: Cleaning): Json | undefined {
  const value = rawOf($, found, field);
  if (typeof value !== 'string') return value;
  const trimmed = how.trim ? value.trim() : value;
  return how.collapse
    ? trimmed
        .trim()
        .replace(/(?:\r\n|\n|\r)/g, '')
        .replace(/\s+/g, ' ')
    : trimmed;
}

function rawOf($: CheerioAPI, found: Elements, field: Field): Json | undefined {
  switch (field.get) {
    case 'attribute':
      return (field.attribute === '' ? found.attr() : found.attr(field.attribute)) as Json | undefined;
    case 'html':
      return found.html() || undefined;
    case 'value':
      return found.val() as Json | undefined;
    case 'plain': {
      const hidden = field.without === '' ? null : new Set<unknown>($(field.without).toArray());
      const inside = found.first().contents().toArray() as unknown as TextNode[];
      // Of a whole page only the body is text.
      const bodies = inside.filter((node) => node.name === 'body');
      return plainText(bodies.length > 0 ? bodies : inside, (node) => hidden?.has(node) === true);
    }
    default:
      return found.text() || undefined;
  }
}

/** What stands in a cell of a table: booleans are boxes, the rest is as JavaScript writes it, not escaped. */
export function cellAsN8n(value: Json | undefined): string {
  return typeof value === 'boolean' ? `<input type="checkbox" ${value ? 'checked="checked"' : ''}/>` : String(value);
}
