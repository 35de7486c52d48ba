import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

async function answered(text: Json, input: Json[] = [{}]): Promise<{ answers: string[]; output: Json[] | undefined }> {
  const answers: string[] = [];
  const { output } = await runNode(node, {
    params: { text },
    input,
    ports: { answer: (part) => void answers.push(part) },
  });
  return { answers, output: output['main'] };
}

describe('answer', () => {
  it('emits its text once per item and passes the items on', async () => {
    const input = [{ n: 1 }, { n: 2 }];
    expect(await answered('{{ $json.n }}. ', input)).toEqual({ answers: ['1. ', '2. '], output: input });
  });

  it.each<[Json, string[]]>([
    ['{{ { a: 1 } }}', ['{\n  "a": 1\n}']],
    ['{{ [1] }}', ['[\n  1\n]']],
    ['{{ 0 }}', ['0']],
    ['{{ "" }}', []],
    [7, ['7']],
  ])('writes %j as %j', async (text, answers) => {
    expect((await answered(text)).answers).toEqual(answers);
  });

  it('does not evaluate what data brings', async () => {
    const { answers } = await answered('{{ $json.text }}', [{ text: '{{ 1 + 1 }} {% x %}' }]);
    expect(answers).toEqual(['{{ 1 + 1 }} {% x %}']);
  });

  it('keeps files of its items', async () => {
    const items = [[{ json: {}, files: { a: { blob: 'b', size: 1 } } }]];
    const run = await runNode(node, { params: { text: 'x' }, items, ports: { answer: () => {} } });
    expect(run.items).toEqual(items);
  });
});
