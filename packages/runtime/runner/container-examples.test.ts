/** The examples of containers, run: what the documentation of loops shows is true. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { registry } from '@rondo/nodes/registry.ts';
import { run } from './workflow.testing.ts';

const containers = registry.list().filter((node) => node.work === 'container' && node.type !== 'sub-workflow');

describe.each(containers.map((node) => [node.type, node] as const))('%s', (type, node) => {
  it.each(node.examples.map((example) => [example.title, example] as const))('%s', async (_, example) => {
    const { with: given, loop, body, around = {} } = example;
    const after = ['start', ...Object.keys(around)];
    const nodes = { start: { type: 'manual' }, [type]: { type, after, with: given, loop, body }, ...around };
    const result = await run(`nodes: ${JSON.stringify(nodes)}`, {
      input: (example.input ?? [{}]) as Json,
    });
    expect(result.failure).toBeNull();
    const wanted = Array.isArray(example.output) ? example.output : example.output['done'];
    expect(result.output).toEqual(wanted);
  });
});
