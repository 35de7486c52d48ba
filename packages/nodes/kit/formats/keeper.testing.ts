/** Owns what is kept during a run, for tests without a runner. */
import type { EffectPorts, Kept } from '@rondo/core/model/effect-ports.ts';

/** What is kept in a run, and whether it was closed. */
export function keeper(): Pick<EffectPorts, 'keep' | 'drop'> & { open: Map<string, Kept<unknown>> } {
  const open = new Map<string, Kept<unknown>>();
  return {
    open,
    keep: async <T>(key: string, make: () => Promise<Kept<T>>): Promise<T> => {
      const found = open.get(key) ?? (await make());
      open.set(key, found);
      return found.value as T;
    },
    drop: async (key) => {
      const found = open.get(key);
      open.delete(key);
      await found?.close();
    },
  };
}
