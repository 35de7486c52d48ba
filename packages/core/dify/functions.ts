/**
 * Owns the functions that expressions of the dialect dify call: reading the variable pool, spelling values, and what
 * the nodes of converted files need. Pure; runs inside the isolate. Their names and lines of documentation are
 * core/expression/dialects/dify-names.ts.
 */
import { failure, FailureError } from '../errors.ts';
import { Float } from '../template/value.ts';
import { evaluateDifyConditions, missing, notFound, type Condition } from './conditions.ts';
import { keeps, type ElementCondition } from './list-filter.ts';
import { withoutPoints } from './numbers.ts';
import { inPython, markdownOf, spellJson, textOf } from './text.ts';
import { isData, isFile, kindOf, lookUp, type Data } from './values.ts';

interface Given {
  json: unknown;
}

function refuse(message: string): never {
  throw new FailureError(failure('node-failed', message, { retry: 'no' }));
}

// ---- the variable pool ----

const get = (from: unknown, ...path: string[]): unknown => lookUp(from, path);

const need = (value: unknown, path: string): unknown => (value === undefined ? refuse(notFound(path)) : value);

/** Conditions say that a variable is not there when they come to it. */
const maybe = (value: unknown, path: string): unknown => (value === undefined ? missing(path) : value);

const found = (...values: unknown[]): unknown[] => values.filter((value) => value !== undefined);

/** Where nothing is, the path stands. */
const text = (value: unknown, path = ''): string => (value === undefined ? path : textOf(value));
const markdown = (value: unknown, path = ''): string => (value === undefined ? path : markdownOf(value));

const filesIn = (value: unknown): unknown[] =>
  isFile(value) ? [value] : Array.isArray(value) && value.length > 0 && value.every(isFile) ? value : [];

const files = (...values: unknown[]): unknown[] => values.flatMap(filesIn);

// ---- conditions ----

const holds = (conditions: Condition[], combinator: 'and' | 'or'): boolean =>
  evaluateDifyConditions(conditions, combinator, 'break_conditions');

function attempt(ask: () => unknown): unknown {
  try {
    return ask();
  } catch {
    return false;
  }
}

function way(value: unknown, ways: string[], otherwise: string): string {
  const name = String(value);
  return ways.includes(name) ? name : otherwise;
}

// ---- containers ----

const SEGMENTS: Readonly<Record<string, string>> = {
  'string': 'STRING',
  'boolean': 'BOOLEAN',
  'object': 'OBJECT',
  'file': 'FILE',
};

function segmentOf(value: unknown): string {
  const kind = kindOf(value);
  if (kind !== 'number') return `<SegmentType.${SEGMENTS[kind] ?? kind.toUpperCase()}: '${kind}'>`;
  const whole = typeof value === 'number' && Number.isInteger(value);
  return whole ? "<SegmentType.INTEGER: 'integer'>" : "<SegmentType.FLOAT: 'float'>";
}

/** What an iteration goes through. */
function iterable(value: unknown, selector: string[]): unknown[] {
  if (value === undefined) return refuse(`iterator variable ${inPython(selector)} not found`);
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  return refuse(
    `invalid iterator value: value_type=${segmentOf(value)} value=${inPython(value)}, please provide a list.`,
  );
}

/** The output of an iteration: lists are put together where every round gave one. */
function rounds(items: Given[], spread: boolean): unknown[] {
  const values = items.map(({ json }) => (isData(json) ? (json.value ?? null) : null));
  if (!spread) return values;
  const lists = values.filter((value) => value !== null);
  return lists.length > 0 && lists.every(Array.isArray) ? lists.flat() : values;
}

/** What ends and answers inside gave: those of the last round count, where it did not fail. */
function lastRound(items: Given[]): unknown {
  const last = items.at(-1)?.json;
  return isData(last) && last.last === true ? (last.responses ?? {}) : {};
}

/** Outputs put together in their order: later ones win, texts of answers follow one another. */
function merged(...outputs: unknown[]): Data {
  const whole = new Map<string, unknown>();
  for (const one of outputs) {
    if (!isData(one)) continue;
    for (const [key, value] of Object.entries(one)) {
      const before = whole.get(key);
      const both = key === 'answer' && typeof before === 'string' && typeof value === 'string';
      whole.set(key, both ? before + value : value);
    }
  }
  return Object.fromEntries(whole);
}

/** Without those that are null. */
const present = (value: unknown): Data =>
  Object.fromEntries(Object.entries(isData(value) ? value : {}).filter(([, member]) => member !== null));

// ---- nodes ----

/** A number of a form: with a point it stays one with a point. */
function number(value: unknown, name: string): unknown {
  if (typeof value !== 'string') return value;
  const written = value.trim();
  const given = Number(written);
  if (written === '' || !Number.isFinite(given)) return refuse(`${name} in input form must be a valid number`);
  return written.includes('.') && Number.isInteger(given) ? new Float(given) : given;
}

/** A file of the input, or a list of them, as nodes hand them on. */
function file(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(file);
  return isData(value) ? fileOf(value) : value;
}

function fileOf(value: Data): Data {
  if (isFile(value as unknown)) return value;
  const url = value.url ?? value.remote_url ?? null;
  const path = typeof url === 'string' ? (/^[^?#]*/.exec(url)?.[0] ?? '') : '';
  const name = value.filename ?? value.name ?? path.split('/').at(-1) ?? '';
  const extension = /\.[A-Za-z0-9]+$/.exec(String(name))?.[0] ?? '';
  return {
    dify_model_identity: '__dify__file__',
    id: null,
    tenant_id: null,
    type: value.type ?? 'custom',
    transfer_method: value.transfer_method ?? 'remote_url',
    remote_url: url,
    related_id: value.upload_file_id ?? null,
    filename: name,
    extension,
    mime_type: value.mime_type ?? null,
    size: value.size ?? -1,
    url,
  };
}

function serial(written: string): number {
  const at = /^\s*[+-]?\d+\s*$/.test(written) ? Number(written) : Number.NaN;
  if (Number.isNaN(at)) return refuse(`Invalid serial index: ${inPython(written)} is no whole number`);
  return at < 1 ? refuse(`Invalid serial index: must be >= 1, got ${at}`) : at;
}

const LISTS = new Set(['array[string]', 'array[number]', 'array[file]', 'array[boolean]']);

/** What a list operator works on. */
function elements(value: unknown, path: string, conditions: ElementCondition[] = []): unknown[] {
  if (value === undefined) return refuse(`Variable not found for selector: ${inPython(path.split('.'))}`);
  if (value === null || (Array.isArray(value) && value.length === 0)) return [];
  if (Array.isArray(value) && LISTS.has(kindOf(value)))
    return withoutPoints(value).filter((element) => conditions.every((condition) => keeps(element, condition)));
  return refuse(`Variable ${inPython(path.split('.'))} is not an array type`);
}

/** Context of a prompt: a text, or what was retrieved. */
function context(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return spellJson(value);
  return value
    .map((one) =>
      typeof one === 'string' ? one : isData(one) && 'content' in one ? textOf(one.content) : spellJson(one),
    )
    .join('\n');
}

const pictures = (value: unknown): string[] =>
  files(value).flatMap((file) => {
    const { url, remote_url: remote } = file as Data;
    const address = url ?? remote;
    return typeof address === 'string' && address !== '' ? [address] : [];
  });

/** Lines of `key: value`. */
function pairs(lines: string): { name: string; value: string }[] {
  return lines.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':');
    const name = (colon < 0 ? line : line.slice(0, colon)).trim();
    return name === '' ? [] : [{ name, value: colon < 0 ? '' : line.slice(colon + 1).trim() }];
  });
}

function authorization(type: string, key: string, header: string): { name: string; value: string }[] {
  if (key.trim() === '') return refuse('API key is required');
  const name = header.trim() === '' ? 'Authorization' : header.trim();
  if (type === 'bearer') return [{ name, value: `Bearer ${key}` }];
  if (type !== 'basic') return [{ name, value: key }];
  return [{ name, value: `Basic ${key.includes(':') ? base64(key) : key}` }];
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(written: string): string {
  const bytes = [...encodeURIComponent(written).matchAll(/%([0-9A-F]{2})|([^%])/g)].map(([, hex, char]) =>
    hex === undefined ? (char as string).charCodeAt(0) : Number.parseInt(hex, 16),
  );
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.slice(at, at + 3);
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    const four = [18, 12, 6, 0].map((shift) => DIGITS[(bits >> shift) & 63]);
    out += four
      .slice(0, b === undefined ? 2 : c === undefined ? 3 : 4)
      .join('')
      .padEnd(4, '=');
  }
  return out;
}

/** A body as JSON; small slips of people are mended. */
function jsonBody(written: string): string {
  for (const candidate of [written, written.replace(/,(\s*[\]}])/g, '$1'), inDoubleQuotes(written)]) {
    try {
      return JSON.stringify(JSON.parse(candidate));
    } catch {
      // The next one.
    }
  }
  return written;
}

const inDoubleQuotes = (written: string): string =>
  written
    .replace(/'((?:[^'\\]|\\.)*)'/g, (_, inside: string) => JSON.stringify(inside))
    .replace(/,(\s*[\]}])/g, '$1')
    .replace(/([{,]\s*)([A-Za-z_]\w*)(\s*:)/g, '$1"$2"$3');

/** By name, as expressions call them. */
export const DIFY_FUNCTIONS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  $get: get,
  $need: need,
  $maybe: maybe,
  $found: found,
  $text: text,
  $markdown: markdown,
  $files: files,
  $holds: holds,
  $attempt: attempt,
  $way: way,
  $iterable: iterable,
  $rounds: rounds,
  $lastRound: lastRound,
  $merged: merged,
  $present: present,
  $number: number,
  $file: file,
  $serial: serial,
  $elements: elements,
  $context: context,
  $pictures: pictures,
  $pairs: pairs,
  $authorization: authorization,
  $jsonBody: jsonBody,
};
