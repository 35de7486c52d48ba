/** Tests of flushing the log: nothing is acknowledged before a flush that began after it. */
import { describe, expect, it } from 'vitest';
import { WalSync } from './wal-sync.ts';

function disk() {
  const flushes: { done(): void; fail(error: Error): void }[] = [];
  const wal = new WalSync(
    () => new Promise((resolve, reject) => flushes.push({ done: () => resolve(), fail: (error) => reject(error) })),
  );
  const said: string[] = [];
  const ask = (name: string): void => {
    wal.sync().then(
      () => said.push(name),
      (error: Error) => said.push(`${name}: ${error.message}`),
    );
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { flushes, said, ask, turn };
}

describe('sync', () => {
  it('waits for a flush that began after it was asked', async () => {
    const { flushes, said, ask, turn } = disk();
    ask('a');
    ask('b');
    ask('c');
    expect(flushes).toHaveLength(1);
    flushes[0]?.done();
    await turn();
    expect(said).toEqual(['a']);
    expect(flushes).toHaveLength(2);
    ask('d');
    flushes[1]?.done();
    await turn();
    expect(said).toEqual(['a', 'b', 'c']);
    flushes[2]?.done();
    await turn();
    expect(said).toEqual(['a', 'b', 'c', 'd']);
    ask('e');
    expect(flushes).toHaveLength(4);
  });

  it('tells those who waited that a flush failed, and tries again for the next', async () => {
    const { flushes, said, ask, turn } = disk();
    ask('a');
    ask('b');
    flushes[0]?.fail(new Error('EIO'));
    await turn();
    flushes[1]?.done();
    await turn();
    expect(said).toEqual(['a: EIO', 'b']);
  });
});
