/** What Approval asks, waits for and gives; that waits are durable is tested with the engine. */
import { describe, expect, it } from 'vitest';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectResult } from '@rondo/core/model/node-type.ts';
import { nodeContract } from '../kit/contract.ts';
import { node } from './node.ts';

const NOW = Date.parse('2030-01-01T00:00:00Z');

function person(url: string | null = 'https://rondo.example.org/hooks/wait/t0') {
  const asked = new Map<string, Json | undefined>();
  const posts: { url: string; body: string }[] = [];
  const log: string[] = [];
  const call = async (params: Record<string, Json>, carry?: Json, received?: Json, now = NOW): Promise<EffectResult> =>
    (node.run as NonNullable<typeof node.run>)({
      params: { message: 'Pay 900 EUR?', field: 'approval', ...params },
      items: [{ json: { amount: 900 } }, { json: 'text' }],
      carry,
      ...(received === undefined ? {} : { received }),
      index: 0,
      attempt: 1,
      idempotencyKey: 'k',
      signal: new AbortController().signal,
      evaluate: async () => null,
      ports: {
        clock: { now: () => now, sleep: () => Promise.reject(new Error('the engine waits')) },
        signal: async () => ({ token: 't0', url }),
        state: {
          set: async (_scope: string, key: string, value: Json | undefined) => void asked.set(key, value),
        },
        log: (line: string) => log.push(line),
        fetch: async (to: string, init: { body: string }) => {
          posts.push({ url: to, body: init.body });
          return { status: to.includes('down') ? 503 : 200 };
        },
      } as unknown as EffectPorts,
    });
  return { call, asked, posts, log };
}

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

it('asks once, waits, and sends the items the way that was decided', async () => {
  const { call, asked, log } = person();
  const first = await call({ expires: '2d' });
  expect(first).toMatchObject({ waitFor: 'approval', waitUntil: NOW + 2 * 86_400_000 });
  expect(asked.get('t0')).toMatchObject({ message: 'Pay 900 EUR?' });
  expect(log.join()).toContain('https://rondo.example.org/hooks/wait/t0');
  const again = await call({}, first.carry);
  expect(again).toMatchObject({ waitFor: 'approval' });
  expect(log).toHaveLength(1);

  const approval = { approved: true, comment: 'fine', at: '2030-01-01T00:00:00.000Z' };
  const yes = await call({}, first.carry, { approved: true, comment: 'fine' });
  expect(yes.ports?.map((items) => items.map((item) => item.json))).toEqual([
    [
      { amount: 900, approval },
      { value: 'text', approval },
    ],
    [],
    [],
  ]);
  expect(asked.get('t0')).toBeUndefined();
  expect((await call({}, first.carry, { approved: 'yes' })).ports?.map((items) => items.length)).toEqual([0, 2, 0]);
});

it('gives up when nobody decided in time', async () => {
  const { call } = person();
  const { carry } = await call({ expires: '1h' });
  const late = await call({ expires: '1h' }, carry, undefined, NOW + 3_600_000);
  expect(late.ports?.map((items) => items.length)).toEqual([0, 0, 2]);
  expect(late.ports?.[2]?.[0]?.json).toEqual({ amount: 900, approval: null });
});

it('tells a webhook where to decide, and says when that is not possible', async () => {
  const { call, posts } = person();
  await call({ notify: { url: 'https://chat.example.org/hook' } });
  expect(JSON.parse(posts[0]?.body ?? '')).toMatchObject({
    text: 'Pay 900 EUR?\nhttps://rondo.example.org/hooks/wait/t0',
  });
  await expect(call({ notify: { url: 'https://down.example.org/' } })).rejects.toThrow('503');
  await expect(person(null).call({ notify: { url: 'https://chat.example.org/' } })).rejects.toThrow(
    'address of a server',
  );
  await expect(call({ expires: 'soon' })).rejects.toThrow('expires');
});
