/** Owns the work of Summarize: one value per operation and group, never the items. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { accumulator, isSkipped, OPERATIONS, type Accumulator, type Operation } from '../kit/accumulate.ts';
import { convertTo } from '../kit/convert.ts';
import { inParts } from '../kit/items.ts';
import { canonical } from '../kit/order.ts';
import { getPath, isObject, lastName, put, type JsonObject } from '../kit/paths.ts';
import { kindOf, readChoice, readFlag, readList, readTextList, wrongParameter } from '../kit/read.ts';
import { addAsN8n, beginAsN8n, endAsN8n, type N8nState } from './n8n.ts';

interface Summary {
  field: string;
  op: Operation;
  name: string;
  separator: string;
  includeEmpty: boolean;
}

interface Group {
  keys: Json[];
  accumulators: Accumulator[];
}

type State = OwnState | N8nState;

interface OwnState {
  rules: 'rondo';
  /** Whether any item had the field of the summary. */
  found: boolean[];
  mustExist: boolean;
  skipEmptyKeys: boolean;
  dotted: boolean;
  summaries: Summary[];
  by: string[];
  numbers: (typeof NUMBERS)[number];
  shape: (typeof SHAPES)[number];
  groups: Map<string, Group>;
  seen: number;
}

const SEMANTICS = ['rondo', 'n8n', 'n8n-1', 'n8n-lists'] as const;
const MISSING = ['ignore', 'fail'] as const;
const NUMBERS = ['fail', 'skip', 'convert'] as const;
const SHAPES = ['items', 'object'] as const;

export function begin(params: Record<string, Json>): State {
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  return semantics === 'rondo' ? beginOwn(params) : beginAsN8n(params, semantics);
}

function beginOwn(params: Record<string, Json>): OwnState {
  const summaries = readList(params, 'fields').map(summaryOf);
  const by = readTextList(params, 'by', []);
  const shape = readChoice(params, 'shape', SHAPES, 'items');
  const names = [...(shape === 'items' ? by.map(lastName) : []), ...summaries.map((summary) => summary.name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (summaries.length === 0) wrongParameter('fields', 'a list of at least one { field, op }', params.fields ?? null);
  if (twice !== undefined) {
    const fix = 'Give each result a name of its own (name).';
    throw new FailureError(
      failure('bad-value', `Two results of Summarize have the name ${twice}.`, { retry: 'no', fix }),
    );
  }
  const numbers = readChoice(params, 'numbers', NUMBERS, 'fail');
  const state: OwnState = {
    rules: 'rondo',
    found: summaries.map(() => false),
    mustExist: readChoice(params, 'missing', MISSING, 'ignore') === 'fail',
    skipEmptyKeys: readFlag(params, 'skipEmptyKeys', false),
    dotted: readFlag(params, 'dotPaths', true),
    summaries,
    by,
    numbers,
    shape,
    groups: new Map(),
    seen: 0,
  };
  if (by.length === 0) state.groups.set('', groupFor(state, []));
  return state;
}

function summaryOf(value: Json, index: number): Summary {
  const at = `fields[${index}]`;
  if (!isObject(value)) return wrongParameter(at, 'an object with field and op', value);
  const { field, op, name, separator = ', ', includeEmpty = false } = value;
  if (typeof field !== 'string') return wrongParameter(`${at}.field`, 'a dot path', field);
  if (!OPERATIONS.includes(op as Operation)) wrongParameter(`${at}.op`, `one of ${OPERATIONS.join(', ')}`, op);
  if (name !== undefined && name !== null && typeof name !== 'string') wrongParameter(`${at}.name`, 'text', name);
  if (typeof separator !== 'string') return wrongParameter(`${at}.separator`, 'text', separator);
  if (typeof includeEmpty !== 'boolean') return wrongParameter(`${at}.includeEmpty`, 'true or false', includeEmpty);
  const own = `${op as string}_${field.replace(/["'[\]]/g, '').replace(/[ .]/g, '_')}`;
  return { field, op: op as Operation, name: typeof name === 'string' ? name : own, separator, includeEmpty };
}

const groupFor = (state: OwnState, keys: Json[]): Group => ({
  keys,
  accumulators: state.summaries.map((summary) => accumulator(summary.op, summary.separator)),
});

export const add: FoldModule<State>['add'] = (state, { item }) => {
  if (state.rules !== 'rondo') return addAsN8n(state, item);
  const position = state.seen;
  state.seen += 1;
  const read = (path: string): Json | undefined => getPath(item.json, state.dotted ? path : [path]);
  const keys = state.by.map((path) => read(path) ?? null);
  if (state.skipEmptyKeys && keys.some((key) => key === null || key === '')) return;
  const key = keys.length === 0 ? '' : canonical(keys);
  let group = state.groups.get(key);
  if (group === undefined) {
    group = groupFor(state, keys);
    state.groups.set(key, group);
  }
  for (const [i, summary] of state.summaries.entries()) {
    const value = read(summary.field);
    if (value !== undefined) state.found[i] = true;
    addValue(state, summary, group.accumulators[i] as Accumulator, value, position);
  }
};

const ADDED: ReadonlySet<string> = new Set(['sum', 'average']);
/** Operations for which an empty value says something. */
const TAKES_EMPTY: ReadonlySet<string> = new Set(['count', 'countUnique', 'unique', 'list', 'concat']);

function addValue(
  state: OwnState,
  summary: Summary,
  into: Accumulator,
  given: Json | undefined,
  position: number,
): void {
  const { op } = summary;
  if (isSkipped(given) || given === '') {
    if (summary.includeEmpty && TAKES_EMPTY.has(op)) into.add(op === 'concat' ? '' : (given ?? null));
    return;
  }
  const value = ADDED.has(op) && state.numbers === 'convert' ? convertTo(given as Json, 'number') : (given as Json);
  if (value !== undefined && into.add(value)) return;
  if (state.numbers === 'skip') return;
  const fix = 'Set numbers to convert or skip, or filter such items out first.';
  const message = `${summary.op} of ${summary.field}: item ${position} must have a number, not ${kindOf(given)}.`;
  throw new FailureError(failure('wrong-type', message, { item: position, retry: 'no', fix }));
}

export function end(state: State): Iterable<Item[][]> {
  if (state.rules !== 'rondo') return inParts(endAsN8n(state));
  const missing = state.mustExist && state.seen > 0 ? state.found.indexOf(false) : -1;
  if (missing >= 0) {
    const fix = 'Correct the path, or set missing to ignore.';
    const { field } = state.summaries[missing] as Summary;
    throw new FailureError(failure('node-failed', `No item has the field ${field}.`, { retry: 'no', fix }));
  }
  return inParts(state.shape === 'items' ? rows(state) : [{ json: tree(state) }]);
}

function* rows(state: OwnState): Generator<Item> {
  for (const group of state.groups.values()) {
    const json: JsonObject = {};
    for (const [i, path] of state.by.entries()) {
      put(json, state.dotted ? lastName(path) : path, group.keys[i] as Json);
    }
    yield { json: results(state, group, json) };
  }
}

function results(state: OwnState, group: Group, json: JsonObject): JsonObject {
  for (const [i, { name }] of state.summaries.entries()) put(json, name, (group.accumulators[i] as Accumulator).end());
  return json;
}

/** Groups inside one another, by their values as texts. */
function tree(state: OwnState): JsonObject {
  const root: JsonObject = {};
  for (const group of state.groups.values()) {
    let node = root;
    for (const key of group.keys) {
      const name = typeof key === 'string' ? key : JSON.stringify(key);
      if (!Object.hasOwn(node, name)) put(node, name, {});
      node = node[name] as JsonObject;
    }
    results(state, group, node);
  }
  return root;
}
