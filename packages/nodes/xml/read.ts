/** Owns XML to JSON. Parsing is fast-xml-parser's; what its nodes become is decided here, so that any name is data. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { withinTime } from '../kit/blocking/within-time.ts';
import { decodeEntities } from '../kit/http/xml.ts';
import { put, type JsonObject } from '../kit/paths.ts';
import { wrongParameter } from '../kit/read.ts';
import { readRules, valueOfRoot, type Element } from './n8n-rules.ts';

/** As the parser gives it: one key is the name of the element, `:@` holds its attributes. */
type Node = Record<string, unknown>;

interface Options {
  attributes: string;
  prefix: string;
  textField: string;
  lists: ReadonlySet<unknown>;
  numbers: boolean;
  namespaces: boolean;
  trim: boolean;
  collapse: boolean;
  lowerCase: boolean;
}

/** Levels of elements; a document that nests deeper is made to break its readers. */
const DEEPEST = 60;
const TEXT = '#text';
const CDATA = '#cdata';
const ATTRIBUTES = ':@';
const MARK = '.';
/** Empty elements get it twice; no name of XML begins with it. */
const MARKS = /^\.+/;

export async function readXml(call: EffectCall, value: Json): Promise<Json> {
  const { params } = call;
  if (typeof value !== 'string') return wrongParameter('value', 'XML as text', value);
  const options: Options = {
    attributes: String(params['attributes'] ?? 'prefix'),
    prefix: String(params['prefix'] ?? '@'),
    textField: String(params['textField'] ?? TEXT),
    lists: new Set((params['lists'] ?? []) as Json[]),
    numbers: params['numbers'] === true,
    namespaces: params['namespaces'] !== false,
    trim: params['trim'] !== false,
    collapse: params['collapse'] === true,
    lowerCase: params['lowerCase'] === true,
  };
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: MARK,
    textNodeName: TEXT,
    // Apart from other text, because entities in it are text.
    cdataPropName: CDATA,
    // Only the five of XML and characters by number are read, below.
    processEntities: false,
    parseTagValue: false,
    parseAttributeValue: false,
    allowBooleanAttributes: false,
    trimValues: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: DEEPEST,
    // The parser refuses constructor and __proto__ as names; with a mark in front they are names like any other.
    transformTagName: (name) => MARK + name,
  });
  return withinTime(call, 'reading XML', () => {
    const nodes = parsed(() => parser.parse(value, true) as Node[]).filter((node) => nameOf(node).startsWith(MARK));
    const [root] = nodes;
    if (root === undefined || nodes.length > 1) {
      throw invalid(`it has ${nodes.length} outermost elements instead of one`);
    }
    if (params['semantics'] === 'n8n') return valueOfRoot(treeOf(root), readRules(params));
    const all = childrenOf([root], options);
    return params['keepRoot'] === false ? (Object.values(all)[0] ?? null) : all;
  });
}

/** The parser's node without its marks. */
function treeOf(node: Node): Element {
  const key = nameOf(node);
  const given = (node[ATTRIBUTES] ?? {}) as Record<string, unknown>;
  const children: Element['children'] = [];
  for (const child of node[key] as Node[]) {
    if (Object.hasOwn(child, TEXT)) children.push({ text: decodeEntities(String(child[TEXT])), isData: false });
    else if (Object.hasOwn(child, CDATA)) {
      const text = (child[CDATA] as Node[]).map((part) => String(part[TEXT])).join('');
      children.push({ text, isData: true });
    } else if (nameOf(child).startsWith(MARK)) children.push(treeOf(child));
  }
  const attributes = Object.keys(given).map((name): [string, string] => [
    name.replace(MARKS, ''),
    decodeEntities(String(given[name])),
  ]);
  return { name: key.replace(MARKS, ''), attributes, children };
}

function invalid(why: string): FailureError {
  const fix = 'Correct the document. HTML is read by the node HTML.';
  return new FailureError(failure('bad-value', `value is not valid XML: ${why}.`, { retry: 'no', fix }));
}

function parsed(parse: () => Node[]): Node[] {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError || !(error instanceof Error)) throw error;
    throw invalid(error.message.replace(/:(\d+):(\d+)$/, ' (line $1, column $2)').replace(/\.$/, ''));
  }
}

const nameOf = (node: Node): string => Object.keys(node).find((key) => key !== ATTRIBUTES) ?? '';
const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Elements by name, without the text between them. */
function childrenOf(nodes: readonly Node[], options: Options): JsonObject {
  const out: JsonObject = {};
  const repeated = new Set<string>();
  for (const node of nodes) {
    const key = nameOf(node);
    if (!key.startsWith(MARK)) continue;
    const own = key.replace(MARKS, '');
    const name = options.lowerCase ? own.toLowerCase() : own;
    add(out, repeated, options.namespaces ? name : localName(name), elementOf(node, key, options), options);
  }
  return out;
}

function add(out: JsonObject, repeated: Set<string>, name: string, value: Json, options: Options): void {
  if (!Object.hasOwn(out, name)) {
    const isList = options.lists.has(name) || options.lists.has('*');
    if (isList) repeated.add(name);
    put(out, name, isList ? [value] : value);
  } else if (repeated.has(name)) (out[name] as Json[]).push(value);
  else {
    repeated.add(name);
    put(out, name, [out[name] as Json, value]);
  }
}

function elementOf(node: Node, key: string, options: Options): Json {
  const inner = node[key] as Node[];
  let text = '';
  for (const child of inner) {
    if (Object.hasOwn(child, TEXT)) text += decodeEntities(String(child[TEXT]));
    else if (Object.hasOwn(child, CDATA)) text += (child[CDATA] as Node[]).map((part) => String(part[TEXT])).join('');
  }
  const attributes = attributesOf(node, options);
  const elements = childrenOf(inner, options);
  const names = Object.keys(elements);
  // Between elements, white space is there for the eye.
  const trimmed = options.trim || names.length > 0 ? text.trim() : text;
  const shown = options.collapse ? trimmed.replace(/\s+/g, ' ').trim() : trimmed;
  if (attributes.length === 0 && names.length === 0) return valueOf(shown, options);
  const out: JsonObject = {};
  for (const [name, value] of attributes) put(out, name, value);
  for (const name of names) {
    const before = Object.hasOwn(out, name) ? out[name] : undefined;
    // An attribute and an element of the same name: both stay.
    put(out, name, before === undefined ? (elements[name] as Json) : [before].concat(elements[name] as Json));
  }
  if (shown !== '') put(out, options.textField, valueOf(shown, options));
  return out;
}

function attributesOf(node: Node, options: Options): [string, Json][] {
  if (options.attributes === 'ignore') return [];
  const given = (node[ATTRIBUTES] ?? {}) as Record<string, unknown>;
  const prefix = options.attributes === 'merge' ? '' : options.prefix;
  return Object.keys(given)
    .map((key) => [key.replace(MARKS, ''), given[key]] as const)
    .filter(([name]) => options.namespaces || !/^xmlns(?::|$)/.test(name))
    .map(([name, value]) => [
      prefix + (options.namespaces ? name : localName(name)),
      valueOf(decodeEntities(String(value)), options),
    ]);
}

/** A number only where its text says nothing more: no leading zeros, no more digits than a number keeps. */
function valueOf(text: string, options: Options): Json {
  if (!options.numbers) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  if (!/^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(text)) return text;
  const number = Number(text);
  return Number.isSafeInteger(number) || text.length <= 16 ? number : text;
}
