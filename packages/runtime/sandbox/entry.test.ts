/** Code that defines main: called in the isolate with its named inputs, told in its own lines when it fails. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeItem, type Json } from '@rondo/core/model/item.ts';
import type { UnitResult } from '@rondo/core/ports.ts';
import { createEvaluator, type EvaluatorClient } from './evaluator.ts';
import { block, program, steps } from './fixtures/programs.ts';

const module = new URL('../../nodes/code/kernel.ts', import.meta.url).href;
let evaluator: EvaluatorClient;

beforeAll(() => {
  evaluator = createEvaluator();
});
afterAll(() => evaluator.close());

async function main(code: string, more: Record<string, Json>, input: Json[]): Promise<UnitResult[]> {
  const made = steps({ a: { kernel: 'script', with: { mode: 'main', code, ...more }, more: { module } } });
  const of = program(made, { unitMs: 1000 });
  evaluator.define(of);
  return (await evaluator.run(block(of, input))).units;
}

const valueOf = (unit: UnitResult | undefined): Json => unit?.failure?.message ?? decodeItem(unit?.output ?? '').json;

test('gets its inputs as one object, for each item, and what it prints is its own', async () => {
  const code = "function main({ n, word }) {\n  console.log('n', n);\n  return { r: n * 2, word };\n}";
  const inputs = { n: '{{ $json.n }}', word: 'w' };
  const units = await main(code, { inputs }, [{ n: 1 }, { n: 2 }]);
  expect(units.map(valueOf)).toEqual([
    { r: 2, word: 'w' },
    { r: 4, word: 'w' },
  ]);
  expect(units.map((unit) => unit.logs)).toEqual(['n 1', 'n 2']);
});

test('may be asynchronous', async () => {
  const code = 'async function main({ n }) { return { r: await Promise.resolve(n) }; }';
  const units = await main(code, { inputs: { n: '{{ $json.n }}' }, outputs: { r: 'number' } }, [{ n: 1 }, { n: '2' }]);
  expect(units.map(valueOf)).toEqual([{ r: 1 }, 'Output r must be a number, not the text "2".']);
});

test('is told its own lines, and that there is no main', async () => {
  const thrown = await main('function main() {\n  throw new RangeError("mine");\n}', {}, [{}]);
  expect(thrown.map(valueOf)).toEqual(['RangeError: mine (line 2)']);
  const none = await main('const a = 1;', {}, [{}]);
  expect(none[0]?.failure).toMatchObject({ code: 'node-failed', message: 'The code defines no function main.' });
  expect(none[0]?.failure?.fix).toContain('function main({ a, b })');
});

test('cannot be ended by a comment or a bracket at the end of the code', async () => {
  const units = await main('const main = () => ({ r: 1 }); // end', {}, [{}]);
  expect(units.map(valueOf)).toEqual([{ r: 1 }]);
  expect((await main('function main() { return { r: 1 }; } }', {}, [{}]))[0]?.failure?.message).toContain(
    'SyntaxError',
  );
});
