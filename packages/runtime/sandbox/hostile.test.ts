/** Texts that try to stop or take down the evaluator, inside blocks whose other units must come out right. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { decodeItem } from '@rondo/core/model/item.ts';
import type { BlockResult, Program } from '@rondo/core/ports.ts';
import { createEvaluator, type EvaluatorClient, type EvaluatorOptions } from './evaluator.ts';
import { block, program, steps, template } from './fixtures/programs.ts';

let evaluator: EvaluatorClient | null = null;

afterEach(async () => {
  await evaluator?.close();
  evaluator = null;
});

function start(options: EvaluatorOptions = {}): EvaluatorClient {
  evaluator = createEvaluator({ isolateMiB: 32, residentMiB: 256, ...options });
  return evaluator;
}

/** Gives `n * 2`; where `$json.bad` is true it does `code` first. */
const script = (code: string, more: Partial<Program> = {}): Program =>
  program(steps({ a: { kernel: 'script', with: { code: `if ($json.bad) { ${code} }\nreturn { n: $json.n * 2 }` } } }), {
    unitMs: 200,
    ...more,
  });

const numbers = (count: number, bad: readonly number[]): Json[] =>
  Array.from({ length: count }, (_, n) => ({ n, bad: bad.includes(n) }));

const codes = (result: BlockResult): unknown[] =>
  result.units.map((unit) => unit.failure?.code ?? (decodeItem(unit.output).json as { n: number }).n);

const expected = (count: number, bad: readonly number[], code: string): unknown[] =>
  Array.from({ length: count }, (_, n) => (bad.includes(n) ? code : n * 2));

describe('time', () => {
  test.each([
    ['endless loop', 'while (true) {}'],
    ['endless loop in a function', '(() => { while (true) {} })()'],
    ['loop that catches everything', 'for (;;) { try { for (;;) {} } catch {} finally {} }'],
    ['slow regular expression', "/^(a+)+$/.test('a'.repeat(40) + 'b')"],
    ['endless work of a built-in', 'new Array(1e5).fill(1).sort(() => { for (;;) {} })'],
    ['work left behind', '(async () => { for (;;) await null })()'],
    ['endless microtasks', 'const f = () => Promise.resolve().then(f); f()'],
    ['toJSON that never ends', 'return { toJSON() { for (;;) {} } }'],
  ])('%s', async (_, code) => {
    const of = script(code);
    const client = start();
    client.define(of);
    const bad = [0, 17, 49];
    expect(codes(await client.run(block(of, numbers(50, bad))))).toEqual(expected(50, bad, 'expression-timeout'));
  });

  test('in an expression; the failure names the node, and the limit is one per unit', async () => {
    const client = start();
    const of = program(
      steps({
        a: {
          with: {
            fields: {
              n: '{{ $json.bad ? (() => { while (true) {} })() : (() => { const t = Date.now() + 30; while (Date.now() < t); return $json.n * 2 })() }}',
            },
          },
        },
      }),
      { unitMs: 100 },
    );
    client.define(of);
    const result = await client.run(block(of, numbers(12, [3])));
    expect(codes(result)).toEqual(expected(12, [3], 'expression-timeout'));
    expect(result.units[3]?.failure).toMatchObject({ node: 'a', retry: 'no' });
  });

  test('asynchronous code that never yields after an await', async () => {
    const client = start();
    const of = script('await null; while (true) {}');
    client.define(of);
    expect(codes(await client.run(block(of, numbers(20, [5, 6]))))).toEqual(expected(20, [5, 6], 'expression-timeout'));
  });
});

describe('memory', () => {
  test.each([
    ['list', 'const l = []; for (;;) l.push({ a: l.length })'],
    ['Map', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, i)'],
    ['huge array', 'new Array(1e9).fill(0)'],
    ['text', "let s = 'x'; for (;;) { s += s + Math.random(); s = s.split('').join('') }"],
    ['nested objects', 'let o = {}; for (;;) o = { o, p: [o] }'],
  ])('%s: only that unit fails', { timeout: 60_000 }, async (_, code) => {
    const client = start();
    const of = script(code, { unitMs: 3000 });
    client.define(of);
    const other = program(steps({ a: { with: { fields: { n: '{{ $json.n + 1 }}' } } } }));
    client.define(other);
    const [result, beside] = await Promise.all([
      client.run(block(of, numbers(50, [23]))),
      client.run(block(other, numbers(10, []))),
    ]);
    const code23 = result.units[23]?.failure?.code;
    expect(['memory-exceeded', 'node-failed']).toContain(code23);
    expect(codes(result)).toEqual(expected(50, [23], code23 as string));
    expect(codes(beside)).toEqual(Array.from({ length: 10 }, (_, n) => n + 1));
  });

  test('several in one block, and single units that travelled together', { timeout: 60_000 }, async () => {
    const client = start();
    const of = script('const l = []; for (;;) l.push({ a: l.length })', { unitMs: 5000 });
    client.define(of);
    const bad = [4, 5];
    const together = await Promise.all(numbers(20, bad).map((json, i) => client.run(block(of, [json], { first: i }))));
    expect(together.map((result) => codes(result)[0])).toEqual(expected(20, bad, 'memory-exceeded'));
    expect(together[4]?.units[0]?.failure?.message).toContain('Iteration 4 used more memory');
  });

  test('order and carry survive a death', { timeout: 60_000 }, async () => {
    const client = start();
    const text =
      '{{ $json.bad ? (() => { const l = []; for (;;) l.push({ a: l.length }) })() : ($loop.previous?.sum ?? 0) + $json.n }}';
    const of = program(steps({ a: { with: { fields: { sum: text } } } }), { carry: true, unitMs: 5000 });
    client.define(of);
    const result = await client.run(block(of, numbers(6, [3])));
    expect(
      result.units.map((unit) => unit.failure?.code ?? (decodeItem(unit.output).json as { sum: number }).sum),
    ).toEqual([0, 1, 3, 'memory-exceeded', 7, 12]);
    expect(JSON.parse(result.carry ?? '')).toMatchObject({ sum: 12 });
  });

  test('a block that is too large to be taken in is taken in pieces', { timeout: 60_000 }, async () => {
    const client = start();
    const of = program([], {
      kind: 'templates',
      templates: [['n', template('{{ $json.list.length }}')]],
      unitMs: 3000,
    });
    client.define(of);
    const items = Array.from({ length: 12 }, () => ({ list: Array.from({ length: 40_000 }, (_, i) => ({ i })) }));
    expect(codes(await client.run(block(of, items)))).toEqual(items.map(() => 40_000));
  });
});

describe('the process', () => {
  test('killed at any moment, every unit is there once and in order', { timeout: 60_000 }, async () => {
    const client = start();
    const of = program(steps({ a: { with: { fields: { n: '{{ $json.n * 2 }}' } } } }));
    client.define(of);
    const results: Promise<BlockResult>[] = [];
    for (let i = 0; i < 8; i += 1) {
      results.push(client.run(block(of, numbers(500, []), { first: i * 500 })));
      if (i % 3 === 1) {
        await results[i - 1];
        const pid = client.pid();
        if (pid !== null) process.kill(pid, 'SIGKILL');
      }
    }
    for (const result of await Promise.all(results)) expect(codes(result)).toEqual(expected(500, [], ''));
  });

  test('has no environment, no files, no children, no network', async () => {
    const client = start();
    const of = program(steps({ a: {} }));
    client.define(of);
    await client.run(block(of, [{}]));
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(`/proc/${client.pid()}/environ`, 'utf8')).toBe('');
    const line = readFileSync(`/proc/${client.pid()}/cmdline`, 'utf8').split('\0');
    expect(line).toContain('--permission');
    expect(line.some((word) => /^--allow-(?!addons|fs-read)/.test(word))).toBe(false);
  });

  test('that cannot start is an error, not a failure of units', async () => {
    const client = start({ isolateMiB: 1 });
    const of = program(steps({ a: {} }));
    client.define(of);
    await expect(client.run(block(of, [{}]))).rejects.toThrow('cannot be started');
  });

  test('closing rejects what is left and ends the process', async () => {
    const client = start();
    const of = script('while (true) {}', { unitMs: 5000 });
    client.define(of);
    const answer = client.run(block(of, numbers(1, [0])));
    const pid = client.pid() as number;
    await Promise.all([expect(answer).rejects.toThrow('closed'), client.close()]);
    expect(() => process.kill(pid, 0)).toThrow();
    await expect(client.run(block(of, [{}]))).rejects.toThrow('closed');
  });
});
