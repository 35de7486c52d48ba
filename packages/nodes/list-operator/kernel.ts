/** Owns the work of List operator on one item: filter, pick, sort and cut one list. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import type { Condition } from '../kit/conditions.ts';
import { holds } from '../kit/decide.ts';
import { keptFields, withJson } from '../kit/items.ts';
import { canonical, compareJson, isMissing } from '../kit/order.ts';
import { getPath, isObject, putPath } from '../kit/paths.ts';
import { readChoice, readFlag, readInteger, readList, readText, wrongParameter } from '../kit/read.ts';

type Params = Record<string, Json>;

const KEEP = ['all', 'none'] as const;
const ORDERS = ['none', 'ascending', 'descending', 'reverse'] as const;
const NONE: Json[] = [];
const MOST = Number.MAX_SAFE_INTEGER;

const given = (params: Params, name: string): boolean => params[name] !== undefined && params[name] !== null;

export function run({ params, item }: KernelCall): KernelResult {
  let list = given(params, 'list') ? readList(params, 'list') : NONE;
  const conditions = readList(params, 'conditions', NONE);
  if (conditions.length > 0) list = list.filter((element, at) => fits(params, conditions, element, at));
  if (readFlag(params, 'unique', false)) list = distinct(list);
  if (given(params, 'extract')) list = [extracted(params, list)];
  list = sorted(params, list);
  if (given(params, 'limit')) {
    // As slices do: a negative number counts from the end.
    list = list.slice(0, readInteger(params, 'limit', -MOST, MOST));
  }
  const json = keptFields(item.json, readChoice(params, 'keep', KEEP, 'all'), []);
  putPath(json, readText(params, 'field', 'result'), list);
  const first = readText(params, 'firstField', 'first');
  const last = readText(params, 'lastField', 'last');
  if (first !== '') putPath(json, first, list[0] ?? null);
  if (last !== '') putPath(json, last, list.at(-1) ?? null);
  return [[withJson(item, json)]];
}

function fits(params: Params, conditions: readonly Json[], element: Json, at: number): boolean {
  const asked = conditions.map((condition, i): Condition => {
    if (!isObject(condition)) return wrongParameter(`conditions[${i}]`, 'an object with op and right', condition);
    const { path, ...rest } = condition;
    if (path !== undefined && path !== null && typeof path !== 'string') {
      wrongParameter(`conditions[${i}].path`, 'a dot path', path);
    }
    const left = typeof path === 'string' && path !== '' ? getPath(element, path) : element;
    return { ...(rest as unknown as Condition), left };
  });
  return holds(params, asked, `element ${at}, conditions`);
}

function distinct(list: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return list.filter((element) => {
    const key = canonical(element);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function extracted(params: Params, list: readonly Json[]): Json {
  const position = readInteger(params, 'extract', -MOST, MOST);
  const element = position === 0 ? undefined : list.at(position > 0 ? position - 1 : position);
  if (element !== undefined) return element;
  const message = `extract: there is no element ${position}; the list has ${list.length}.`;
  const fix = 'Positions count from 1, or from the end with -1.';
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

function sorted(params: Params, list: readonly Json[]): Json[] {
  const order = readChoice(params, 'order', ORDERS, 'none');
  if (order === 'none') return [...list];
  if (order === 'reverse') return [...list].reverse();
  const path = readText(params, 'sortBy', '');
  const caseSensitive = readFlag(params, 'caseSensitive', true);
  const keyed = list.map((element) => ({ element, key: path === '' ? element : getPath(element, path) }));
  keyed.sort((a, b) => {
    const result = compareJson(a.key, b.key, caseSensitive);
    return order === 'descending' && !isMissing(a.key) && !isMissing(b.key) ? -result : result;
  });
  return keyed.map(({ element }) => element);
}
