/** defineNode refuses node types with mistakes, and effects run with parameters that fit only. */
import { describe, expect, it } from 'vitest';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { defineNode, MAIN } from './define.ts';
import { runNode } from './run.ts';

const effect: NodeType = {
  type: 'ping',
  title: 'Ping',
  description: 'For tests.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    times: { type: 'integer', description: 'How often.', default: 1, min: 1, max: 5 },
    every: { type: 'duration', description: 'Pause.' },
    mode: { type: 'string', description: 'How.', enum: ['a', 'b'], required: true },
    rows: {
      type: 'list',
      description: 'Rows.',
      fields: { id: { type: 'number', description: 'Id.', required: true } },
    },
  },
  examples: [{ title: 'One', with: { mode: 'a' }, output: [{}] }],
  run: async ({ items }) => ({ items }),
};

describe('defineNode', () => {
  it.each<[string, Partial<NodeType>, RegExp]>([
    ['a bad name', { type: 'My Node' }, /type must be words/],
    ['no example', { examples: [] }, /at least one example/],
    ['a kernel without a module', { work: 'kernel' }, /needs module/],
    [
      'a default of the wrong type',
      { parameters: { a: { type: 'number', description: 'A.', default: 'x' } } },
      /parameter a: default must be a number/,
    ],
    [
      'a default outside its enum',
      { parameters: { a: { type: 'string', description: 'A.', default: 'x', enum: ['y'] } } },
      /one of y/,
    ],
    [
      'a parameter without description',
      { parameters: { a: { type: 'number', description: ' ' } } },
      /description is empty/,
    ],
    [
      'a field without description',
      { parameters: { a: { type: 'object', description: 'A.', fields: { b: { type: 'any', description: '' } } } } },
      /parameter a\.b/,
    ],
    ['a port twice', { outputs: [{ name: 'x' }, { name: 'x' }] }, /port x is there twice/],
    [
      'an example with an unknown parameter',
      { examples: [{ title: 'E', with: { mode: 'a', nope: 1 }, output: [] }] },
      /no parameter nope/,
    ],
    [
      'an example without a required one',
      { examples: [{ title: 'E', with: {}, output: [] }] },
      /mode must be text, not nothing/,
    ],
    [
      'an example with an unknown output',
      { examples: [{ title: 'E', with: { mode: 'a' }, output: { nope: [] } }] },
      /no output nope/,
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => defineNode({ ...effect, ...change })).toThrow(message);
  });

  it('lists all mistakes at once', () => {
    expect(() => defineNode({ ...effect, title: '', description: '' })).toThrow(
      /title is empty[^]*description is empty/,
    );
  });

  it.each<[Record<string, string | number | object>, RegExp]>([
    [{ mode: 'c' }, /mode must be one of a, b, not the text "c"/],
    [{}, /mode must be text, not nothing/],
    [{ mode: 'a', times: 9 }, /times must be a number from 1 to 5/],
    [{ mode: 'a', every: 'soon' }, /every must be a duration/],
    [{ mode: 'a', rows: [{ id: 1 }, { id: 'x' }] }, /rows\[1\]\.id must be a number, not the text "x"/],
    [{ mode: 'a', rows: [{ id: 1, more: 2 }] }, /rows\[0\]\.more must be left out/],
  ])('lets no effect run with %j', async (params, message) => {
    const node = defineNode(effect);
    await expect(runNode(node, { params: params as never })).rejects.toThrow(message);
  });

  it('runs an effect whose parameters fit', async () => {
    const { output } = await runNode(defineNode(effect), { params: { mode: 'b', every: '2s' }, input: [{ a: 1 }] });
    expect(output).toEqual({ main: [{ a: 1 }] });
  });
});
