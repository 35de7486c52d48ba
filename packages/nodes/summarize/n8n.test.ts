/** Summarize by the rules of n8n: names, order of fields, groups of every type. */
import { describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function items(params: Record<string, Json>, input: Json[]): Promise<Item[]> {
  return (await runNode(node, { params: { semantics: 'n8n', ...params }, input })).items[0] ?? [];
}
const summarize = async (params: Record<string, Json>, input: Json[]): Promise<string> =>
  JSON.stringify((await items(params, input)).map((item) => item.json));

const ROWS = [
  { g: 2, h: 'x', n: 3, t: { a: 'p' } },
  { g: null, h: 'x', n: '4', t: { a: '' } },
  { g: 2, h: 'y', n: 1, t: { a: 'q' } },
  { h: 'y', n: null, t: {} },
];
const SUM = [{ field: 'n', op: 'sum' }];

describe('summarize, n8n', () => {
  it('puts the groups behind the results, the inner ones first', async () => {
    expect(await summarize({ fields: SUM, by: ['g', 'h'] }, ROWS.slice(0, 3))).toBe(
      '[{"sum_n":3,"h":"x","g":2},{"sum_n":1,"h":"y","g":2},{"sum_n":0,"h":"x","g":null}]',
    );
    expect(await summarize({ fields: SUM, by: ['g'], semantics: 'n8n-1' }, ROWS)).toBe(
      '[{"sum_n":4,"g":"2"},{"sum_n":0,"g":"null"},{"sum_n":0,"g":"undefined"}]',
    );
    expect(await summarize({ fields: SUM, by: ['h', 'g'], semantics: 'n8n-lists' }, ROWS.slice(0, 3))).toBe(
      '[{"h":"x","g":"2","sum_n":3},{"h":"x","g":"null","sum_n":0},{"h":"y","g":"2","sum_n":1}]',
    );
  });

  it('leaves out groups without a value on request, and says where rows come from', async () => {
    const out = await items({ fields: SUM, by: ['g'], skipEmptyKeys: true }, ROWS);
    expect(out).toEqual([{ json: { sum_n: 4, g: 2 }, from: [0, 2] }]);
    expect((await items({ fields: SUM }, ROWS))[0]?.from).toEqual([0, 1, 2, 3]);
  });

  it('knows its operations', async () => {
    const fields: Json[] = ['list', 'concat', 'count', 'countUnique', 'min', 'max'].map((op) => ({ field: 't.a', op }));
    expect(await summarize({ fields }, ROWS)).toBe(
      '[{"appended_t_a":["p","q"],"concatenated_t_a":"p,q","count_t_a":2,"unique_count_t_a":2,"min_t_a":"p","max_t_a":"q"}]',
    );
    const all = fields.map((field) => ({ ...(field as Record<string, Json>), includeEmpty: true }));
    expect(await summarize({ fields: all }, ROWS)).toBe(
      '[{"appended_t_a":["p","","q",null],"concatenated_t_a":"p,,q,undefined","count_t_a":4,"unique_count_t_a":4,"min_t_a":"p","max_t_a":"q"}]',
    );
    expect(await summarize({ fields: [{ field: 'x', op: 'average' }] }, ROWS)).toBe('[{"average_x":null}]');
  });

  it('makes one object of groups', async () => {
    expect(await summarize({ fields: SUM, by: ['h', 'g'], shape: 'object' }, ROWS)).toBe(
      '[{"x":{"2":{"sum_n":3},"null":{"sum_n":0}},"y":{"2":{"sum_n":1},"undefined":{"sum_n":0}}}]',
    );
  });

  it('says which field is nowhere', async () => {
    const missing = { fields: [{ field: 'gone', op: 'count' }], missing: 'fail' };
    await expect(summarize(missing, ROWS)).rejects.toThrow("The field 'gone' does not exist in any items");
    await expect(summarize({ ...missing, semantics: 'rondo' }, ROWS)).rejects.toThrow('No item has the field gone.');
    await expect(summarize({ fields: [{ field: '', op: 'count' }] }, ROWS)).rejects.toThrow('at least one aggregation');
  });
});
