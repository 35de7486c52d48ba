/** What the item of an AI node holds, and an answer of an agent in the form of a schema. */
import { expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { bench } from '../kit/ai/model.testing.ts';
import { runNode } from '../kit/run.ts';
import { node as llm } from '../llm/node.ts';
import { node as classifier } from '../question-classifier/node.ts';
import { node as agent } from './node.ts';

const at = bench();
const PERSON = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
};

const say = async (node: NodeType, params: Record<string, Json>): Promise<Json[]> => {
  const given = { connection: at.connection, ...params };
  return Object.values((await runNode(node, { params: given, input: [{ id: 7 }], ports: at.ports })).output).flat();
};

it('a text alone, or as output', async () => {
  expect(await say(llm, { prompt: 'reply: hello', answer: 'text' })).toEqual([{ text: 'hello' }]);
  expect(await say(llm, { prompt: 'reply: hello', answer: 'output' })).toEqual([{ output: 'hello' }]);
  expect(await say(agent, { prompt: 'reply: hello', answer: 'output' })).toEqual([{ output: 'hello' }]);
});

it('the value of a schema as output', async () => {
  const prompt = 'name: Ada\nage: 36';
  expect(await say(llm, { prompt, schema: PERSON, answer: 'output' })).toEqual([{ output: { name: 'Ada', age: 36 } }]);
  const before = at.asked().length;
  const [item] = await say(agent, { prompt, schema: PERSON, answer: 'output' });
  expect(item).toMatchObject({ output: { age: expect.any(Number) as unknown } });
  // The agent works first, and is asked for the form of its answer then.
  const asked = at.asked().slice(before);
  expect(asked.map((one) => one['response_format'] !== undefined)).toEqual([false, true]);
});

it('a class without a word about it in the item', async () => {
  const classes = [{ id: 'a' }, { id: 'b' }];
  expect(await say(classifier, { text: 'json: {"class": "b"}', classes, output: '' })).toEqual([{ id: 7 }]);
});
