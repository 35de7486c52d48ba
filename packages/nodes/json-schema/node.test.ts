/** JSON Schema: dialects, errors that say where, schemas that are made to harm. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { testLimits } from '../kit/limits.testing.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function check(
  schema: Json,
  json: Json,
  more: Record<string, Json> = {},
  limit = testLimits(),
): Promise<Record<string, Json[]>> {
  return (await runNode(node, { params: { schema, ...more }, input: [json], ports: { limit } })).output;
}

describe('json schema', () => {
  it.each(node.examples.map((example) => [example.title, example] as const))('example: %s', async (_, example) => {
    const { schema = null, ...more } = example.with;
    const output = await check(schema, (example.input as Json[])[0] ?? null, more);
    expect(output).toEqual({ valid: [], invalid: [], ...(example.output as Record<string, Json[]>) });
  });

  it('says where everything is wrong, up to a number', async () => {
    const schema = {
      type: 'object',
      additionalProperties: false,
      properties: {
        'rows': { type: 'array', items: { type: 'object', properties: { n: { type: 'number' } } } },
        'a.b': { enum: [1, 2] },
      },
    };
    const json = { 'rows': [{ n: 1 }, { n: 'x' }], 'a.b': 3, 'more': 1 };
    const [out] = (await check(schema, json)).invalid as { errors: Json[] }[];
    expect(out?.errors).toEqual(
      expect.arrayContaining([
        { path: 'rows[1].n', message: 'must be number', rule: 'type' },
        { path: '["a.b"]', message: 'must be equal to one of the allowed values: [1,2]', rule: 'enum' },
        { path: '', message: 'must NOT have additional properties: more', rule: 'additionalProperties' },
      ]),
    );
    const [one] = (await check(schema, json, { maxErrors: 1 })).invalid as { errors: Json[] }[];
    expect(one?.errors).toHaveLength(1);
  });

  it.each([
    ['https://json-schema.org/draft/2020-12/schema', { prefixItems: [{ type: 'string' }] }],
    ['https://json-schema.org/draft/2019-09/schema', { items: [{ type: 'string' }] }],
    ['http://json-schema.org/draft-07/schema#', { items: [{ type: 'string' }] }],
    ['http://json-schema.org/draft-06/schema#', { items: [{ type: 'string' }] }],
  ])('knows %s', async ($schema, schema) => {
    expect((await check({ $schema, ...schema }, ['x', 1])).valid).toHaveLength(1);
    expect((await check({ $schema, ...schema }, [1])).invalid).toHaveLength(1);
  });

  it('changes items only when it converts, and never the item that came', async () => {
    const schema = {
      type: 'object',
      additionalProperties: false,
      properties: { n: { type: 'integer' }, d: { default: [] } },
    };
    const json = { n: '5', x: 1 };
    expect((await check(schema, json, { convert: true, removeExtra: true })).valid).toEqual([{ n: 5, d: [] }]);
    expect(json).toEqual({ n: '5', x: 1 });
    expect((await check(schema, json)).valid).toEqual([]);
    await expect(check(schema, json, { convert: true, value: 1 })).rejects.toThrow('convert works on whole items only');
  });

  it('passes over formats on request, and unknown keywords always', async () => {
    const schema = { 'type': 'string', 'format': 'email', 'x-note': 1 };
    expect((await check(schema, 'nobody')).invalid).toHaveLength(1);
    expect((await check(schema, 'nobody', { formats: false })).valid).toEqual(['nobody']);
    expect((await check({ format: 'no-such' }, 'x')).valid).toEqual(['x']);
  });

  it('checks hostile names, and gives the errors of a value that is no object a place', async () => {
    const schema = { required: ['toString'], properties: { constructor: { type: 'number' } } };
    expect((await check(schema, { toString: 1 })).valid).toHaveLength(1);
    expect((await check(schema, {})).invalid).toHaveLength(1);
    expect((await check(schema, { toString: 1, constructor: 'x' })).invalid).toHaveLength(1);
    const hidden = JSON.parse('{"properties":{"__proto__":{"type":"number"}}}') as Json;
    await expect(check(hidden, {})).rejects.toThrow('schema names a field __proto__');
    expect((await check(false, 5)).invalid).toMatchObject([{ value: 5, errors: [{ path: '' }] }]);
  });

  it('ends the work on a pattern that is made to take long', async () => {
    const schema = { type: 'string', pattern: '^(a+)+$' };
    const started = performance.now();
    const run = check(schema, `${'a'.repeat(50)}!`, {}, testLimits({ 'expression.ms': 100 }));
    await expect(run).rejects.toMatchObject({ failure: { code: 'expression-timeout' } });
    expect(performance.now() - started).toBeLessThan(2000);
    expect((await check(schema, 'aaa')).valid).toEqual(['aaa']);
  });

  it('runs nothing of what a schema says', async () => {
    const evil = '"]; globalThis.owned = 1; //';
    const schema = {
      properties: { [evil]: { enum: [evil], pattern: 'x', default: evil } },
      required: [evil],
      $comment: evil,
      title: '${globalThis.owned = 1}',
    };
    await check(schema, { [evil]: evil }, { convert: true });
    expect('owned' in globalThis).toBe(false);
  });

  let deep: Json = {};
  for (let i = 0; i < 40; i += 1) deep = { not: deep };
  it.each<[string, Json, string]>([
    ['no schema', 5, 'schema must be a JSON Schema'],
    ['no JSON', '{"type"', 'schema must be a JSON Schema'],
    ['a wrong schema', { type: 'strin' }, 'schema is no JSON Schema that can be used'],
    ['a reference elsewhere', { $ref: 'http://127.0.0.1:1/x.json' }, "can't resolve reference"],
    ['an unknown dialect', { $schema: 'http://example.org/s' }, 'which is not known'],
    ['a broken pattern', { pattern: '(' }, 'schema is no JSON Schema that can be used'],
    ['a long pattern', { pattern: 'x'.repeat(1001) }, 'more than 1000 characters'],
    ['too deep', deep, 'nested deeper than 32 levels'],
    ['too many parts', { enum: Array.from({ length: 6000 }, (_, i) => i) }, 'more than 5000 parts'],
    ['too large', { title: 'x'.repeat(300_000) }, 'schema has 300012 characters'],
    ['asynchronous', { $async: true }, 'must not be $async'],
  ])('refuses %s', async (_, schema, message) => {
    await expect(check(schema, {})).rejects.toThrow(message);
  });
});
