/** If: only true and false decide, nothing else is taken for them. */
import { describe, expect, it } from 'vitest';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

describe('if', () => {
  it.each([
    ['{{ $json.name }}', 'the text "Ada"'],
    ['{{ $json.missing }}', 'nothing'],
    ['{{ $json.n }} > 1', 'the text "2 > 1"'],
    ['{{ null }}', 'null'],
  ])('refuses when: %s', async (when, seen) => {
    const run = runNode(node, { params: { when }, input: [{ name: 'Ada', n: 2 }] });
    await expect(run).rejects.toThrow(`when must be true or false, not ${seen}.`);
  });

  it('refuses both questions at once, and none', async () => {
    const both = { when: true, conditions: [] };
    await expect(runNode(node, { params: both })).rejects.toThrow('when and conditions are both given.');
    await expect(runNode(node)).rejects.toThrow('when must be true or false, not nothing.');
  });

  it('passes the very item, with its files', async () => {
    const item = { json: { a: 1 }, files: { f: { blob: 'b', size: 1 } } };
    const { items } = await runNode(node, { params: { when: '{{ $json.a === 2 }}' }, items: [[item]] });
    expect(items[1]?.[0]).toBe(item);
  });

  it('takes what cannot be compared for no, when asked', async () => {
    const conditions = [{ left: '{{ $json.n }}', op: 'gt', right: 1, type: 'number' }];
    const params = { conditions, undecided: 'no' };
    const { output } = await runNode(node, { params, input: [{ n: 'x' }, { n: 2 }] });
    expect(output).toEqual({ true: [{ n: 2 }], false: [{ n: 'x' }] });
    await expect(runNode(node, { params: { conditions }, input: [{ n: 'x' }] })).rejects.toThrow('must be a number');
  });
});
