/** Owns a StatePort in memory, for tests of what uses one. */
import type { Json } from '@rondo/core/model/item.ts';
import type { StatePort } from '@rondo/core/model/effect-ports.ts';

export function memoryState(): StatePort {
  const values = new Map<string, string>();
  const sets = new Map<string, Map<string, string>>();
  const keyOf = (scope: string, key: string): string => JSON.stringify([scope, key]);
  return {
    async get(scope, key) {
      const text = values.get(keyOf(scope, key));
      return text === undefined ? undefined : (JSON.parse(text) as Json);
    },
    async set(scope, key, value) {
      if (value === undefined) values.delete(keyOf(scope, key));
      else values.set(keyOf(scope, key), JSON.stringify(value));
    },
    async add(scope, keys, owner) {
      const set = sets.get(scope) ?? new Map<string, string>();
      sets.set(scope, set);
      return keys.map((key) => {
        const had = set.get(key);
        if (had === undefined) set.set(key, owner);
        return had === undefined || had === owner;
      });
    },
    async clear(scope) {
      sets.delete(scope);
      for (const key of values.keys()) if ((JSON.parse(key) as string[])[0] === scope) values.delete(key);
    },
  };
}
