/** Code that uses up memory or the stack: it fails, and those before and after it do not notice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPython, type Python } from './python.ts';

let python: Python;

beforeAll(() => {
  python = createPython({ memoryBytes: 64 * 1024 * 1024 });
  python.warm();
});
afterAll(() => python.close());

describe('a bomb between others', () => {
  it.each([
    ['list', 'x = []\n    while True: x.append([0] * 1000)'],
    ['bytes', 'return len(bytes(2_000_000_000))'],
    ['text', 'x = "a"\n    while True: x += x'],
    ['range', 'return list(range(10**9))'],
  ])('%s beyond the memory is a failure of its call only', async (_, body) => {
    const bomb = { source: `def main():\n    ${body}`, inputs: {}, style: 'main', timeoutMs: 20_000 } as const;
    const good = { source: 'def main():\n    return 1', inputs: {}, style: 'main', timeoutMs: 5000 } as const;
    const results = await python.run([good, bomb, good]);
    expect(results.map(({ value, failure }) => failure?.code ?? value)).toEqual([1, 'memory-exceeded', 1]);
    expect(results[1]?.failure?.message).toContain('limit python.bytes: 64 MiB');
  });

  it.each([
    [
      'recursion without its guard',
      'import sys\ndef f(): return f()\ndef main():\n    sys.setrecursionlimit(10**6)\n    return f()',
    ],
    ['endless nesting', 'def main():\n    x = []\n    for i in range(100_000): x = [x]\n    return x'],
  ])('%s takes nobody along', async (_, source) => {
    const good = { source: 'def main():\n    return 1', inputs: {}, style: 'main', timeoutMs: 5000 } as const;
    const results = await python.run([good, { ...good, source }, good]);
    expect(results.map(({ value, failure }) => failure?.message ?? value)).toEqual([
      1,
      expect.stringMatching(/deeper than the interpreter can|maximum recursion depth|nested too deeply/),
      1,
    ]);
  });
});
