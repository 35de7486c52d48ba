/** Switch: outputs come from the parameters; rules in order; fallback. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { portsOf } from '../kit/define.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

const outputs = (raw: Record<string, Json>): string[] => portsOf(node, 'outputs', raw).map((port) => port.name);

describe('switch', () => {
  it('has each named output once, in order, then extra', () => {
    const rules = [
      { output: 'b', when: true },
      { output: 'a', when: true },
      { output: 'b', when: true },
    ];
    expect(outputs({ rules, cases: { x: 'c', y: 'a' }, fallback: 'extra' })).toEqual(['b', 'a', 'c', 'extra']);
  });

  it('has no outputs where the parameters make no sense, instead of failing in the editor', () => {
    for (const raw of [{}, { rules: 5 }, { rules: [1, null, {}] }, { cases: 'x' }] as Record<string, Json>[]) {
      expect(outputs(raw)).toEqual([]);
    }
  });

  it('takes the first rule that fits', async () => {
    const rules = [
      { when: '{{ $json.n > 1 }}', output: 'a' },
      { when: true, output: 'b' },
    ];
    const { output } = await runNode(node, { params: { rules }, input: [{ n: 1 }, { n: 2 }] });
    expect(output).toEqual({ a: [{ n: 2 }], b: [{ n: 1 }] });
  });

  it('sends an item once to an output that two rules share', async () => {
    const rules = [
      { when: true, output: 'a' },
      { when: true, output: 'a' },
    ];
    const { output } = await runNode(node, { params: { rules, all: true }, input: [{}] });
    expect(output).toEqual({ a: [{}] });
  });

  it('finds cases by numbers, booleans and null, and no inherited names', async () => {
    const params = { value: '{{ $json.v }}', cases: { 1: 'one', true: 'yes', null: 'none' }, fallback: 'extra' };
    const input = [{ v: 1 }, { v: true }, { v: null }, {}, { v: 'constructor' }];
    const { output } = await runNode(node, { params, input });
    expect(output).toEqual({
      one: [{ v: 1 }],
      yes: [{ v: true }],
      none: [{ v: null }, {}],
      extra: [{ v: 'constructor' }],
    });
  });

  it('falls back to an output that exists, and says when it does not', async () => {
    const rules = [{ when: false, output: 'a' }];
    expect((await runNode(node, { params: { rules, fallback: 'a' } })).output).toEqual({ a: [{}] });
    expect((await runNode(node, { params: { rules } })).output).toEqual({ a: [] });
    await expect(runNode(node, { params: { rules, fallback: 'b' } })).rejects.toThrow(
      'fallback: there is no output b.',
    );
  });

  it('takes the output that an expression names or counts, or several of them', async () => {
    const input = [{ o: 'b' }, { o: 0 }, { o: ['a', 1] }, { o: null }];
    const params = { outputs: ['a', 'b'], output: '{{ $json.o }}', fallback: 'extra' };
    expect((await runNode(node, { params, input })).output).toEqual({
      a: [{ o: 0 }, { o: ['a', 1] }],
      b: [{ o: 'b' }],
      extra: [{ o: null }],
    });
    const all = await runNode(node, { params: { ...params, all: true }, input });
    expect(all.output.b).toEqual([{ o: 'b' }, { o: ['a', 1] }]);
    for (const output of ['c', 2, -1]) {
      await expect(runNode(node, { params: { outputs: ['a'], output } })).rejects.toThrow(
        `output: there is no output ${output}.`,
      );
    }
    await expect(runNode(node, { params: { outputs: ['a'], output: '{{ true }}' } })).rejects.toThrow(
      'output must be a name or a position, not true',
    );
  });

  it('compares as Dify does where it is told to', async () => {
    const conditions = [{ left: '{{ $json.n }}', op: 'equals', right: '5', type: 'number' }];
    const params = { rules: [{ conditions, semantics: 'dify', output: 'five' }] };
    expect((await runNode(node, { params, input: [{ n: 5 }, { n: null }] })).output).toEqual({ five: [{ n: 5 }] });
  });

  it('names the rule that does not fit', async () => {
    const rules = [
      { when: false, output: 'a' },
      { when: 'yes', output: 'a' },
    ];
    await expect(runNode(node, { params: { rules } })).rejects.toThrow('rules[1].when must be true or false');
    await expect(runNode(node)).rejects.toThrow('neither rules nor cases');
  });
});
