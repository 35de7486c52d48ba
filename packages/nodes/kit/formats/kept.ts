/**
 * Owns something opened that the next call of the same step goes on with: used when it stands where the call
 * begins, opened anew when it does not (a resume, a retry). Does not know what it is.
 */
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';

interface Slot<T> {
  value: T;
  /** In use, by a call that ran out of time and has not noticed. */
  taken: boolean;
}

/** The key of a page without its number: the step, in its iteration. */
function stepKey(call: EffectCall): string {
  return call.idempotencyKey.replace(/\[\d+\]$/, '');
}

export async function keptFor<T>(
  call: EffectCall,
  name: string,
  open: () => Promise<T>,
  close: (value: T) => Promise<unknown>,
  fits: (value: T) => boolean,
  work: (value: T) => Promise<EffectResult>,
): Promise<EffectResult> {
  const { ports } = call;
  const key = `${name} ${stepKey(call)}`;
  const slot = (): Promise<Slot<T>> =>
    ports.keep(key, async () => {
      const value = await open();
      return { value: { value, taken: false }, close: async () => void (await close(value)) };
    });
  let held = await slot();
  if (held.taken || !fits(held.value)) {
    await ports.drop(key);
    held = await slot();
  }
  held.taken = true;
  let result: EffectResult;
  try {
    result = await work(held.value);
  } catch (error) {
    // Nobody may come back for it, and a run keeps a limited number of things open.
    await ports.drop(key);
    throw error;
  }
  held.taken = false;
  if (result.done !== false) await ports.drop(key);
  return result;
}
