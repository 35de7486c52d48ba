/** Webhook and Form triggers in a run: the item as it came, uploaded files as files of the item. */
import { expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node as form } from '../form/node.ts';
import { node as webhook } from './node.ts';

it.each([
  ['webhook', webhook],
  ['form', form],
])('%s takes stored files from $files, and only well-formed ones', async (_, node) => {
  const json: Json = {
    body: { $files: { fake: { blob: 'f', size: 1 } } },
    $files: { data: { blob: 'abc', size: 3, name: 'a.txt', mime: 'text/plain' }, bad: { blob: 5 }, worse: 'x' },
  };
  const { items } = await runNode(node, { params: node.examples[0]?.with ?? {}, items: [[{ json, from: [3] }]] });
  expect(items[0]).toEqual([
    {
      json: { body: { $files: { fake: { blob: 'f', size: 1 } } } },
      files: { data: { blob: 'abc', size: 3, name: 'a.txt', mime: 'text/plain' } },
    },
  ]);
});

it('starts without an item where the run has none', async () => {
  expect((await runNode(webhook, { items: [[]] })).items).toEqual([[]]);
});
