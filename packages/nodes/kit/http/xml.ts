/**
 * Owns reading XML from outside as plain values, by fast-xml-parser: no entities are expanded but the five of XML and
 * characters by number, whatever a DOCTYPE declares. Attributes have names that begin with "@". Does not validate.
 */
import { isObject } from '../paths.ts';
import { wrong } from './answers.ts';

const DEEPEST = 200;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export interface XmlElement {
  [name: string]: unknown;
}

export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

/** The document as nested objects; an element that is there several times is a list. Throws FailureError node-failed. */
export async function parseXml(text: string, where: string): Promise<XmlElement> {
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    textNodeName: '#text',
    // Apart from other text, because entities in it are text.
    cdataPropName: '#cdata',
    processEntities: false,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: DEEPEST,
  });
  try {
    const parsed: unknown = parser.parse(text);
    if (isObject(parsed)) return parsed;
  } catch (error) {
    throw wrong(`${where}: the answer is not valid XML (${error instanceof Error ? error.message : String(error)})`);
  }
  throw wrong(`${where}: the answer is not valid XML`);
}

/** Elements of one name: none, one or several. */
export function elementsOf(parent: unknown, name: string): unknown[] {
  const found = isObject(parent) && Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (found === undefined) return [];
  return Array.isArray(found) ? found : [found];
}

export function firstOf(parent: unknown, name: string): unknown {
  return elementsOf(parent, name)[0];
}

/** Text of an element, decoded; its own only, not that of elements inside. */
export function textOf(element: unknown): string {
  if (typeof element === 'string') return decodeEntities(element).trim();
  if (!isObject(element)) return '';
  const plain = elementsOf(element, '#text').map((part) => decodeEntities(String(part)));
  const cdata = elementsOf(element, '#cdata').map(String);
  return [...plain, ...cdata].join('').trim();
}

export function attributeOf(element: unknown, name: string): string {
  const value = firstOf(element, `@${name}`);
  return typeof value === 'string' ? decodeEntities(value) : '';
}
