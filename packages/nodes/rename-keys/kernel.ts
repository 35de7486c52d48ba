/**
 * Owns the work of Rename keys on one item: first whole names, then patterns. A renamed key keeps its place
 * among the others. Patterns run in the isolate, whose time limit ends those that take too long.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { withJson } from '../kit/items.ts';
import {
  formatPath,
  getPath,
  isObject,
  parsePath,
  put,
  setPath,
  unsetPath,
  type JsonObject,
  type Path,
} from '../kit/paths.ts';
import { readChoice, readFlag, readList, wrongParameter } from '../kit/read.ts';
import { renameAsN8n, type Renaming, type Replacement } from './n8n.ts';

const NOTHING = Object.freeze({});
const NONE: Json[] = [];
const SEMANTICS = ['rondo', 'n8n'] as const;
const MISSING = ['ignore', 'fail'] as const;
const CLASH = ['replace', 'fail'] as const;
const MOST_PATTERNS = 100;
const compiled = new Map<string, RegExp>();

export function run({ params, item }: KernelCall): KernelResult {
  const dotted = readFlag(params, 'dotPaths', true);
  const missing = readChoice(params, 'missing', MISSING, 'ignore');
  const clash = readChoice(params, 'clash', CLASH, 'replace');
  const n8n = readChoice(params, 'semantics', SEMANTICS, 'rondo') === 'n8n';
  const keys = renamingsOf(params.keys ?? NOTHING);
  const patterns = readList(params, 'patterns', NONE).map((value, i) => patternOf(value, i, n8n));
  if (n8n) return [[renameAsN8n(item, keys, patterns)]];
  let json = item.json;
  for (const { from, to } of keys) {
    if (to === '') wrongParameter(`keys.${from}`, 'the new name', to);
    json = renamed(json, dotted ? parsePath(from) : [from], dotted ? parsePath(to) : [to], missing === 'fail', clash);
  }
  for (const pattern of patterns) json = withPattern(json, pattern, clash, 0);
  return [[withJson(item, json)]];
}

function renamingsOf(given: Json): Renaming[] {
  if (isObject(given)) {
    return Object.entries(given).map(([from, to]) =>
      typeof to === 'string' ? { from, to } : wrongParameter(`keys.${from}`, 'the new name', to),
    );
  }
  if (!Array.isArray(given)) return wrongParameter('keys', 'an object of new names, or a list of { from, to }', given);
  return given.map((entry, i) => {
    const { from = '', to = '' } = isObject(entry) ? entry : wrongParameter(`keys[${i}]`, 'an object', entry);
    if (typeof from !== 'string') return wrongParameter(`keys[${i}].from`, 'the old name', from);
    return typeof to === 'string' ? { from, to } : wrongParameter(`keys[${i}].to`, 'the new name', to);
  });
}

function patternOf(value: Json, index: number, n8n: boolean): Replacement {
  const at = `patterns[${index}]`;
  if (!isObject(value)) return wrongParameter(at, 'an object with search and replace', value);
  const { search, replace = '', caseSensitive = true, depth = null } = value;
  if (typeof search !== 'string' || (search === '' && !n8n))
    return wrongParameter(`${at}.search`, 'a regular expression', search);
  if (typeof replace !== 'string') return wrongParameter(`${at}.replace`, 'text', replace);
  if (typeof caseSensitive !== 'boolean') return wrongParameter(`${at}.caseSensitive`, 'true or false', caseSensitive);
  if (depth !== null && (typeof depth !== 'number' || depth < 0)) {
    return wrongParameter(`${at}.depth`, 'a number of levels, 0 or more', depth);
  }
  const flags = (n8n ? '' : 'gu') + (caseSensitive ? '' : 'i');
  const key = `${flags}:${search}`;
  let known = compiled.get(key);
  if (known === undefined) {
    try {
      known = new RegExp(search, flags);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new FailureError(failure('bad-value', `${at}.search is not a pattern: ${why}.`, { retry: 'no' }));
    }
    if (compiled.size >= MOST_PATTERNS) compiled.clear();
    compiled.set(key, known);
  }
  return { search: known, replace, depth: depth ?? Number.POSITIVE_INFINITY };
}

type Clash = (typeof CLASH)[number];

function renamed(json: Json, from: Path, to: Path, mustExist: boolean, clash: Clash): Json {
  const value = getPath(json, from);
  if (value === undefined) {
    if (!mustExist) return json;
    const fix = 'Correct the name, or set missing to ignore.';
    throw new FailureError(failure('node-failed', `There is no field ${formatPath(from)}.`, { retry: 'no', fix }));
  }
  if (formatPath(from) === formatPath(to)) return json;
  if (clash === 'fail' && getPath(json, to) !== undefined) refuseClash(formatPath(from), formatPath(to));
  const parent = from.slice(0, -1);
  const siblings = formatPath(parent) === formatPath(to.slice(0, -1)) ? getPath(json, parent) : undefined;
  if (!isObject(siblings)) return setPath(unsetPath(json, from), to, value);
  const [old, fresh] = [String(from.at(-1)), String(to.at(-1))];
  const out: JsonObject = {};
  for (const key of Object.keys(siblings)) {
    if (key === old) put(out, fresh, value);
    else if (key !== fresh) put(out, key, siblings[key] as Json);
  }
  return setPath(json, parent, out);
}

function withPattern(value: Json, pattern: Replacement, clash: Clash, depth: number): Json {
  if (Array.isArray(value)) return value.map((one) => withPattern(one, pattern, clash, depth));
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const key of Object.keys(value)) {
    const fresh = key.replace(pattern.search, pattern.replace);
    if (clash === 'fail' && Object.hasOwn(out, fresh)) refuseClash(key, fresh);
    const inner = value[key] as Json;
    put(out, fresh, depth < pattern.depth ? withPattern(inner, pattern, clash, depth + 1) : inner);
  }
  return out;
}

function refuseClash(from: string, to: string): never {
  const fix = 'Choose another name, or set clash to replace.';
  throw new FailureError(
    failure('node-failed', `${from} cannot become ${to}: there is such a field already.`, { retry: 'no', fix }),
  );
}
