/** Owns the work of Remove duplicates by the rules of n8n. Holds all items. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { from } from '../kit/items.ts';
import { fieldOf, isEqual, leafNames, order, pickFields, readNames, refuseAsN8n } from '../kit/n8n-values.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag } from '../kit/read.ts';

type N8nDuplicates = 'n8n' | 'n8n-1' | 'n8n-lists';

const COMPARE = ['all', 'selected', 'except'] as const;

export interface N8nState {
  rules: N8nDuplicates;
  compare: (typeof COMPARE)[number];
  names: string[];
  dotted: boolean;
  onlyCompared: boolean;
  items: Item[];
}

export function beginAsN8n(params: Record<string, Json>, rules: N8nDuplicates): N8nState {
  const compare = readChoice(params, 'compare', COMPARE, 'all');
  const names = readNames(params, 'names');
  if (compare !== 'all' && names.length === 0) {
    const verb = compare === 'except' ? 'exclude from comparison' : 'compare on';
    refuseAsN8n(`No fields specified. Please add a field to ${verb}`);
  }
  return {
    rules,
    compare,
    names,
    dotted: readFlag(params, 'dotPaths', true),
    onlyCompared: readFlag(params, 'onlyCompared', false),
    items: [],
  };
}

interface Row {
  position: number;
  values: (Json | undefined)[];
}

/** What stays. Nothing leaves by the other output, which there is not. */
export function endAsN8n(state: N8nState): Item[] {
  const names = comparedNames(state);
  const rows = state.items.map(
    ({ json }, position): Row => ({ position, values: names.map((name) => fieldOf(json, name, state.dotted)) }),
  );
  rows.sort((a, b) => compareRows(state, a, b));
  checkValues(state, names, rows);
  const removed = new Set<number>();
  let last: Row | undefined;
  for (const row of rows) {
    if (last !== undefined && row.values.every((value, i) => isEqual(value, last?.values[i])))
      removed.add(row.position);
    else last = row;
  }
  const kept: Item[] = [];
  for (const [position, item] of state.items.entries()) {
    if (removed.has(position)) continue;
    // There, items that lost fields lost their origin, too: they are counted anew.
    if (state.onlyCompared) kept.push({ json: picked(item.json, names, state.dotted), from: [kept.length] });
    else kept.push(from(item, position));
  }
  return kept;
}

function picked(json: Json, names: readonly string[], dotted: boolean): JsonObject {
  if (dotted || !isObject(json)) return pickFields(json, names);
  const out: JsonObject = {};
  for (const name of names) if (Object.hasOwn(json, name)) put(out, name, json[name] as Json);
  return out;
}

function comparedNames({ items, compare, names, dotted }: N8nState): string[] {
  if (compare === 'selected') return names;
  const namesOf = (json: Json): string[] => (dotted ? leafNames(json) : isObject(json) ? Object.keys(json) : []);
  // With except, fields that only later items have are not looked at.
  const looked = compare === 'except' && dotted ? items.slice(0, 1) : items;
  const all = new Set(looked.flatMap((item) => namesOf(item.json)));
  if (compare === 'except') for (const name of names) all.delete(name);
  return [...all];
}

function compareRows({ rules }: N8nState, a: Row, b: Row): number {
  for (const [i, value] of a.values.entries()) {
    const other = b.values[i];
    if (rules === 'n8n-lists' && typeof value !== typeof other) return typeof value < typeof other ? -1 : 1;
    const result = order(value, other);
    if (result !== 0) return result;
  }
  return 0;
}

function checkValues({ rules }: N8nState, names: readonly string[], rows: readonly Row[]): void {
  for (const [i, name] of names.entries()) {
    let type: string | undefined;
    for (const { values } of rows) {
      const value = values[i];
      if (value === null && rules === 'n8n') continue;
      if (value === undefined) refuseAsN8n(`'${name}' field is missing from some input items`);
      if (rules !== 'n8n-lists' && type !== undefined && type !== typeof value) {
        refuseAsN8n(`'${name}' isn't always the same type`);
      }
      type = typeof value;
    }
  }
}
