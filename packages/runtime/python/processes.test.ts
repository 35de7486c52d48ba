/** Processes of Python: kept memory, kills from outside, cancelled calls, who is blamed, several at once. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPython, type Python, type PythonCall, type PythonOptions } from './python.ts';

let python: Python | null = null;

afterEach(async () => {
  await python?.close();
  python = null;
});

function start(options: PythonOptions = {}): Python {
  python = createPython(options);
  return python;
}

const source = (body: string): string => `def main(n):\n    ${body}`;
const calls = (count: number, body: string, more: Partial<PythonCall> = {}): PythonCall[] =>
  Array.from({ length: count }, (_, n) => ({
    source: source(body),
    inputs: { n },
    style: 'main',
    timeoutMs: 20_000,
    ...more,
  }));

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a kill from outside', () => {
  it('at any moment loses nothing', async () => {
    const client = start();
    let killed = 0;
    const results = await Promise.all(
      calls(300, 'return sum(range(n * 20))').map(async (call, n) => {
        const [result] = await client.run([call]);
        if (n % 100 === 50) {
          killed += 1;
          for (const pid of client.pids()) process.kill(pid, 'SIGKILL');
        }
        return result?.value;
      }),
    );
    expect(killed).toBe(3);
    expect(results).toEqual(Array.from({ length: 300 }, (_, n) => (n * 20 * Math.max(0, n * 20 - 1)) / 2));
  });

  it('before the first call, and while idle, is not noticed', async () => {
    const client = start();
    expect((await client.run(calls(1, 'return 1')))[0]?.value).toBe(1);
    const [pid] = client.pids();
    process.kill(pid as number, 'SIGKILL');
    expect((await client.run(calls(1, 'return 2')))[0]?.value).toBe(2);
    expect(client.pids()).not.toEqual([pid]);
  });

  it('by its own hand fails the call that did it, and no other', async () => {
    const client = start();
    const results = await client.run([
      ...calls(2, 'return n'),
      ...calls(1, 'import os; os._exit(4)'),
      ...calls(2, 'return n'),
    ]);
    expect(results.map(({ value, failure }) => failure?.code ?? value)).toEqual([0, 1, 'node-failed', 0, 1]);
    expect(results[2]?.failure?.message).toContain('ended its interpreter before it gave a result');
  });
});

describe('blame', () => {
  it('falls on a call only when it fails in a fresh process too', async () => {
    const client = start({ memoryBytes: 128 * 1024 * 1024 });
    const results = await client.run([
      // Stays where nothing is put back.
      ...calls(1, 'import re; re._cache["left"] = bytearray(60_000_000); return 1'),
      ...calls(1, 'return len(bytearray(60_000_000))'),
    ]);
    expect(results.map(({ value, failure }) => failure?.message ?? value)).toEqual([1, 60_000_000]);
  });

  it('is for files in memory, too, which are not the memory of Python', async () => {
    const client = start({ memoryBytes: 64 * 1024 * 1024 });
    const body = 'for i in range(1000): open(f"/tmp/{i}", "wb").write(bytes(10_000_000))';
    const results = await client.run([...calls(1, body), ...calls(1, 'return 2')]);
    expect(results.map(({ value, failure }) => failure?.code ?? value)).toEqual(['memory-exceeded', 2]);
  });
});

describe('cancelled', () => {
  it('a call that runs is ended at once, those behind it are done', async () => {
    const client = start();
    await client.run(calls(1, 'return 1'));
    const stop = new AbortController();
    const endless = client.run(calls(1, 'while True: pass', { signal: stop.signal }));
    const after = client.run(calls(3, 'return n'));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    stop.abort(new Error('enough'));
    await expect(endless).rejects.toThrow('enough');
    expect((await after).map(({ value }) => value)).toEqual([0, 1, 2]);
  });

  it('a call that waits, and one that never was', async () => {
    const client = start();
    const stop = new AbortController();
    const waiting = client.run([...calls(1, 'return 1'), ...calls(1, 'return 2', { signal: stop.signal })]);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(client.run(calls(1, 'return 3', { signal: stop.signal }))).rejects.toThrow('enough');
  });

  it('with the client: what runs is rejected and the process is gone', async () => {
    const client = start();
    await client.run(calls(1, 'return 1'));
    const [pid] = client.pids();
    const endless = client.run(calls(1, 'while True: pass')).catch((error: Error) => error.message);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await client.close();
    expect(await endless).toBe('Python is closed');
    await vi.waitFor(() => expect(alive(pid as number)).toBe(false));
    await expect(client.run(calls(1, 'return 1'))).rejects.toThrow('Python is closed');
  });
});

describe('several processes', () => {
  it('share the work; one that is stuck holds up nobody', async () => {
    const client = start({ processes: 2 });
    const stop = new AbortController();
    const stuck = client.run(calls(1, 'while True: pass', { signal: stop.signal }));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const results = await client.run(calls(50, 'return n'));
    expect(results.map(({ value }) => value)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(client.pids()).toHaveLength(2);
    stop.abort(new Error('enough'));
    await expect(stuck).rejects.toThrow('enough');
  });

  it('differ in what has to differ', async () => {
    const client = start({ processes: 2 });
    const body =
      'import random, uuid, secrets, time; time.sleep(0.2); return [random.random(), str(uuid.uuid4()), secrets.token_hex(8)]';
    const [a, b] = await Promise.all([client.run(calls(1, body)), client.run(calls(1, body))]);
    const values = [a?.[0]?.value, b?.[0]?.value] as [string[], string[]];
    for (const [i, value] of values[0].entries()) expect(values[1][i]).not.toBe(value);
  });
});

describe('the kept memory', () => {
  it('is made once, used then, and made again when it is damaged', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rondo-python-'));
    try {
      const once = async (): Promise<number> => {
        const client = start({ keepIn: folder });
        const [result] = await client.run(calls(1, 'import statistics; return statistics.mean([n, 1])'));
        expect(result?.value).toBe(0.5);
        await client.close();
        return statSync(path.join(folder, readdirSync(folder)[0] as string)).mtimeMs;
      };
      const made = await once();
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^[0-9a-f]{16}\.memory$/)]);
      expect(await once()).toBe(made);
      const file = path.join(folder, readdirSync(folder)[0] as string);
      const bytes = readFileSync(file);
      bytes[5_000_000] = (bytes[5_000_000] as number) ^ 1;
      writeFileSync(file, bytes);
      await once();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);

  it('is not needed', async () => {
    const client = start({ keepIn: path.join(import.meta.filename, 'no-folder') });
    expect((await client.run(calls(1, 'return 1')))[0]?.value).toBe(1);
  });
});
