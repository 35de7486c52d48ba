/**
 * Owns choosing the store from what people write after --db. Knows no option of any store.
 */
import { StoreError, type RunStore } from '@rondo/core/ports.ts';

/** A path of a file, or `:memory:`. Throws StoreError with a message for people. */
export async function openStore(target: string): Promise<RunStore> {
  if (/^postgres(ql)?:\/\//i.test(target)) {
    const message = 'This version of Rondo stores in SQLite files only; give the path of a file instead of a URL.';
    throw new StoreError('store-unavailable', message);
  }
  // Only what is needed is loaded: opening is part of the start of every command.
  if (target === ':memory:') return (await import('./memory.ts')).openMemoryStore();
  return (await import('./sqlite/store.ts')).openSqliteStore({ path: target });
}
