/** Owns the work of Sort. Holds all items: there is no order without the last one. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { from, inParts } from '../kit/items.ts';
import { order as orderAsN8n, refuseAsN8n, fieldOf } from '../kit/n8n-values.ts';
import { compareJson, isMissing } from '../kit/order.ts';
import { getPath, isObject } from '../kit/paths.ts';
import { readChoice, readFlag, readList, wrongParameter } from '../kit/read.ts';

interface Field {
  path: string;
  descending: boolean;
}

interface State {
  fields: Field[];
  descending: boolean;
  caseSensitive: boolean;
  shuffle: boolean;
  dotted: boolean;
  n8n: boolean;
  rows: Row[];
}

interface Row {
  keys: (Json | undefined)[];
  by: number;
  item: Item;
}

const SEMANTICS = ['rondo', 'n8n'] as const;
const ORDERS = ['ascending', 'descending'] as const;

export function begin(params: Record<string, Json>): State {
  const descending = readChoice(params, 'order', ORDERS, 'ascending') === 'descending';
  return {
    fields: readList(params, 'fields', []).map((field, i) => readField(field, i, descending)),
    descending,
    caseSensitive: readFlag(params, 'caseSensitive', true),
    shuffle: readFlag(params, 'shuffle', false),
    dotted: readFlag(params, 'dotPaths', true),
    n8n: readChoice(params, 'semantics', SEMANTICS, 'rondo') === 'n8n',
    rows: [],
  };
}

function readField(field: Json, index: number, descending: boolean): Field {
  if (typeof field === 'string') return { path: field, descending };
  if (!isObject(field) || typeof field.field !== 'string') {
    return wrongParameter(`fields[${index}]`, 'a path or { field, order }', field);
  }
  const order = field.order ?? (descending ? 'descending' : 'ascending');
  if (order !== 'ascending' && order !== 'descending') {
    return wrongParameter(`fields[${index}].order`, 'one of ascending, descending', order);
  }
  return { path: field.field, descending: order === 'descending' };
}

export const add: FoldModule<State>['add'] = (state, { params, item }) => {
  const keys: (Json | undefined)[] = [];
  if (params.by !== undefined) {
    if (Array.isArray(params.by)) for (const value of params.by) keys.push(value);
    else keys.push(params.by);
  }
  const by = keys.length;
  for (const { path } of state.fields) {
    if (state.n8n) keys.push(lowered(fieldOf(item.json, path, state.dotted)));
    else keys.push(getPath(item.json, state.dotted ? path : [path]));
  }
  state.rows.push({ keys, by, item: from(item, state.rows.length) });
};

const lowered = (value: Json | undefined): Json | undefined =>
  typeof value === 'string' ? value.toLowerCase() : value;

export function end(state: State): Iterable<Item[][]> {
  if (state.shuffle) shuffle(state.rows);
  else {
    if (state.n8n) checkFields(state);
    state.rows.sort(comparator(state));
  }
  return inParts(state.rows.map((row) => row.item));
}

function comparator(state: State): (a: Row, b: Row) => number {
  const { fields, caseSensitive, n8n } = state;
  const compare = (a: Json | undefined, b: Json | undefined, descending: boolean): number => {
    if (n8n) return descending ? -orderAsN8n(a, b) : orderAsN8n(a, b);
    const result = compareJson(a, b, caseSensitive);
    return descending && !isMissing(a) && !isMissing(b) ? -result : result;
  };
  return (a, b) => {
    const by = Math.max(a.by, b.by);
    for (let i = 0; i < by; i += 1) {
      const result = compare(i < a.by ? a.keys[i] : undefined, i < b.by ? b.keys[i] : undefined, state.descending);
      if (result !== 0) return result;
    }
    for (const [i, field] of fields.entries()) {
      const result = compare(a.keys[a.by + i], b.keys[b.by + i], field.descending);
      if (result !== 0) return result;
    }
    return 0;
  };
}

function checkFields({ fields, rows }: State): void {
  if (fields.length === 0) refuseAsN8n('No sorting specified. Please add a field to sort by');
  for (const [i, { path }] of fields.entries()) {
    if (rows.some((row) => row.keys[row.by + i] !== undefined)) continue;
    refuseAsN8n(`Couldn't find the field '${path}' in the input data`);
  }
}

/** Each order is as likely as any other. */
function shuffle(rows: Row[]): void {
  for (let i = rows.length - 1; i > 0; i -= 1) {
    const other = Math.floor(Math.random() * (i + 1));
    [rows[i], rows[other]] = [rows[other] as Row, rows[i] as Row];
  }
}
