/** Owns the work of Sort. Holds all items: there is no order without the last one. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { from, inParts } from '../kit/items.ts';
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
  rows: { keys: (Json | undefined)[]; by: number; item: Item }[];
}

const ORDERS = ['ascending', 'descending'] as const;

export function begin(params: Record<string, Json>): State {
  const descending = readChoice(params, 'order', ORDERS, 'ascending') === 'descending';
  return {
    fields: readList(params, 'fields', []).map((field, i) => fieldOf(field, i, descending)),
    descending,
    caseSensitive: readFlag(params, 'caseSensitive', true),
    rows: [],
  };
}

function fieldOf(field: Json, index: number, descending: boolean): Field {
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
  for (const field of state.fields) keys.push(getPath(item.json, field.path));
  state.rows.push({ keys, by, item: from(item, state.rows.length) });
};

export function end(state: State): Iterable<Item[][]> {
  const { fields, caseSensitive } = state;
  const compare = (a: Json | undefined, b: Json | undefined, descending: boolean): number => {
    const result = compareJson(a, b, caseSensitive);
    return descending && !isMissing(a) && !isMissing(b) ? -result : result;
  };
  state.rows.sort((a, b) => {
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
  });
  return inParts(state.rows.map((row) => row.item));
}
