/**
 * Owns what code of users finds besides the language: names, and what `require` gives. Nothing of it reaches out of
 * the isolate. Loaded when a program's code has one of the words (core/expression/platform-names.ts).
 */
import { PLATFORM_MODULES } from '@rondo/core/expression/platform-names.ts';
import { Buffer } from './buffer.ts';
import { structuredClone } from './clone.ts';
import { crypto, cryptoModule, Hashing } from './hashing.ts';
import { parseForm, URLSearchParams } from './search-params.ts';
import { atob, btoa, TextDecoder, TextEncoder } from './text.ts';
import { URL } from './url.ts';

export { useSecret } from './hashing.ts';

/** Of a name that comes several times, a list. */
function parseQuery(text: unknown): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of parseForm(String(text))) {
    const before = found[name];
    found[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return found;
}

function stringifyQuery(given: Record<string, unknown>): string {
  const one = (value: unknown): string =>
    encodeURIComponent(['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '');
  return Object.entries(given)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((member) => `${one(name)}=${one(member)}`))
    .join('&');
}

const querystring = {
  parse: parseQuery,
  decode: parseQuery,
  stringify: stringifyQuery,
  encode: stringifyQuery,
  escape: encodeURIComponent,
  unescape: decodeURIComponent,
};

const modules = new Map<string, unknown>([
  ['buffer', { Buffer, atob, btoa }],
  ['crypto', cryptoModule],
  ['querystring', querystring],
  ['url', { URL, URLSearchParams }],
  [
    'util',
    { TextDecoder, TextEncoder, isArray: Array.isArray, types: { isDate: (value: unknown) => value instanceof Date } },
  ],
]);

function require(name: unknown): unknown {
  const found = modules.get(String(name).replace(/^node:/, ''));
  if (found !== undefined) return found;
  throw new Error(
    `require(${JSON.stringify(name)}) is not possible in code: of modules there are ${PLATFORM_MODULES.join(', ')} only.`,
  );
}

const began = Date.now();
const performance = { now: (): number => Date.now() - began, timeOrigin: began };

/** Everything that code can get hold of, to be frozen: what is in maps and what functions make, too. */
export const shared: readonly unknown[] = [...modules.values(), Hashing];

export const platform: Readonly<Record<string, unknown>> = {
  Buffer,
  URL,
  URLSearchParams,
  TextEncoder,
  TextDecoder,
  atob,
  btoa,
  crypto,
  performance,
  structuredClone,
  require,
};
