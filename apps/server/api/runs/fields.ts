/**
 * Owns what the fields of a loop's items look like over the loop: how often empty, how long lists are, how many different
 * values there are. Reads a bounded sample, spread evenly; says how many it looked at.
 */
import type { z } from 'zod';
import type { fieldFacts } from '@rondo/api/schemas/run.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { LoopRecord, RunRecord } from '@rondo/core/ports.ts';
import type { ApiContext } from '../context.ts';
import { itemsOf } from './items.ts';

const SAMPLE = 500;
const BLOCKS = 10;
/** Longer items are left out: they would be most of the work. */
const MOST_CHARACTERS = 32 * 1024;
const MOST_FIELDS = 200;
const DEEPEST = 3;
/** Different values that are told apart; more is "many". */
const MOST_VALUES = 100;
const MOST_VALUE = 200;

interface Seen {
  path: string[];
  there: number;
  empty: number;
  lists: number;
  least: number;
  most: number;
  values: Set<string> | null;
}

export async function fieldsOf(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
): Promise<z.input<typeof fieldFacts>> {
  const total = Math.max(loop.total ?? 0, loop.completed + loop.failed + loop.skipped);
  const found = new Map<string, Seen>();
  let looked = 0;
  const blocks = total <= SAMPLE ? 1 : BLOCKS;
  for (let block = 0; block < blocks; block += 1) {
    const after = Math.floor((block * total) / blocks) - 1;
    const rows = await context.store.rows(run.id, loop.key, { after, limit: SAMPLE / blocks });
    for (const row of rows) {
      if (row.input.length > MOST_CHARACTERS) continue;
      looked += 1;
      const items = itemsOf(row.input);
      look(items.length === 1 ? (items[0] ?? null) : items, [], found);
    }
  }
  return {
    looked,
    of: total,
    fields: [...found.values()].map(({ path, there, empty, lists, least, most, values }) => ({
      path,
      // Not being there is empty, too.
      empty: empty + looked - there,
      items: lists > 0 && lists === there ? { least, most } : null,
      values: values?.size ?? null,
    })),
  };
}

const isEmpty = (value: Json): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

function look(value: Json, path: string[], found: Map<string, Seen>): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || path.length >= DEEPEST) return;
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, key];
    const name = JSON.stringify(at);
    const seen = found.get(name) ?? {
      path: at,
      there: 0,
      empty: 0,
      lists: 0,
      least: Number.MAX_SAFE_INTEGER,
      most: 0,
      values: new Set<string>(),
    };
    if (!found.has(name)) {
      if (found.size >= MOST_FIELDS) continue;
      found.set(name, seen);
    }
    note(seen, inner);
    look(inner, at, found);
  }
}

function note(seen: Seen, value: Json): void {
  seen.there += 1;
  if (isEmpty(value)) seen.empty += 1;
  if (Array.isArray(value)) {
    seen.lists += 1;
    seen.least = Math.min(seen.least, value.length);
    seen.most = Math.max(seen.most, value.length);
  }
  const isShort = typeof value !== 'object' && (typeof value !== 'string' || value.length <= MOST_VALUE);
  if (!isShort && value !== null) seen.values = null;
  seen.values?.add(JSON.stringify(value));
  if ((seen.values?.size ?? 0) > MOST_VALUES) seen.values = null;
}
