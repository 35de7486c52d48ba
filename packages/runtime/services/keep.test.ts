import { describe, expect, it } from 'vitest';
import type { Kept } from '@rondo/core/model/effect-ports.ts';
import { createKeeper } from './keep.ts';

/** A thing that tells how often it was opened and closed. */
function thing() {
  const seen = { opened: 0, closed: 0 };
  const open = async (): Promise<Kept<number>> => {
    seen.opened += 1;
    const value = seen.opened;
    return {
      value,
      close: async () => {
        seen.closed += 1;
      },
    };
  };
  return { seen, open };
}

describe('keep', () => {
  it('opens once per key, also for calls at the same time', async () => {
    const keeper = createKeeper();
    const { seen, open } = thing();
    expect(await Promise.all(Array.from({ length: 50 }, () => keeper.keep('a', open)))).toEqual(
      Array.from({ length: 50 }, () => 1),
    );
    expect(await keeper.keep('b', open)).toBe(2);
    expect(seen).toEqual({ opened: 2, closed: 0 });
    await keeper.close();
    expect(seen).toEqual({ opened: 2, closed: 2 });
  });

  it('does not remember a failed open, and tells everybody who waited for it', async () => {
    const keeper = createKeeper();
    const { open } = thing();
    let tries = 0;
    const failing = (): Promise<never> => {
      tries += 1;
      return Promise.reject(new Error('refused'));
    };
    const both = await Promise.allSettled([keeper.keep('a', failing), keeper.keep('a', failing)]);
    expect(both.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(tries).toBe(1);
    const throwing = (): never => {
      throw new Error('at once');
    };
    await expect(keeper.keep('a', throwing)).rejects.toThrow('at once');
    expect(await keeper.keep('a', open)).toBe(1);
    await keeper.close();
  });

  it('opens anew after a drop, and closes what was dropped', async () => {
    const keeper = createKeeper();
    const { seen, open } = thing();
    await keeper.keep('a', open);
    await keeper.drop('a');
    expect(seen).toEqual({ opened: 1, closed: 1 });
    await keeper.drop('a');
    await keeper.drop('nothing');
    expect(await keeper.keep('a', open)).toBe(2);
    await keeper.close();
    expect(seen).toEqual({ opened: 2, closed: 2 });
  });

  it('closes what is still being opened, and gives it to nobody', async () => {
    const keeper = createKeeper();
    const { seen, open } = thing();
    const gate = Promise.withResolvers<void>();
    const waiting = keeper.keep('a', async () => {
      await gate.promise;
      return open();
    });
    const closed = keeper.close();
    gate.resolve();
    await closed;
    await expect(waiting).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    expect(seen).toEqual({ opened: 1, closed: 1 });
    await expect(keeper.keep('a', open)).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    expect(seen.opened).toBe(1);
  });

  it('does not wait for ever, closes late what opens late, and reports errors of closing', async () => {
    const errors: string[] = [];
    const keeper = createKeeper({ closeMs: 10, onError: (error, key) => errors.push(`${key}: ${String(error)}`) });
    const { seen, open } = thing();
    const gate = Promise.withResolvers<void>();
    const late = keeper.keep('late', async () => {
      await gate.promise;
      return open();
    });
    late.catch(() => {});
    const broken = { value: 1, close: () => Promise.reject(new Error('already gone')) };
    await keeper.keep('broken', () => Promise.resolve(broken));
    await keeper.close();
    expect(errors).toEqual(['broken: Error: already gone', 'what the run kept: Error: not closed within 10 ms']);
    gate.resolve();
    await expect(late).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    await expect.poll(() => seen.closed).toBe(1);
  });

  it('keeps a bounded number of things', async () => {
    const keeper = createKeeper({ most: 2 });
    const { open } = thing();
    await keeper.keep('a', open);
    await keeper.keep('b', open);
    await expect(keeper.keep('c', open)).rejects.toMatchObject({
      failure: { code: 'limit-reached', message: expect.stringContaining('run.kept') as string },
    });
    await keeper.drop('a');
    await keeper.keep('c', open);
    await keeper.close();
  });
});
