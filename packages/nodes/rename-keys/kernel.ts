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
import { readChoice, readFlag, readList, readObject, wrongParameter } from '../kit/read.ts';

interface Pattern {
  search: RegExp;
  replace: string;
  /** Levels of objects; 0 is the top only. */
  depth: number;
}

const NOTHING = Object.freeze({});
const NONE: Json[] = [];
const MISSING = ['ignore', 'fail'] as const;
const CLASH = ['replace', 'fail'] as const;
const MOST_PATTERNS = 100;
const compiled = new Map<string, RegExp>();

export function run({ params, item }: KernelCall): KernelResult {
  const dotted = readFlag(params, 'dotPaths', true);
  const missing = readChoice(params, 'missing', MISSING, 'ignore');
  const clash = readChoice(params, 'clash', CLASH, 'replace');
  const keys = readObject(params, 'keys', NOTHING);
  let json = item.json;
  for (const [from, to] of Object.entries(keys)) {
    if (typeof to !== 'string' || to === '') wrongParameter(`keys.${from}`, 'the new name', to);
    json = renamed(json, dotted ? parsePath(from) : [from], dotted ? parsePath(to) : [to], missing === 'fail', clash);
  }
  const patterns = readList(params, 'patterns', NONE).map(patternOf);
  for (const pattern of patterns) json = withPattern(json, pattern, clash, 0);
  return [[withJson(item, json)]];
}

function patternOf(value: Json, index: number): Pattern {
  const at = `patterns[${index}]`;
  if (!isObject(value)) return wrongParameter(at, 'an object with search and replace', value);
  const { search, replace = '', caseSensitive = true, depth = null } = value;
  if (typeof search !== 'string' || search === '')
    return wrongParameter(`${at}.search`, 'a regular expression', search);
  if (typeof replace !== 'string') return wrongParameter(`${at}.replace`, 'text', replace);
  if (typeof caseSensitive !== 'boolean') return wrongParameter(`${at}.caseSensitive`, 'true or false', caseSensitive);
  if (depth !== null && (typeof depth !== 'number' || depth < 0)) {
    return wrongParameter(`${at}.depth`, 'a number of levels, 0 or more', depth);
  }
  const flags = caseSensitive ? 'gu' : 'giu';
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

function withPattern(value: Json, pattern: Pattern, clash: Clash, depth: number): Json {
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
