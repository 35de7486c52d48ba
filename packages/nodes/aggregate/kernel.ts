/** Owns the work of Aggregate. Holds what the answer needs, never more. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { accumulator, isSkipped, OPERATIONS, type Accumulator, type Operation } from '../kit/accumulate.ts';
import { inParts, keptFields } from '../kit/items.ts';
import { canonical } from '../kit/order.ts';
import { getPath, isObject, lastName, put, type JsonObject } from '../kit/paths.ts';
import { kindOf, readChoice, readFlag, readObject, readText, readTextList, wrongParameter } from '../kit/read.ts';
import { addAsN8n, beginAsN8n, endAsN8n, joinFiles, readFields, type N8nState } from './n8n.ts';

interface Output {
  name: string;
  /** Null: the item-evaluated value, or the item itself. */
  path: string | null;
  operation: Operation;
  separator: string;
  /** From `fields`: a list, with its own rules for missing values and lists. */
  isField: boolean;
}

interface Group {
  keys: Json[];
  items: Json[];
  accumulators: Accumulator[];
  files: Record<string, FileRef>;
}

type State = OwnState | N8nState;

interface OwnState {
  rules: 'rondo';
  into: string | null;
  include: 'all' | 'selected' | 'except';
  names: string[];
  outputs: Output[];
  by: string[];
  keepMissing: boolean;
  flatten: boolean;
  dotted: boolean;
  keepFiles: boolean;
  uniqueFiles: boolean;
  groups: Map<string, Group>;
  seen: number;
}

const SEMANTICS = ['rondo', 'n8n', 'n8n-lists', 'n8n-1'] as const;
const INCLUDE = ['all', 'selected', 'except'] as const;
const given = (value: Json | undefined): boolean => value !== undefined && value !== null;

export function begin(params: Record<string, Json>): State {
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  return semantics === 'rondo' ? beginOwn(params) : beginAsN8n(params, semantics);
}

function beginOwn(params: Record<string, Json>): OwnState {
  const outputs: Output[] = [];
  const dotted = readFlag(params, 'dotPaths', true);
  for (const { name, path } of given(params.fields) ? readFields(params.fields ?? null) : []) {
    const own = name ?? (dotted ? lastName(path) : path);
    outputs.push({ name: own, path, operation: 'list', separator: '', isField: true });
  }
  for (const [name, value] of Object.entries(readObject(params, 'operations', {})))
    outputs.push(operationOf(name, value));
  const into = given(params.into) ? readText(params, 'into') : outputs.length === 0 ? 'data' : null;
  const by = readTextList(params, 'by', []);
  const names = [...by.map(lastName), ...(into === null ? [] : [into]), ...outputs.map((output) => output.name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    const fix = 'Give each result a name of its own.';
    throw new FailureError(
      failure('bad-value', `Two results of Aggregate have the name ${twice}.`, { retry: 'no', fix }),
    );
  }
  const state: OwnState = {
    rules: 'rondo',
    into,
    include: readChoice(params, 'include', INCLUDE, 'all'),
    names: readTextList(params, 'names', []),
    outputs,
    by,
    keepMissing: readFlag(params, 'keepMissing', false),
    flatten: readFlag(params, 'flatten', false),
    dotted,
    keepFiles: readFlag(params, 'keepFiles', false),
    uniqueFiles: readFlag(params, 'uniqueFiles', false),
    groups: new Map(),
    seen: 0,
  };
  if (by.length === 0) state.groups.set('', group(state, []));
  return state;
}

function operationOf(name: string, value: Json): Output {
  const spec: JsonObject = typeof value === 'string' ? { op: value } : isObject(value) ? value : {};
  const at = `operations.${name}`;
  const operation = spec.op as Operation;
  if (!OPERATIONS.includes(operation)) {
    wrongParameter(
      isObject(value) ? `${at}.op` : at,
      `one of ${OPERATIONS.join(', ')}`,
      isObject(value) ? value.op : value,
    );
  }
  for (const key of ['field', 'separator']) {
    if (given(spec[key]) && typeof spec[key] !== 'string') wrongParameter(`${at}.${key}`, 'text', spec[key]);
  }
  const path = (spec.field ?? null) as string | null;
  return { name, path, operation, separator: (spec.separator ?? ', ') as string, isField: false };
}

function group(state: OwnState, keys: Json[]): Group {
  const accumulators = state.outputs.map((o) => accumulator(o.operation, o.separator));
  return { keys, items: [], accumulators, files: {} };
}

export const add: FoldModule<State>['add'] = (state, { params, item }) => {
  if (state.rules !== 'rondo') return addAsN8n(state, item);
  const position = state.seen;
  state.seen += 1;
  const target = groupOf(state, item);
  if (state.into !== null) {
    target.items.push(
      state.include === 'all' ? item.json : keptFields(item.json, state.include, state.names, state.dotted),
    );
  }
  if (state.keepFiles && item.files !== undefined) joinFiles(target.files, item.files, state.uniqueFiles);
  for (const [i, output] of state.outputs.entries()) {
    const into = target.accumulators[i] as Accumulator;
    const value = valueOf(state, output, params, item);
    if (output.isField) addField(state, into, value);
    else if (!isSkipped(value) && !into.add(value as Json)) refuse(output, position, value);
  }
};

function groupOf(state: OwnState, item: Item): Group {
  const keys = state.by.map((path) => getPath(item.json, state.dotted ? path : [path]) ?? null);
  const key = keys.length === 0 ? '' : canonical(keys);
  let found = state.groups.get(key);
  if (found === undefined) {
    found = group(state, keys);
    state.groups.set(key, found);
  }
  return found;
}

function valueOf(state: OwnState, output: Output, params: Record<string, Json>, item: Item): Json | undefined {
  if (output.path !== null) return getPath(item.json, state.dotted ? output.path : [output.path]);
  // An expression that found nothing is a missing value; without an expression the item counts itself.
  return Object.hasOwn(params, 'value') ? params.value : item.json;
}

function addField(state: OwnState, into: Accumulator, value: Json | undefined): void {
  const values = state.flatten && Array.isArray(value) ? value : [value];
  for (const one of values) {
    if (!isSkipped(one)) into.add(one as Json);
    else if (state.keepMissing) into.add(null);
  }
}

function refuse(output: Output, position: number, value: Json | undefined): never {
  const from = output.path ?? 'value';
  throw new FailureError(
    failure(
      'wrong-type',
      `operations.${output.name}: ${from} of item ${position} must be a number, not ${kindOf(value)}.`,
      {
        item: position,
        retry: 'no',
        fix: `Convert it with value: "{{ Number($json${output.path === null ? '' : `.${output.path}`}) }}", or filter such items out first.`,
      },
    ),
  );
}

export function end(state: State): Iterable<Item[][]> {
  return inParts(state.rules === 'rondo' ? answers(state) : endAsN8n(state));
}

function* answers(state: OwnState): Generator<Item> {
  for (const { keys, items, accumulators, files } of state.groups.values()) {
    const json: JsonObject = {};
    for (const [i, path] of state.by.entries()) put(json, state.dotted ? lastName(path) : path, keys[i] as Json);
    if (state.into !== null) put(json, state.into, items);
    for (const [i, output] of state.outputs.entries()) put(json, output.name, (accumulators[i] as Accumulator).end());
    yield Object.keys(files).length === 0 ? { json } : { json, files };
  }
}
