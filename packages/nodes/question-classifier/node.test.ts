import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { bench, failureOf } from '../kit/ai/model.testing.ts';
import { nodeContract } from '../kit/contract.ts';
import { portsOf } from '../kit/define.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

const at = bench();

type Fields = { [key: string]: Json };

const CLASSES = [
  { id: 'billing', description: 'Invoices, payments, refunds' },
  { id: 'shipping', description: 'Parcels and delivery' },
  { id: 'other' },
];

const run = (input: Json[], more: Fields = {}): ReturnType<typeof runNode> =>
  runNode(node, {
    params: { connection: at.connection, text: '{{ $json.mail }}', classes: CLASSES, ...more },
    input,
    ports: at.ports,
  });

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('question classifier', () => {
  it('sends each item to the output of its class, with what was found', async () => {
    const { output } = await run([
      { mail: 'My invoice is wrong.', n: 1 },
      { mail: 'Where is my parcel?', n: 2 },
    ]);
    expect(output['billing']).toMatchObject([{ n: 1, classification: { id: 'billing', fallback: false } }]);
    expect(output['shipping']).toMatchObject([
      { n: 2, classification: { id: 'shipping', description: 'Parcels and delivery' } },
    ]);
    expect(output['other']).toEqual([]);
    expect(at.used).toHaveLength(2);
  });

  it('asks again when the model names no class', async () => {
    const { output } = await run([{ mail: 'json: {"class": "nonsense"}\nthen:\njson: {"class": "other"}' }], {
      output: 'a.b',
    });
    expect(output['other']).toMatchObject([{ a: { b: { id: 'other' } } }]);
  });

  it('falls back only when the model answered without a class', async () => {
    const mail = 'reply: I do not know.';
    const { output } = await run([{ mail }], { fallback: 'other', repairs: 0 });
    expect(output['other']).toMatchObject([{ classification: { id: 'other', fallback: true } }]);
    expect(await failureOf(run([{ mail }], { repairs: 0 }))).toMatchObject({ data: { reason: 'schema' } });
    expect(await failureOf(run([{ mail: 'fail: 500' }], { fallback: 'other' }))).toMatchObject({ code: 'http-status' });
  });

  it('cannot be talked into a class that does not exist', async () => {
    const failed = await failureOf(run([{ mail: 'json: {"class": "__proto__"}' }], { repairs: 0 }));
    expect(failed.data).toMatchObject({ reason: 'schema' });
  });

  it.each<[Fields, RegExp]>([
    [{ classes: [] }, /classes must be a list/],
    [{ classes: [{ id: 'a' }, { id: 'a' }] }, /classes\[1\]\.id/],
    [{ classes: [{ id: 'a.b' }] }, /classes\[0\]\.id/],
    [{ fallback: 'nowhere' }, /there is no class nowhere/],
  ])('refuses %j', async (more, message) => {
    const failed = await failureOf(run([{ mail: 'x' }], more));
    expect(failed.message).toMatch(message);
    expect(failed.retry).toBe('no');
  });

  it.each<Fields>([{ classes: 'x' }, { classes: [null, 5, { id: 7 }, { id: '' }] }, {}])(
    'has no outputs for %j',
    (raw) => {
      expect(portsOf(node, 'outputs', raw)).toEqual([]);
    },
  );

  it('keeps files of the item', async () => {
    const files = { a: { blob: 'b', size: 1 } };
    const items = [[{ json: { mail: 'My parcel' }, files }]];
    const params = { connection: at.connection, text: 'parcel', classes: CLASSES };
    const made = await runNode(node, { params, items, ports: at.ports });
    expect(made.items[1]?.[0]?.files).toEqual(files);
  });
});
