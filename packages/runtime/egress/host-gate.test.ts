/** Limits per host: how many at once, how many a second, in order, over a clock that is put forward by hand. */
import { expect, it } from 'vitest';
import { createHostGate, NO_HOST_LIMIT, type HostGate, type HostLimit } from './host-gate.ts';

function byHand() {
  let at = 0;
  let sleeping: { until: number; wake(): void }[] = [];
  return {
    monotonic: () => at,
    sleep: (ms: number) => new Promise<void>((wake) => sleeping.push({ until: at + ms, wake })),
    async forward(ms: number): Promise<void> {
      at += ms;
      const due = sleeping.filter(({ until }) => until <= at);
      sleeping = sleeping.filter(({ until }) => until > at);
      for (const { wake } of due) wake();
      await settled();
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function started(own: Record<string, Partial<HostLimit>>, each: Partial<HostLimit> = {}) {
  const clock = byHand();
  const gate: HostGate = createHostGate(clock);
  const full = (limit: Partial<HostLimit>): HostLimit => ({ ...NO_HOST_LIMIT, ...limit });
  gate.set({ each: full(each), own: new Map(Object.entries(own).map(([name, limit]) => [name, full(limit)])) });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const call = (host: string, name: string, signal?: AbortSignal): Promise<void> =>
    gate.enter(host, signal).then((leave) => {
      begun.push(name);
      ends.set(name, leave);
    });
  return { clock, gate, begun, call, end: async (name: string) => (ends.get(name)?.(), settled()) };
}

it('lets so many through at once, in order, each host by itself', async () => {
  const { begun, call, end } = started({ 'a.test': { parallel: 2 } });
  for (const name of ['1', '2', '3', '4']) void call('A.test', name);
  void call('b.test', 'other');
  await settled();
  expect(begun.toSorted()).toEqual(['1', '2', 'other']);
  await end('2');
  await end('2');
  expect(begun.slice(-1)).toEqual(['3']);
  await end('1');
  expect(begun.slice(-1)).toEqual(['4']);
});

it('lets so many begin in a second, and saves nothing up', async () => {
  const { clock, begun, call } = started({}, { perSecond: 10 });
  for (let n = 0; n < 25; n++) void call('a.test', String(n));
  await settled();
  expect(begun.length).toBe(1);
  for (let tick = 0; tick < 10; tick++) await clock.forward(100);
  expect(begun.length).toBe(11);
  for (let tick = 0; tick < 14; tick++) await clock.forward(100);
  expect(begun).toEqual(Array.from({ length: 25 }, (_, n) => String(n)));
  await clock.forward(60_000);
  for (let n = 0; n < 5; n++) void call('a.test', `later ${n}`);
  await settled();
  expect(begun.length).toBe(26);
});

it('counts all hosts of a pattern together, and the name before the pattern', async () => {
  const { begun, call } = started({ '*.a.test': { parallel: 1 }, 'own.a.test': { parallel: 1 } });
  for (const host of ['x.a.test', 'y.z.a.test', 'own.a.test', 'a.test', 'nota.test']) void call(host, host);
  await settled();
  expect(begun.toSorted()).toEqual(['a.test', 'nota.test', 'own.a.test', 'x.a.test']);
});

it('lets go of who gives up, and takes new limits at once', async () => {
  const { gate, begun, call } = started({ 'a.test': { parallel: 1 } });
  const giveUp = new AbortController();
  void call('a.test', 'first');
  const second = call('a.test', 'second', giveUp.signal);
  void call('a.test', 'third');
  await settled();
  giveUp.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await expect(call('a.test', 'late', giveUp.signal)).rejects.toThrow('enough');
  expect(gate.isOpen()).toBe(false);
  gate.set({ each: NO_HOST_LIMIT, own: new Map() });
  await settled();
  expect(begun).toEqual(['first', 'third']);
  expect(gate.isOpen()).toBe(true);
});
