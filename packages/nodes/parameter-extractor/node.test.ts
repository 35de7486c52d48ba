import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { bench, failureOf } from '../kit/ai/model.testing.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';
import { valueOf } from './values.ts';

const at = bench();

type Fields = { [key: string]: Json };

const run = (text: Json, parameters: Json, more: Fields = {}): ReturnType<typeof runNode> =>
  runNode(node, {
    params: { connection: at.connection, text: '{{ $json.text }}', parameters, ...more },
    input: [{ text }],
    ports: at.ports,
  });

const extract = async (...args: Parameters<typeof run>): Promise<Fields> =>
  (await run(...args)).output['main']?.[0] as Fields;

const NAME = { name: 'name', type: 'string', required: true };
const AGE = { name: 'age', type: 'integer' };
const CHAPTERS = { name: 'chapters', type: 'array[string]', required: true };

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('parameter extractor', () => {
  it.each(['tool', 'json', 'prompt'])('gives the values as fields (mode %s)', async (mode) => {
    const item = await extract('name: Ada\nage: 36', [NAME, AGE], { mode });
    expect(item).toMatchObject({ name: 'Ada', age: 36, extraction: { success: true, reason: null, repairs: 0 } });
    const sent = at.asked().at(-1) as Fields;
    expect(Boolean(sent['tools'])).toBe(mode === 'tool');
    expect(Boolean(sent['response_format'])).toBe(mode === 'json');
    expect((item['extraction'] as { usage: Json }).usage).toEqual(at.used[0]);
  });

  it('gives a list for a loop to go through', async () => {
    const item = await extract('1. The sea\n2. The land\n3. The sky', [CHAPTERS]);
    expect(item['chapters']).toEqual(['The sea', 'The land', 'The sky']);
  });

  it('asks again with what is missing, and takes the second answer', async () => {
    const script = 'call: extract_parameters {"name": null}\nthen:\ncall: extract_parameters {"name": "Ada"}';
    const item = await extract(script, [NAME]);
    expect(item).toMatchObject({ name: 'Ada', extraction: { success: true, repairs: 1 } });
    const sent = at.asked().at(-1) as { messages: { content: string }[] };
    expect(sent.messages.at(-1)?.content).toContain('name is missing');
    expect(at.used).toHaveLength(2);
  });

  it('reports what stays missing, with defaults, or fails', async () => {
    const parameters = [NAME, { ...AGE, default: 18 }, CHAPTERS, { name: 'tags', type: 'array' }];
    const script = 'call: extract_parameters {}';
    const item = await extract(script, parameters, { repairs: 0 });
    expect(item).toMatchObject({ name: null, age: 18, chapters: [], tags: [] });
    expect(item['extraction']).toMatchObject({ success: false, reason: 'name is missing; chapters is missing' });
    const failed = await failureOf(run(script, parameters, { repairs: 0, onMissing: 'fail' }));
    expect(failed).toMatchObject({ code: 'node-failed', retry: 'yes', data: { reason: 'missing' } });
  });

  it.each([
    'call: extract_parameters {"name": ',
    'call: other_tool {"name": "x"}',
    'call: extract_parameters ["name"]',
    'reply: I would rather talk.',
  ])('survives a model that does not do what it should: %s', async (script) => {
    const item = await extract(script, [NAME], { repairs: 0 });
    expect(item).toMatchObject({ name: null, extraction: { success: false } });
  });

  it('takes JSON from a text when the model does not call', async () => {
    expect(await extract('reply: {"name": "Ada"}', [NAME])).toMatchObject({
      name: 'Ada',
      extraction: { success: true },
    });
  });

  it('takes hostile names and values as data', async () => {
    const item = await extract('call: extract_parameters {"__proto__": "x", "name": "{{ 1 + 1 }}"}', [
      { name: '__proto__', type: 'string' },
      NAME,
    ]);
    expect(Object.keys(item)).toEqual(['__proto__', 'name', 'extraction']);
    expect(item['name']).toBe('{{ 1 + 1 }}');
    expect('x' in {}).toBe(false);
  });

  it.each<[Json, RegExp]>([
    [[], /parameters must be a list of 1 to 100/],
    [[{ name: 'extraction' }], /parameters\[0\]\.name/],
    [[NAME, NAME], /parameters\[1\]\.name/],
    [[{ name: 'x', type: 'select' }], /parameters\[0\]\.options/],
    [[{ name: 'x', type: 'date' }], /parameters\[0\]\.type/],
  ])('refuses parameters %j', async (parameters, message) => {
    const failed = await failureOf(run('x', parameters));
    expect(failed.message).toMatch(message);
    expect(failed.retry).toBe('no');
  });

  it('passes failures of the model on', async () => {
    expect(await failureOf(run('fail: 429 retry-after 1', [NAME]))).toMatchObject({ retry: 'yes', retryAfterMs: 1000 });
  });
});

describe('values', () => {
  const declared = { name: 'x', description: '', required: true, options: [], fallback: null };

  it.each<[string, Json, Json]>([
    ['number', '1,234.5', 1234.5],
    ['integer', '41', 41],
    ['integer', 1.5, null],
    ['number', 'many', null],
    ['boolean', 'Yes', true],
    ['boolean', 0, false],
    ['boolean', 'perhaps', null],
    ['string', 7, '7'],
    ['string', '', null],
    ['string', { a: 1 }, null],
    ['object', { a: 1 }, { a: 1 }],
    ['object', [1], null],
    ['array[number]', ['1', 'x', 2], [1, 2]],
    ['array[string]', 'one', null],
    ['array', [1, 'a', null], [1, 'a', null]],
  ])('%s of %j is %j', (type, given, value) => {
    expect(valueOf({ ...declared, type }, given).value).toEqual(value);
  });

  it('finds options whatever their case, and no others', () => {
    const select = { ...declared, type: 'select', options: ['Red', 'Blue'] };
    expect(valueOf(select, 'red').value).toBe('Red');
    expect(valueOf(select, 'green')).toMatchObject({ value: null, problem: expect.stringContaining('x must be') });
  });
});
