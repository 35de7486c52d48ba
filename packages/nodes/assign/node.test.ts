/** What Assign does to variables; that they are kept and seen is tested with the engine. */
import { describe, expect, it } from 'vitest';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function assigned(params: Record<string, Json>, before: Record<string, Json> = {}) {
  const known = { run: { ...before }, conversation: {} as Record<string, Json>, loop: {} as Record<string, Json> };
  const ports: Partial<EffectPorts> = {
    variables: {
      get: (scope, name) => (Object.hasOwn(known[scope], name) ? known[scope][name] : undefined),
      set: async (scope, name, value) => {
        Object.defineProperty(known[scope], name, { value, enumerable: true, configurable: true, writable: true });
      },
    },
  };
  const { output } = await runNode(node, { params, input: [{ n: 2 }], ports });
  expect(output['main']).toEqual([{ n: 2 }]);
  return known;
}

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

it('sets, appends, adds and clears, in this order', async () => {
  const params = { set: { a: 1 }, append: { list: 'x' }, add: { a: 2, sum: 5 }, clear: ['old', 'none'] };
  expect((await assigned(params, { list: ['w'], old: 'text' })).run).toEqual({
    a: 3,
    list: ['w', 'x'],
    sum: 5,
    old: '',
    none: null,
  });
});

it('keeps conversation and run apart, and takes any name', async () => {
  const known = await assigned({ scope: 'conversation', set: JSON.parse('{"__proto__": 1}') as Json });
  expect(Object.keys(known.conversation)).toEqual(['__proto__']);
  expect(known.run).toEqual({});
});

it('says which variable does not fit', async () => {
  await expect(assigned({ append: { a: 1 } }, { a: 'text' })).rejects.toThrow('append.a');
  await expect(assigned({ add: { a: 1 } }, { a: 'text' })).rejects.toThrow('add.a');
  await expect(assigned({ add: { a: 'x' } })).rejects.toThrow('add.a');
  await expect(assigned({ set: [1] })).rejects.toThrow('set');
});
