/** What a runner process tells: the newest of each loop, everything else in order, nothing for nobody. */
import { expect, it } from 'vitest';
import type { LoopRecord } from '@rondo/core/ports.ts';
import type { Progress } from '@rondo/runtime/api.ts';
import { Outbox, type Told } from './outbox.ts';

const loop = (key: number, completed: number): Progress => ({
  type: 'loop',
  loop: { key, completed } as LoopRecord,
  inFlight: 0,
});
const log = (line: string): Progress => ({ type: 'log', node: 'a', line });

function outbox(): { box: Outbox; sent: Told[][]; free(): void } {
  const sent: Told[][] = [];
  let free = (): void => {};
  const box = new Outbox((list) => {
    sent.push(list);
    return new Promise((resolve) => (free = resolve));
  });
  return { box, sent, free: () => free() };
}

it('sends the newest state of a loop once, at the place of the first, and the rest in order', () => {
  const { box, sent } = outbox();
  box.add('r', loop(1, 1));
  box.add('r', log('one'));
  box.add('r', loop(1, 2));
  box.add('s', loop(1, 7));
  box.add('r', loop(1, 3));
  box.flush();
  expect(sent).toEqual([
    [
      ['r', loop(1, 3)],
      ['r', log('one')],
      ['s', loop(1, 7)],
    ],
  ]);
});

it('sends at once what somebody waits for, one message after the other, text joined', async () => {
  const { box, sent, free } = outbox();
  box.add('r', log('before'));
  box.add('r', { type: 'respond', response: { status: 200 } });
  expect(sent.map((list) => list.map(([, { type }]) => type))).toEqual([['log', 'respond']]);
  for (const text of ['a', 'b', 'c']) box.add('r', { type: 'answer', text });
  // The channel is still busy.
  expect(sent.length).toBe(1);
  free();
  await Promise.resolve();
  await Promise.resolve();
  expect(sent[1]).toEqual([['r', { type: 'answer', text: 'abc' }]]);
});

it('holds a bounded number of lines of logs', () => {
  const { box, sent } = outbox();
  for (let i = 0; i < 5_000; i++) box.add('r', log(`${i}`));
  box.flush();
  expect(sent[0]?.length).toBe(500);
});
