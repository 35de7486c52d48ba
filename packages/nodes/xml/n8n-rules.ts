/**
 * Owns XML to JSON and back by the rules of n8n, which are those of xml2js: attributes among the elements, texts as they
 * are, one root. Reading gets the tree that read.ts parsed. Does not parse.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';

interface ReadRules {
  /** Of attributes: among the elements, in an object of its own, or not at all. */
  attributes: 'merge' | 'group' | 'ignore';
  attributesField: string;
  textField: string;
  everyList: boolean;
  root: boolean;
  lowerCase: boolean;
  trim: boolean;
  collapse: boolean;
}

/** An element, its attributes, texts and elements in order. */
export interface Element {
  name: string;
  attributes: [string, string][];
  children: (Element | { text: string; isData: boolean })[];
}

export function readRules(params: Record<string, Json>): ReadRules {
  const { attributes } = params;
  return {
    attributes: attributes === 'group' || attributes === 'ignore' ? attributes : 'merge',
    attributesField: String(params['prefix'] ?? '$'),
    textField: String(params['textField'] ?? '_'),
    everyList: (Array.isArray(params['lists']) ? params['lists'] : []).includes('*'),
    root: params['keepRoot'] !== false,
    lowerCase: params['lowerCase'] === true,
    trim: params['trim'] === true,
    collapse: params['collapse'] === true,
  };
}

export function valueOfRoot(root: Element, rules: ReadRules): Json {
  const value = valueOf(root, rules);
  if (!rules.root) return value;
  const out: JsonObject = {};
  put(out, nameOf(root, rules), value);
  return out;
}

const nameOf = (element: Element, rules: ReadRules): string =>
  rules.lowerCase ? element.name.toLowerCase() : element.name;

function valueOf(element: Element, rules: ReadRules): Json {
  let text = '';
  let isData = false;
  const members: JsonObject = {};
  if (rules.attributes === 'group' && element.attributes.length > 0) {
    const own: JsonObject = {};
    for (const [name, value] of element.attributes) put(own, name, value);
    put(members, rules.attributesField, own);
  } else if (rules.attributes === 'merge') {
    for (const [name, value] of element.attributes) add(members, name, value, rules);
  }
  for (const child of element.children) {
    if ('text' in child) {
      text += child.text;
      isData ||= child.isData;
    } else add(members, nameOf(child, rules), valueOf(child, rules), rules);
  }
  const isBlank = /^\s*$/.test(text) && !isData;
  let shown = rules.trim ? text.trim() : text;
  if (rules.collapse) shown = shown.replace(/\s{2,}/g, ' ').trim();
  if (Object.keys(members).length === 0) return isBlank ? text : shown;
  if (isBlank) return members;
  const out: JsonObject = {};
  put(out, rules.textField, shown);
  return { ...out, ...members };
}

function add(into: JsonObject, name: string, value: Json, rules: ReadRules): void {
  if (!Object.hasOwn(into, name)) put(into, name, rules.everyList ? [value] : value);
  else if (Array.isArray(into[name])) into[name].push(value);
  else put(into, name, [into[name] as Json, value]);
}

// ---- writing ----

interface WriteRules {
  attributesField: string;
  textField: string;
  root: string;
  declaration: boolean;
  /** Texts that hold markup stay as they are, in CDATA. */
  data: boolean;
}

const DEFAULT_ROOT = 'root';
const NAME = /^[\p{L}_:][\p{L}\p{M}\p{N}_.:-]*$/u;

export function writeRules(params: Record<string, Json>): WriteRules {
  const { root } = params;
  return {
    attributesField: String(params['prefix'] ?? '$'),
    textField: String(params['textField'] ?? '_'),
    root: typeof root === 'string' && root !== '' ? root : DEFAULT_ROOT,
    declaration: params['declaration'] !== false,
    data: params['data'] === true,
  };
}

export function documentOf(value: Json, rules: WriteRules): string {
  let name = rules.root;
  let content = value;
  if (isObject(value) && rules.root === DEFAULT_ROOT && Object.keys(value).length === 1) {
    [name = DEFAULT_ROOT] = Object.keys(value);
    content = value[name] as Json;
  }
  const head = rules.declaration ? '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' : '';
  return head + elementText(name, content, rules, 0);
}

const DEEPEST = 200;

function elementText(name: string, value: Json, rules: WriteRules, depth: number): string {
  if (!NAME.test(name)) refuse(`Invalid character in name: ${JSON.stringify(name.slice(0, 60))}`);
  if (depth > DEEPEST) refuse(`The value is nested deeper than ${DEEPEST} elements.`);
  const pad = '  '.repeat(depth);
  const { attributes, text, children } = partsOf(value, rules);
  const open = `${pad}<${name}${attributes}`;
  const inner = children.map(([key, child]) => elementText(key, child, rules, depth + 1));
  if (inner.length === 0) return text === '' ? `${open}/>` : `${open}>${text}</${name}>`;
  const lines = text === '' ? inner : [`${'  '.repeat(depth + 1)}${text}`, ...inner];
  return `${open}>\n${lines.join('\n')}\n${pad}</${name}>`;
}

interface Parts {
  attributes: string;
  text: string;
  children: [string, Json][];
}

function partsOf(value: Json, rules: WriteRules): Parts {
  if (!isObject(value)) {
    if (!Array.isArray(value)) return { attributes: '', text: textOf(value, rules), children: [] };
    // A list without a name of its own: what is in its objects stands side by side.
    return { attributes: '', text: '', children: value.flatMap((one) => partsOf(one, rules).children) };
  }
  const parts: Parts = { attributes: '', text: '', children: [] };
  for (const [key, own] of Object.entries(value)) {
    if (key === rules.attributesField && isObject(own)) {
      for (const [name, text] of Object.entries(own)) parts.attributes += ` ${name}="${attributeText(plain(text))}"`;
    } else if (key === rules.textField) parts.text += textOf(own, rules);
    else if (Array.isArray(own)) for (const one of own) parts.children.push([key, one]);
    else parts.children.push([key, own]);
  }
  return parts;
}

const plain = (value: Json): string =>
  value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

function textOf(value: Json, rules: WriteRules): string {
  const text = plain(value);
  if (rules.data && /[&<>]/.test(text)) return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#xD;');
}

const attributeText = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/"/g, '&quot;')
    .replace(/\t/g, '&#x9;')
    .replace(/\n/g, '&#xA;')
    .replace(/\r/g, '&#xD;');

function refuse(message: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no' }));
}
