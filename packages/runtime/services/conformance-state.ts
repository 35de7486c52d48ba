/** Owns what every StatePort must do: one test per sentence of the port (core/model/effect-ports.ts). */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StatePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import type { Services } from './services.ts';
import { codeUnit } from './testing/code-units.ts';
import type { OpenServices } from './testing/open-services.ts';

const HOSTILE = [
  '',
  '__proto__',
  "'; drop table scopes; --",
  'ü 人 \u0000 x',
  '\ud800',
  '\udfff',
  '\ufffd',
  'k'.repeat(5_000),
];

export function describeState(name: string, open: OpenServices): void {
  describe(`state in ${name}`, () => {
    let services: Services;
    let state: StatePort;

    beforeEach(async () => {
      services = await open({ now: () => 1_000, key: new Uint8Array(32) });
      state = services.state;
    });
    afterEach(() => services.close());

    it('keeps values by scope and key, and takes them away', async () => {
      expect(await state.get('a', 'k')).toBeUndefined();
      await state.set('a', 'k', { n: 1 });
      await state.set('b', 'k', null);
      expect(await state.get('a', 'k')).toEqual({ n: 1 });
      expect(await state.get('b', 'k')).toBeNull();
      await state.set('a', 'k', [2]);
      expect(await state.get('a', 'k')).toEqual([2]);
      await state.set('a', 'k', undefined);
      await state.set('nobody', 'k', undefined);
      expect(await state.get('a', 'k')).toBeUndefined();
      expect(await state.get('b', 'k')).toBeNull();
    });

    it('answers for each key whether it was new', async () => {
      expect(await state.add('s', ['x', 'y'], 'first')).toEqual([true, true]);
      expect(await state.add('s', ['y', 'z', 'x'], 'second')).toEqual([false, true, false]);
      expect(await state.add('other', ['x'], 'second')).toEqual([true]);
      expect(await state.add('s', [], 'second')).toEqual([]);
    });

    it('answers the owner who repeats a call the same, and everybody else by the first', async () => {
      const answer = await state.add('s', ['x', 'y', 'x'], 'first');
      expect(answer).toEqual([true, true, false]);
      expect(await state.add('s', ['x', 'y', 'x'], 'first')).toEqual(answer);
      expect(await state.add('s', ['x', 'w'], 'second')).toEqual([false, true]);
      expect(await state.add('s', ['x', 'y', 'x'], 'first')).toEqual(answer);
      expect(await state.add('s', ['x', 'w'], 'second')).toEqual([false, true]);
    });

    it('gives each key to one of many who add at the same time', async () => {
      const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => state.add('s', keys, `owner ${n}`)));
      for (const at of keys.keys()) expect(answers.filter((answer) => answer[at] === true)).toHaveLength(1);
    });

    it('forgets a scope: values and keys, and no other', async () => {
      for (const scope of ['a', 'b']) {
        await state.set(scope, 'k', 1);
        await state.add(scope, ['x'], 'o');
      }
      await state.clear('a');
      await state.clear('nobody');
      expect(await state.get('a', 'k')).toBeUndefined();
      expect(await state.get('b', 'k')).toBe(1);
      expect(await state.add('a', ['x'], 'p')).toEqual([true]);
      expect(await state.add('b', ['x'], 'p')).toEqual([false]);
    });

    it('forgets also what is added while it forgets, or keeps it: nothing in between', async () => {
      const keys = Array.from({ length: 30_000 }, (_, n) => `k${n}`);
      await state.add('s', keys, 'o');
      const cleared = state.clear('s');
      const added = await state.add('s', ['k0', 'new'], 'p');
      await cleared;
      expect(added).toEqual([true, true]);
      expect(await state.add('s', ['k0', 'new', 'k1'], 'q')).toEqual([false, false, true]);
    });

    it('keeps hostile names apart', async () => {
      for (const [at, key] of HOSTILE.entries()) {
        await state.set('values', key, at);
        await state.set(key, 'k', at);
      }
      for (const [at, key] of HOSTILE.entries()) {
        expect(await state.get('values', key)).toBe(at);
        expect(await state.get(key, 'k')).toBe(at);
      }
      expect(await state.add('keys', HOSTILE, 'o')).toEqual(HOSTILE.map(() => true));
      expect(await state.add('keys', HOSTILE, 'p')).toEqual(HOSTILE.map(() => false));
      expect(await state.add('owner', ['x'], '\ud800 \u0000')).toEqual([true]);
    });

    it('gives back any JSON value as it was', async () => {
      await fc.assert(
        fc.asyncProperty(fc.jsonValue({ stringUnit: codeUnit }), async (value) => {
          const json = JSON.parse(JSON.stringify(value)) as Json;
          await state.set('s', 'k', json);
          expect(await state.get('s', 'k')).toEqual(json);
        }),
        { numRuns: 50 },
      );
      await state.set('s', 'k', JSON.parse('{"__proto__":{"x":1}}') as Json);
      expect(JSON.stringify(await state.get('s', 'k'))).toBe('{"__proto__":{"x":1}}');
    });

    it('works like a map of maps, whatever is done to it', async () => {
      const scope = fc.constantFrom('a', 'b');
      const key = fc.constantFrom('x', 'y', '__proto__');
      const step = fc.oneof(
        fc.record({ do: fc.constant('set' as const), scope, key, value: fc.option(fc.integer(), { nil: undefined }) }),
        fc.record({ do: fc.constant('add' as const), scope, key, owner: fc.constantFrom('o', 'p') }),
        fc.record({ do: fc.constant('clear' as const), scope }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          await state.clear('a');
          await state.clear('b');
          const values = new Map<string, number>();
          const owners = new Map<string, string>();
          for (const one of steps) {
            if (one.do === 'clear') {
              await state.clear(one.scope);
              for (const map of [values, owners])
                for (const at of map.keys()) if (at.startsWith(one.scope)) map.delete(at);
              continue;
            }
            const at = `${one.scope}/${one.key}`;
            if (one.do === 'set') {
              await state.set(one.scope, one.key, one.value);
              if (one.value === undefined) values.delete(at);
              else values.set(at, one.value);
              expect(await state.get(one.scope, one.key)).toEqual(values.get(at));
            } else {
              const isNew = !owners.has(at) || owners.get(at) === one.owner;
              if (!owners.has(at)) owners.set(at, one.owner);
              expect(await state.add(one.scope, [one.key], one.owner)).toEqual([isNew]);
            }
          }
        }),
        { numRuns: 30 },
      );
    });

    it('has limits for a value and for a scope, which name themselves', async () => {
      await state.set('s', 'k', 1);
      const bounded = services.within({ ...resolveLimits(), 'state.bytes': 10, 'state.keys': 3 }).state;
      await bounded.set('s', 'k', '12345678');
      await expect(bounded.set('s', 'k', '123456789')).rejects.toMatchObject({
        failure: { code: 'limit-reached', retry: 'no', message: expect.stringContaining('state.bytes') as string },
      });
      await expect(bounded.set('s', 'k', 'üüüüü')).rejects.toThrow('state.bytes');
      expect(await state.get('s', 'k')).toBe('12345678');
      await bounded.add('s', ['x', 'y'], 'o');
      await expect(bounded.add('s', ['x', 'z'], 'o')).rejects.toThrow('state.keys');
      await expect(bounded.set('s', 'other', 1)).rejects.toThrow('state.keys');
      // All or nothing; and what there is may be changed, or make room.
      expect(await bounded.add('s', ['x'], 'p')).toEqual([false]);
      await bounded.set('s', 'k', 2);
      await bounded.set('s', 'k', undefined);
      expect(await bounded.add('s', ['z'], 'o')).toEqual([true]);
    });
  });
}
