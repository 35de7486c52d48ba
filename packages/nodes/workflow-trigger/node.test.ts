/** Workflow trigger: declared fields, defaults, what does not fit. */
import { expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

const FIELDS: Json = [
  { name: 'city', type: 'string' },
  { name: 'days', type: 'integer', default: 3 },
  { name: 'tags', type: 'list', required: false },
];
const run = async (json: Json, params: Record<string, Json> = { fields: FIELDS }): Promise<Json[] | undefined> =>
  (await runNode(node, { params, input: [json] })).output.main;

it('fills in what was left out', async () => {
  expect(await run({ city: 'Graz', more: 1 })).toEqual([{ city: 'Graz', days: 3, tags: null, more: 1 }]);
  expect(await run({ city: 'Graz', days: null, tags: [1] })).toEqual([{ city: 'Graz', days: 3, tags: [1] }]);
});

it('names every field that does not fit', async () => {
  await expect(run({ days: 1.5, tags: {} })).rejects.toThrow(
    'city is missing; days must be integer, not the number 1.5; tags must be list, not an object',
  );
  await expect(run('text')).rejects.toThrow('city is missing');
});

it('takes a field that is called __proto__ as data', async () => {
  const json = JSON.parse('{"__proto__":{"a":1},"x":2}') as Json;
  const out = await run(json, { fields: [{ name: '__proto__', type: 'object' }], extra: 'drop' });
  expect(JSON.stringify(out)).toBe('[{"__proto__":{"a":1}}]');
});

it('says that a field without a name is a mistake', async () => {
  await expect(run({}, { fields: [{ type: 'string' }] })).rejects.toThrow('fields[0]');
});
