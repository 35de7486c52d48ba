/** Owns JSON to XML. Names are checked before anything is written: they would be markup. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { withinTime } from '../kit/blocking/within-time.ts';
import { isObject } from '../kit/paths.ts';
import { wrongParameter } from '../kit/read.ts';

interface Names {
  prefix: string;
  textField: string;
}

const DEEPEST = 60;
const NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_.-]*(?::[\p{L}_][\p{L}\p{M}\p{N}_.-]*)?$/u;
/** Characters that XML 1.0 cannot hold, even written as numbers. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** By the rules of n8n. */
export async function writeAsN8n(call: EffectCall, value: Json): Promise<string> {
  const { documentOf, writeRules } = await import('./n8n-rules.ts');
  return withinTime(call, 'writing XML', () => documentOf(value, writeRules(call.params)));
}

export async function writeXml(call: EffectCall, value: Json): Promise<string> {
  const { params } = call;
  const { root } = params;
  const names: Names = { prefix: String(params['prefix'] ?? '@'), textField: String(params['textField'] ?? '#text') };
  if (names.prefix === '') return wrongParameter('prefix', 'at least one character to write XML', '');
  let whole = value;
  if (typeof root === 'string' && root !== '') whole = { [root]: value };
  else if (!isObject(value) || Object.keys(value).length !== 1 || Array.isArray(Object.values(value)[0])) {
    return wrongParameter(
      'value',
      'an object with one field, the outermost element',
      value,
      'Name the outermost element with root.',
    );
  }
  if (!isObject(whole) || Array.isArray(Object.values(whole)[0])) {
    return wrongParameter('value', 'an object or one value', value, 'Put a list into a field: { item: [...] }.');
  }
  check(whole, names, '', 0);
  const document = whole;
  const { XMLBuilder } = await import('fast-xml-parser');
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: names.prefix,
    textNodeName: names.textField,
    suppressBooleanAttributes: false,
    suppressEmptyNode: true,
    format: params['pretty'] === true,
    indentBy: '  ',
    processEntities: true,
    maxNestedTags: DEEPEST + 1,
  });
  const text = withinTime(call, 'writing XML', () => builder.build(document)).trim();
  return params['declaration'] === false ? text : `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
}

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

function check(value: Json, names: Names, at: string, depth: number): void {
  const where = at === '' ? 'value' : at;
  if (depth > DEEPEST) refuse(`${where} is nested deeper than ${DEEPEST} elements.`, 'Write a smaller part of it.');
  if (typeof value === 'string' && FORBIDDEN.test(value)) {
    refuse(`${where} has a character that XML cannot hold.`, 'Remove control characters, or write the text as Base64.');
  }
  if (Array.isArray(value)) {
    for (const [i, one] of value.entries()) {
      if (Array.isArray(one))
        refuse(`${where}[${i}] is a list in a list, which XML does not have.`, 'Name the inner lists.');
      check(one, names, `${where}[${i}]`, depth + 1);
    }
    return;
  }
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    const own = value[key] as Json;
    const place = at === '' ? key : `${at}.${key}`;
    if (key === names.textField || key.startsWith(names.prefix)) {
      if (own !== null && typeof own === 'object')
        refuse(`${place} must be one value, not a list or object.`, 'Make it an element.');
      if (key !== names.textField) checkName(key.slice(names.prefix.length), place);
    } else checkName(key, place);
    check(own, names, place, depth + 1);
  }
}

function checkName(name: string, place: string): void {
  if (name === '__proto__') refuse(`${place}: the library that writes XML cannot write this name.`, 'Rename it.');
  if (NAME.test(name)) return;
  refuse(`${place} is no name for XML.`, 'Names begin with a letter or _, without blanks. Rename it with Rename keys.');
}
