/** Owns one item of HTML. Escaping is here, cleaning in kit/blocking/clean-html.ts. */
import type { Cheerio, CheerioAPI } from 'cheerio';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { renderTemplate } from '@rondo/core/template/index.ts';
import { Markup } from '@rondo/core/template/value.ts';
import { cleanHtml } from '../kit/blocking/clean-html.ts';
import { withinTime } from '../kit/blocking/within-time.ts';
import { readNamedFile } from '../kit/item-files.ts';
import { keptFields, withJson } from '../kit/items.ts';
import { refuseAsN8n } from '../kit/n8n-values.ts';
import { getPath, isObject, putPath, type JsonObject } from '../kit/paths.ts';
import { kindOf, wrongParameter } from '../kit/read.ts';
import { cellAsN8n, extractAsN8n, readFields } from './n8n-rules.ts';

type Elements = Cheerio<NonNullable<ReturnType<CheerioAPI>[number]>>;

const GET = ['text', 'html', 'outerHtml', 'attribute', 'value', 'count', 'exists'] as const;

interface Field {
  name: string;
  selector: string;
  get: (typeof GET)[number];
  attribute: string;
  all: boolean;
  without: string;
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const { params } = call;
  const item = call.items[0] ?? { json: {} };
  const { load } = await import('cheerio');
  const operation = String(params['operation'] ?? 'extract');
  const value = params['value'] ?? null;
  if (operation === 'extract') {
    const html = await sourceOf(call, item, value);
    if (params['semantics'] === 'n8n') return { items: pages(call, load, html) };
    return { items: extract(call, load, item, htmlOf(html)) };
  }
  let result: string;
  switch (operation) {
    case 'text':
      result = withinTime(call, 'text of HTML', () =>
        textOf(load(htmlOf(value)).root() as Elements, params['trim'] !== false),
      );
      break;
    case 'clean':
      result = withinTime(call, 'cleaning HTML', () => cleanHtml(load, htmlOf(value)));
      break;
    case 'fill':
      result = withinTime(call, 'filling a template', () => fill(params, (html) => cleanHtml(load, html)));
      break;
    default:
      result = table(params, value);
  }
  const json = keptFields(item.json, params['keep'] === 'all' ? 'all' : 'none', []);
  putPath(json, String(params['field'] ?? 'html'), result);
  return { items: [operation === 'table' && params['semantics'] === 'n8n' ? { json } : withJson(item, json)] };
}

function htmlOf(value: Json): string {
  if (typeof value === 'string') return value;
  return wrongParameter('value', 'HTML as text', value, 'Give the text of the page, such as {{ $json.data }}.');
}

// ---- extract ----

/** The HTML to look into: the value, a field of the item, or a file of it. */
async function sourceOf(call: EffectCall, item: Item, value: Json): Promise<Json> {
  const { source, file, semantics } = call.params;
  if (typeof file === 'string' && file !== '') {
    if (semantics === 'n8n' && !Object.hasOwn(item.files ?? {}, file)) {
      refuseAsN8n(
        item.files === undefined ? 'No item does not contain binary data!' : `No property named "${file}" exists!`,
      );
    }
    const { bytes } = await readNamedFile(call, { itemFile: file }, 'http.bytes');
    return new TextDecoder().decode(bytes);
  }
  if (typeof source !== 'string') return value;
  const found = getPath(item.json, source);
  if (found !== undefined) return found;
  if (semantics === 'n8n') return refuseAsN8n(`No property named "${source}" exists!`);
  return wrongParameter('source', 'the path of a field of the item', source);
}

/** By the rules of n8n: one item for each page. */
function pages(call: EffectCall, load: CheerioAPI['load'], html: Json): Item[] {
  const { params } = call;
  const fields = readFields(params['fields'] ?? []);
  const how = { trim: params['trim'] !== false, collapse: params['collapse'] === true };
  return withinTime(call, 'reading HTML', () =>
    (Array.isArray(html) ? html : [html]).map((page) => ({ json: extractAsN8n(load, String(page), fields, how) })),
  );
}

function extract(call: EffectCall, load: CheerioAPI['load'], item: Item, html: string): Item[] {
  const { params } = call;
  const given = params['fields'] ?? {};
  if (!isObject(given)) return wrongParameter('fields', 'an object of selectors by name', given);
  const fields = Object.entries(given).map(fieldOf);
  if (fields.length === 0) wrongParameter('fields', 'an object with at least one field', params['fields'] ?? null);
  const trim = params['trim'] !== false;
  const kept = (): JsonObject => keptFields(item.json, params['keep'] === 'all' ? 'all' : 'none', []);
  return withinTime(call, 'reading HTML', () => {
    const $ = load(html);
    const each = params['each'];
    const roots =
      typeof each === 'string' && each !== ''
        ? find($.root() as Elements, each, 'each')
            .toArray()
            .map((element) => $(element) as Elements)
        : [$.root() as Elements];
    return roots.map((root) => {
      const json = kept();
      for (const field of fields) putPath(json, field.name, valueOf($, root, field, trim));
      return withJson(item, json);
    });
  });
}

function fieldOf([name, value]: [string, Json]): Field {
  const at = `fields.${name}`;
  const given: JsonObject = typeof value === 'string' ? { selector: value } : isObject(value) ? value : {};
  if (!isObject(value) && typeof value !== 'string') wrongParameter(at, 'a CSS selector or an object', value);
  const { selector, get = 'text', attribute = '', all = false, without = '' } = given;
  if (typeof selector !== 'string' || selector === '')
    return wrongParameter(`${at}.selector`, 'a CSS selector', selector);
  if (!GET.includes(get as Field['get'])) wrongParameter(`${at}.get`, `one of ${GET.join(', ')}`, get);
  if (typeof attribute !== 'string' || (get === 'attribute' && attribute === '')) {
    return wrongParameter(`${at}.attribute`, 'the name of an attribute', attribute);
  }
  if (typeof all !== 'boolean') return wrongParameter(`${at}.all`, 'true or false', all);
  if (typeof without !== 'string') return wrongParameter(`${at}.without`, 'a CSS selector', without);
  return { name, selector, get: get as Field['get'], attribute, all, without };
}

/** `:scope` alone is the element itself. */
function find(root: Elements, selector: string, name: string): Elements {
  if (selector.trim() === ':scope') return root;
  try {
    return root.find(selector) as Elements;
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const message = `${name}: ${kindOf(selector)} is no CSS selector that can be used (${why}).`;
    throw new FailureError(failure('bad-value', message, { retry: 'no', fix: `Correct ${name}.` }));
  }
}

function valueOf($: CheerioAPI, root: Elements, field: Field, trim: boolean): Json {
  const found = find(root, field.selector, `fields.${field.name}`);
  if (field.get === 'count') return found.length;
  if (field.get === 'exists') return found.length > 0;
  const chosen = field.all ? found.toArray() : found.toArray().slice(0, 1);
  const values = chosen.map((element): Json => {
    let own = $(element) as Elements;
    if (field.without !== '') {
      own = own.clone() as Elements;
      find(own, field.without, `fields.${field.name}.without`).remove();
    }
    switch (field.get) {
      case 'html':
        return own.html() ?? null;
      case 'outerHtml':
        return $.html(own);
      case 'attribute':
        return own.attr(field.attribute) ?? null;
      case 'value':
        return (own.val() as Json | undefined) ?? null;
      default:
        return textOf(own, trim);
    }
  });
  return field.all ? values : (values[0] ?? null);
}

function textOf(root: Elements, trim: boolean): string {
  const own = root.clone();
  own.find('script,style,template,noscript').remove();
  if (!trim) return own.text();
  // Without it the texts of two cells or lines would run into each other.
  own.find('br,p,div,li,tr,td,th,h1,h2,h3,h4,h5,h6').after(' ');
  return own.text().replace(/\s+/g, ' ').trim();
}

// ---- fill and table ----

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c] as string);

const plain = (value: Json | undefined): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Comments, raw blocks and statements stay; what is printed goes through the filter that escapes. */
const PRINTED =
  /\{#[\s\S]*?#\}|\{%-?\s*raw\s*-?%\}[\s\S]*?\{%-?\s*endraw\s*-?%\}|\{%[\s\S]*?%\}|\{\{(-?)((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?!-?\}\})[^"'])*)(-?)\}\}/g;

function fill(params: Record<string, Json>, clean: (html: string) => string): string {
  const { template } = params;
  if (typeof template !== 'string') return wrongParameter('template', 'text', template ?? null);
  // Without a prototype, so that any name is a variable like any other.
  const context = Object.assign(Object.create(null), params['values']) as Record<string, unknown>;
  const html = (params['html'] ?? {}) as JsonObject;
  for (const name of Object.keys(html)) context[name] = new Markup(clean(plain(html[name])));
  const escaping = template.replace(PRINTED, (whole, left?: string, printed?: string, right?: string) =>
    printed === undefined ? whole : `{{${left} (${printed}) | e ${right}}}`,
  );
  return renderTemplate(escaping, context);
}

function table(params: Record<string, Json>, value: Json): string {
  if (!Array.isArray(value)) return wrongParameter('value', 'a list of objects', value);
  const given = (params['columns'] ?? []) as Json[];
  const wrong = given.find((name) => typeof name !== 'string');
  if (wrong !== undefined) wrongParameter('columns', 'a list of names', wrong);
  const rows = value.map((row, i) => (isObject(row) ? row : wrongParameter(`value[${i}]`, 'an object', row)));
  const columns = given.length > 0 ? (given as string[]) : [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const asN8n = params['semantics'] === 'n8n';
  const escape = (text: string): string => (asN8n ? text : escapeHtml(text));
  const attributes = (params['attributes'] ?? {}) as JsonObject;
  const open = (tag: string, part: string): string => {
    const text = attributes[part];
    return typeof text === 'string' ? `<${tag} ${text}>` : `<${tag}>`;
  };
  const heads = columns.map((name) => `<th>${escape(params['capitalize'] === true ? capitalized(name) : name)}</th>`);
  const cell = (row: JsonObject, name: string): string =>
    asN8n ? cellAsN8n(row[name]) : escapeHtml(plain(Object.hasOwn(row, name) ? row[name] : getPath(row, name)));
  const body = rows.map((row) => {
    const cells = columns.map((name) => `${open('td', 'cell')}${cell(row, name)}</td>`);
    return `${open('tr', 'row')}${cells.join('')}</tr>`;
  });
  const caption = plain(params['caption']);
  return (
    open('table', 'table') +
    (caption === '' ? '' : `<caption>${escape(caption)}</caption>`) +
    `${open('thead', 'head')}<tr>${heads.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`
  );
}

/** first_name is First Name. */
const capitalized = (name: string): string =>
  name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
