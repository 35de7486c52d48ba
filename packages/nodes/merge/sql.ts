/**
 * Owns Merge by a SELECT over its inputs: each input is a table, its items are the rows. The SELECT itself is in
 * core/select. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { parseSelect } from '@rondo/core/select/parse.ts';
import { runSelect } from '@rondo/core/select/run.ts';
import { SelectError, type Query } from '@rondo/core/select/syntax.ts';
import { isObject } from '../kit/paths.ts';
import { readFlag, readText } from '../kit/read.ts';

export interface SqlState {
  query: Query;
  most: number;
  /** An empty result becomes one item that says so. */
  tells: boolean;
  lists: Item[][];
}

export function beginAsSql(params: Record<string, Json>, count: number, most: number): SqlState {
  const text = readText(params, 'query');
  return {
    query: told(() => parseSelect(text)),
    most,
    tells: readFlag(params, 'success', false),
    lists: Array.from({ length: count }, () => []),
  };
}

export function answersOfSql({ query, most, tells, lists }: SqlState): Item[] {
  let first = 0;
  const tables = lists.map((list, i) => {
    const rows = list.map(({ json }) => (isObject(json) ? json : { value: json }));
    const source = { rows, first };
    first += list.length;
    return [`input${i + 1}`, source] as const;
  });
  const found = told(() => runSelect(query, Object.fromEntries(tables), most));
  if (found.length === 0 && tells) return [{ json: { success: true } }];
  return found.map(({ row, from }) => ({ json: row as Json, from }));
}

function told<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SelectError)) throw error;
    const fix = 'Correct the query. Tables are input1, input2 and so on.';
    throw new FailureError(failure('node-failed', `The query: ${error.message}`, { retry: 'no', fix }));
  }
}
