/** Aggregate by the rules of n8n. */
import { describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function items(params: Record<string, Json>, input: Json[]): Promise<Item[]> {
  return (await runNode(node, { params: { semantics: 'n8n', ...params }, input })).items[0] ?? [];
}
const aggregate = async (params: Record<string, Json>, input: Json[]): Promise<Json[]> =>
  (await items(params, input)).map((item) => item.json);

const ROWS = [
  { day: 'mon', t: { tags: ['a', null] }, note: null },
  { day: 'tue', t: { tags: [] }, note: '' },
  { day: 'mon', t: {} },
];

describe('aggregate, n8n', () => {
  it('leaves nulls out everywhere, unless missing values are kept', async () => {
    const fields = [{ field: 't.tags' }, { field: 'note', name: 'deep.notes' }];
    expect(await aggregate({ fields }, ROWS)).toEqual([{ tags: [['a'], []], deep: { notes: [''] } }]);
    expect(await aggregate({ fields, flatten: true }, ROWS)).toEqual([{ tags: ['a'], deep: { notes: [''] } }]);
    expect(await aggregate({ fields, keepMissing: true, flatten: true }, ROWS)).toEqual([
      { tags: ['a', null, null], deep: { notes: [null, '', null] } },
    ]);
  });

  it('takes names at the top only, and drops items of which nothing is left', async () => {
    const out = await items({ include: 'selected', names: 'note, t.tags', into: 'a.b' }, ROWS);
    expect(out).toEqual([{ json: { 'a.b': [{ note: null }, { note: '' }] }, from: [0, 1] }]);
    expect(await aggregate({ include: 'except', names: ['t'] }, ROWS.slice(0, 1))).toEqual([
      { data: [{ day: 'mon', note: null }] },
    ]);
  });

  it('groups by single values', async () => {
    const out = await items({ by: ['day'], fields: [{ field: 'note' }], keepMissing: true }, ROWS);
    expect(out).toEqual([
      { json: { day: 'mon', note: [null, null] }, from: [0] },
      { json: { day: 'tue', note: [''] }, from: [1] },
    ]);
    await expect(aggregate({ by: ['t'] }, ROWS)).rejects.toThrow('Field "t" has a non-scalar value');
    await expect(aggregate({ by: ['day.x'], fields: [{ field: 'day' }] }, ROWS)).rejects.toThrow(
      "The output field 'day' conflicts with a Group By field 'day.x'",
    );
  });

  it('says what is wrong', async () => {
    await expect(aggregate({ fields: [] }, ROWS)).rejects.toThrow('No fields specified');
    await expect(aggregate({ fields: [{ field: 'a' }, { field: 'a' }] }, ROWS)).rejects.toThrow(
      "The 'a' output field is used more than once",
    );
    expect(await aggregate({ fields: [{ field: 'gone' }] }, ROWS)).toEqual([{ gone: [] }]);
    await expect(aggregate({ fields: [{ field: 'gone' }], semantics: 'n8n-1' }, ROWS)).rejects.toThrow(
      "Couldn't find the field 'gone' in the input data",
    );
  });

  it('joins files, with numbers for names that are taken', async () => {
    const file = (size: number) => ({ blob: `b${size}`, size, mime: 'text/plain', name: 'a.txt' });
    const input = [1, 2, 1].map((size) => ({ json: {}, files: { a: file(size) } }));
    const names = async (more: Record<string, Json>): Promise<string[]> => {
      const params = { semantics: 'n8n', keepFiles: true, ...more };
      const { items: out } = await runNode(node, { params, items: [input] });
      return Object.keys(out[0]?.[0]?.files ?? {});
    };
    expect(await names({})).toEqual(['a', 'a_1', 'a_2']);
    expect(await names({ uniqueFiles: true })).toEqual(['a', 'a_1']);
    expect(await names({ semantics: 'rondo' })).toEqual(['a', 'a_1', 'a_2']);
  });
});
