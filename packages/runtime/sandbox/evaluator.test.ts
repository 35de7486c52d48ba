/** Tests of the evaluator from outside: blocks in, results out, whatever the programs do. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { decodeItem, encodeItem, splitItems, splitPorts } from '@rondo/core/model/item.ts';
import type { Block, BlockResult, Program } from '@rondo/core/ports.ts';
import { evaluating, region, values } from './fixtures/evaluating.ts';
import { block, program, steps, template } from './fixtures/programs.ts';

const { evaluator, run, evaluate } = evaluating();

describe('regions', () => {
  test('runs steps in order and records those before the result', async () => {
    const of = region({
      a: { with: { fields: { total: '{{ $json.qty * 2 }}' } } },
      b: { with: { fields: { label: 'n {{ $json.total }}' } } },
    });
    const result = await run(of, [{ qty: 1 }, { qty: 2 }]);
    expect(values(result)).toEqual([[{ qty: 1, total: 2, label: 'n 2' }], [{ qty: 2, total: 4, label: 'n 4' }]]);
    expect(JSON.parse(result.units[1]?.steps ?? '')).toEqual([
      { id: 'a', status: 'completed', output: [[{ qty: 2, total: 4 }]] },
    ]);
    expect(result).toMatchObject({ carry: null, ended: false });
  });

  test('a step loops over its items; batches, outputs and folds', async () => {
    const of = region(
      {
        a: { kernel: 'split', outputs: 2, with: { list: '{{ $json.list }}', odd: true } },
        b: {
          after: [0, { step: 0, port: 1 }],
          with: { fields: { i: '{{ $itemIndex }}', all: '{{ $input.all().length }}' } },
        },
        c: { fold: 'sum', after: [1], item: { value: '{{ $json.v }}' } },
      },
      { results: [[{ step: 1, port: 0 }], [{ step: 2, port: 0 }]] },
    );
    const { units } = await run(of, [{ list: [{ v: 1 }, { v: 2 }, { v: 3 }] }]);
    const ports = splitPorts(units[0]?.output ?? '').map((port) =>
      splitItems(port).map((text) => decodeItem(text).json),
    );
    expect(ports[0]).toEqual([
      { v: 1, i: 0, all: 3 },
      { v: 3, i: 1, all: 3 },
      { v: 2, i: 2, all: 3 },
    ]);
    expect(ports[1]).toEqual([{ sum: 6, counts: [3] }]);
  });

  test('a step without items is skipped, and with it what follows', async () => {
    const of = region({
      a: { kernel: 'split', outputs: 2, with: { list: '{{ $json.list }}', odd: true } },
      b: { after: [{ step: 0, port: 1 }], with: { fields: { b: 1 } } },
      c: { after: [1], with: { fields: { ran: "{{ $('b').isExecuted }}" } } },
      d: { after: [0, 2], with: { fields: { ran: "{{ $('b').isExecuted }}" } } },
    });
    const result = await run(of, [{ list: [{ x: 0 }] }]);
    expect(values(result)).toEqual([[{ x: 0, ran: false }]]);
    expect(JSON.parse(result.units[0]?.steps ?? '').map((s: { status: string }) => s.status)).toEqual([
      'completed',
      'skipped',
      'skipped',
    ]);
  });

  test('alwaysOutput and runsOnEmpty', async () => {
    const always = region({ a: { kernel: 'split', with: { list: [] }, more: { alwaysOutput: true } } });
    expect(values(await run(always, [{}]))).toEqual([[{}]]);
    const empty = region({
      a: { kernel: 'split', with: { list: [] } },
      b: { fold: 'sum', after: [0], item: { value: 1 }, more: { runsOnEmpty: true } },
    });
    expect(values(await run(empty, [{}]))).toEqual([[{ sum: 0, counts: [] }]]);
  });

  test('onError of a step: stop names everything, null and drop go on', async () => {
    const make = (onError: 'stop' | 'null' | 'drop') =>
      region({
        a: { kernel: 'split', with: { list: [{ f: 'x' }, { f: null }] } },
        b: { onError, with: { fields: { up: '{{ $json.f.toUpperCase() }}' } } },
      });
    const stopped = await run(make('stop'), [{}]);
    expect(stopped.units[0]).toMatchObject({
      status: 'failed',
      failure: { code: 'expression-failed', node: 'b', path: 'b', item: 1 },
    });
    expect(stopped.units[0]?.failure?.message).toContain(
      'parameter fields.up: {{ $json.f.toUpperCase() }} failed: Cannot read',
    );
    expect(JSON.parse(stopped.units[0]?.steps ?? '')[1]).toMatchObject({ id: 'b', status: 'failed' });
    expect(values(await run(make('null'), [{}]))).toEqual([[{ f: 'x', up: 'X' }, null]]);
    expect(values(await run(make('drop'), [{}]))).toEqual([[{ f: 'x', up: 'X' }]]);
  });

  test('units of several items, and flatten', async () => {
    const of = region({ a: { size: 2, with: { fields: { n: '{{ $input.all().map(i => i.json.n) }}' } } } });
    expect(values(await run(of, [{ n: 1 }, { n: 2 }, { n: 3 }], { size: 2 }))).toEqual([[{ n: [1, 2] }], [{ n: [3] }]]);
    const flat = region({ a: { kernel: 'script', with: { code: 'return $json.list' } } }, { flatten: true });
    expect(values(await run(flat, [{ list: [1, [2], { a: 3 }] }]))).toEqual([[1, [2], { a: 3 }]]);
  });

  test('.item follows each item back to the one it was made from', async () => {
    const of = region({
      a: {
        kernel: 'split',
        with: {
          list: [
            { n: 1, l: [1, 2] },
            { n: 2, l: [3] },
          ],
        },
      },
      b: { kernel: 'split', with: { list: '{{ $json.l.map(v => ({ v })) }}' } },
      c: {
        with: {
          fields: {
            n: "{{ $('a').item.json.n }}",
            o: "{{ $('outer').item.json.o }}",
            all: "{{ $('a').all().length }}",
          },
        },
      },
    });
    const context = { nodes: { outer: [['{"o":10}', '{"o":20}']] }, itemOf: { outer: [1, 0] } };
    expect(values(await run(of, [{}, {}], { context }))).toEqual([
      [
        { v: 1, n: 1, o: 20, all: 2 },
        { v: 2, n: 1, o: 20, all: 2 },
        { v: 3, n: 2, o: 20, all: 2 },
      ],
      [
        { v: 1, n: 1, o: 10, all: 2 },
        { v: 2, n: 1, o: 10, all: 2 },
        { v: 3, n: 2, o: 10, all: 2 },
      ],
    ]);
  });
});

describe('names and values', () => {
  test('loops', async () => {
    const of = region({
      a: {
        with: {
          fields: {
            at: '{{ $loop.index }}',
            count: '{{ $loop.count }}',
            last: '{{ $loop.last }}',
            item: '{{ $loop.item.x }}',
            parent: '{{ $loop.parent.index }}',
            top: '{{ $loop.parent.parent }}',
            v: '{{ $vars.v }}',
            i: '{{ $itemIndex }}',
          },
        },
      },
    });
    const context = { loops: [{ index: 7, item: { o: 1 }, count: 9 }], vars: { v: 'V' } };
    expect(values(await run(of, [{ x: 'p' }, { x: 'q' }], { first: 3, total: 5, context }))).toEqual([
      [{ x: 'p', at: 3, count: 5, last: false, item: 'p', parent: 7, top: null, v: 'V', i: 0 }],
      [{ x: 'q', at: 4, count: 5, last: true, item: 'q', parent: 7, top: null, v: 'V', i: 0 }],
    ]);
  });

  test('a plain node counts its items over the whole list and sees the enclosing loop', async () => {
    const of = region({ a: { with: { fields: { i: '{{ $itemIndex }}', l: '{{ $loop.index }}' } } } }, { plain: true });
    expect(values(await run(of, [{}, {}], { first: 10, context: { loops: [{ index: 7 }] } }))).toEqual([
      [{ i: 10, l: 7 }],
      [{ i: 11, l: 7 }],
    ]);
  });

  test('extra names, other nodes, the context of units', async () => {
    expect(await evaluate('{{ $response.body.next }}', {}, { names: { $response: { body: { next: 2 } } } })).toBe(2);
    expect(
      await evaluate(
        "{{ $('outer').first().json.a + $('outer').last().json.a }}",
        {},
        { nodes: { outer: [['{"a":1}', '{"a":2}']] } },
      ),
    ).toBe(3);
    await expect(evaluate("{{ $('outer').first().json }}")).rejects.toThrow("node $('outer') has not run");
    await expect(evaluate("{{ $('outer').item.json }}", {}, { nodes: { outer: [['1', '2']] } })).rejects.toThrow(
      'is not known',
    );
  });

  test('dates, functions and JMESPath are there when they are used', async () => {
    expect(await evaluate("{{ DateTime.fromISO('2024-01-31T10:00:00').plus({ days: 1 }) }}")).toBe(
      '2024-02-01T10:00:00.000+01:00',
    );
    expect(await evaluate('{{ $now.zoneName }} {{ $today.hour }}')).toBe('Europe/Berlin 0');
    expect(await evaluate('{{ $json.t.toTitleCase() }}', { t: 'a dog' })).toBe('A Dog');
    expect(await evaluate("{{ '2024-01-31'.toDateTime().year }}")).toBe(2024);
    expect(await evaluate("{{ $jmespath($json, 'rows[].id') }}", { rows: [{ id: 1 }, { id: 2 }] })).toEqual([1, 2]);
    expect(await evaluate('{{ $max(1, 5, 2) }}')).toBe(5);
    expect(await evaluate('{{ new Date(0) }}|{{ new Date(0) }}')).toBe(
      '1970-01-01T00:00:00.000Z|1970-01-01T00:00:00.000Z',
    );
  });

  test('values become data or a clear failure', async () => {
    expect(await evaluate('{{ undefined }}')).toBe(null);
    expect(await evaluate('{{ [undefined, NaN, { a: undefined, d: new Date(0) }] }}')).toEqual([
      null,
      null,
      { d: '1970-01-01T00:00:00.000Z' },
    ]);
    expect(await evaluate('a{{ null }}b{{ undefined }}c{{ false }}d{{ [1,2] }}')).toBe('abcfalsed1,2');
    await expect(evaluate('{{ () => 1 }}')).rejects.toThrow('a function, which is not data');
    await expect(evaluate('{{ ({ a: Symbol("x") }) }}')).rejects.toThrow('a symbol');
    await expect(evaluate('{{ 10n }}')).rejects.toThrow('BigInt');
    await expect(evaluate('{{ new Set([1]) }}')).rejects.toThrow('[...set]');
    await expect(evaluate('{{ ((o) => { o.o = o; return o })({}) }}')).rejects.toThrow('circular');
    await expect(evaluate('{{ (() => { throw { toString() { throw 1 } } })() }}')).rejects.toThrow('expression-failed');
  });

  test('keys such as __proto__ survive every way through', async () => {
    const text = '{"__proto__":{"x":1},"constructor":2,"toString":3,"$item":4}';
    const of = region({
      a: { with: { fields: { n: 1 } } },
      b: { kernel: 'script', with: { code: 'return { ...$json }' } },
    });
    evaluator().define(of);
    const { units } = await evaluator().run({ ...block(of, []), items: [text], units: 1 });
    expect(units[0]?.output).toBe('{"__proto__":{"x":1},"constructor":2,"toString":3,"$item":4,"n":1}');
    expect(await evaluate('{{ $json.copy() }}', {}).catch((e: Error) => e.message)).toContain('expression-failed');
    const made = program([], { kind: 'templates', templates: [['__proto__', template('{{ 1 + 1 }}')]] });
    expect((await run(made, [{}])).units[0]?.output).toBe('{"__proto__":2}');
  });

  test('an item whose json looks like an envelope, and files, keep their form', async () => {
    const of = region({ a: { kernel: 'script', with: { code: 'return { $item: 5 }' } } });
    expect(values(await run(of, [{}]))).toEqual([[{ $item: 5 }]]);
  });
});

describe('loops', () => {
  test('carry hands the result on, across blocks', async () => {
    const of = region(
      { a: { with: { fields: { sum: '{{ ($loop.previous?.sum ?? 0) + $json.n }}' } } } },
      { carry: true },
    );
    const one = await run(of, [{ n: 1 }, { n: 2 }]);
    expect(values(one)).toEqual([[{ n: 1, sum: 1 }], [{ n: 2, sum: 3 }]]);
    expect(JSON.parse(one.carry ?? '')).toEqual({ n: 2, sum: 3 });
    const two = await run(of, [{ n: 10 }], { first: 2, carry: one.carry });
    expect(values(two)).toEqual([[{ n: 10, sum: 13 }]]);
  });

  test('stopWhen ends after the unit', async () => {
    const of = region({ a: { with: { fields: { x: 1 } } } }, { stopWhen: template('{{ $json.n >= 2 }}') });
    const result = await run(of, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(result.units).toHaveLength(2);
    expect(result.ended).toBe(true);
  });

  test('state: while, update, until, and results that replace variables', async () => {
    const body = { a: { with: { fields: { n: '{{ $json.n + 1 }}', at: '{{ $loop.index }}' } } } };
    const plain = region(body, { state: { while: template('{{ $json.n < 3 }}') } });
    const result = await run(plain, [], { units: 100, carry: '{"n":0,"x":9}' });
    expect(values(result)).toEqual([[{ n: 1, x: 9, at: 0 }], [{ n: 2, x: 9, at: 1 }], [{ n: 3, x: 9, at: 2 }]]);
    expect(result).toMatchObject({ ended: true, carry: '{"n":3,"x":9}' });
    const updated = region(body, {
      state: { update: [['n', template('{{ $loop.vars.n + $json.n }}')]], until: template('{{ $loop.vars.n > 10 }}') },
    });
    const second = await run(updated, [], { units: 100, carry: '{"n":1}' });
    expect(second.carry).toBe('{"n":15}');
    expect(second.units).toHaveLength(3);
    const part = await run(plain, [], { units: 2, carry: '{"n":0}' });
    expect(part).toMatchObject({ ended: false, carry: '{"n":2}' });
  });

  test('a condition that fails is a failed unit', async () => {
    const of = region({ a: {} }, { state: { while: template('{{ $json.missing.x }}') } });
    const result = await run(of, [], { units: 5, carry: '{}' });
    expect(result.units).toHaveLength(1);
    expect(result.units[0]?.failure?.message).toContain('loop.while');
    expect(result.ended).toBe(true);
  });
});

describe('folds over blocks', () => {
  const fold = (): Program =>
    program(steps({ a: { fold: 'sum', item: { value: '{{ $json.v }}' } } }), { kind: 'fold' });
  const part = (of: Program, items: Json[], more: Partial<Block>): Promise<BlockResult> =>
    run(of, items, { units: 1, ...more });

  test('sees every item of every port once and answers at the end; several at a time', async () => {
    const of = fold();
    const sent = [
      part(of, [{ v: 1 }, { v: 2 }], { port: 0, first: 1 }),
      part(of, [{ v: 100 }], { port: 0, first: 2 }),
      part(of, [{ v: 3 }], { port: 1, first: 1 }),
      part(of, [], { first: 1, end: true }),
      part(of, [], { first: 2, end: true }),
    ];
    const results = await Promise.all(sent);
    expect(results.map((r) => values(r))).toEqual([
      [],
      [],
      [],
      [[{ sum: 6, counts: [2, 1] }]],
      [[{ sum: 100, counts: [1] }]],
    ]);
    expect((await part(of, [], { end: true })).units[0]?.status).toBe('skipped');
  });

  test('an item that fails ends the fold', async () => {
    const of = program(steps({ a: { fold: 'sum', item: { value: '{{ $json.v.x }}' } } }), { kind: 'fold' });
    const { units } = await part(of, [{ v: {} }, { v: null }], {});
    expect(units[0]?.failure).toMatchObject({ code: 'expression-failed', node: 'a', item: 1 });
  });

  test('goes on after the process was killed', async () => {
    const of = fold();
    await part(of, [{ v: 1 }], {});
    process.kill(evaluator().pid() as number, 'SIGKILL');
    const [, end] = await Promise.all([part(of, [{ v: 2 }], {}), part(of, [], { end: true })]);
    expect(values(end)).toEqual([[{ sum: 3, counts: [2] }]]);
  });
});

describe('limits', () => {
  const limited = (limits: Partial<Program['limits']>): Program =>
    region(
      {
        a: {
          with: {
            fields: {
              x: '{{ $json.f ? [1,[2,[3,[4]]]] : $json.k ? Object.fromEntries(Array.from({length: 30}, (_, i) => ["k" + i, i])) : "é".repeat($json.n) }}',
            },
          },
        },
      },
      { limits: limits as never },
    );
  test.each([
    ['item.bytes', { itemBytes: 100 }, { n: 60 }],
    ['item.depth', { itemDepth: 3 }, { f: 1 }],
    ['item.keys', { itemKeys: 20 }, { k: 1 }],
    ['step.bytes', { stepBytes: 30 }, { n: 40 }],
  ] as const)('%s', async (name, limits, json) => {
    const result = await run(limited(limits), [json as never, { n: 1 }]);
    expect(result.units[0]?.failure).toMatchObject({ code: 'limit-reached', node: 'a' });
    expect(result.units[0]?.failure?.message).toContain(`limit ${name} reached`);
    expect(result.units[1]?.status).toBe('completed');
  });
});

describe('messages', () => {
  test('single units that arrive together share a message, each with its own context', async () => {
    const of = region({ a: { with: { fields: { v: '{{ $vars.v }}', i: '{{ $loop.index }}' } } } });
    evaluator().define(of);
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        evaluator().run(block(of, [{ n: i }], { first: i, context: { vars: { v: i * 2 } } })),
      ),
    );
    expect(results.map((r) => values(r)[0])).toEqual(Array.from({ length: 500 }, (_, i) => [{ n: i, v: i * 2, i }]));
  });

  test('a program whose module is missing rejects and harms nobody else', async () => {
    const broken = region({ a: { more: { module: new URL('./fixtures/absent.ts', import.meta.url).href } } });
    await expect(run(broken, [{}])).rejects.toThrow('absent.ts');
    expect(await evaluate('{{ 1 }}')).toBe(1);
  });

  test('a program that is forgotten can be defined again', async () => {
    const of = region({ a: { with: { fields: { x: 1 } } } });
    expect(values(await run(of, [{}]))).toEqual([[{ x: 1 }]]);
    evaluator().forget(of.id);
    await expect(evaluator().run(block(of, [{}]))).rejects.toThrow('not defined');
    expect(values(await run(of, [{}]))).toEqual([[{ x: 1 }]]);
  });
});

test('any JSON goes through unchanged: as an item, as the value of an expression, through code', async () => {
  const pass = program([], { kind: 'templates', templates: [['value', template('{{ $json }}')]] });
  const copy = region({ a: { kernel: 'script', with: { code: 'return $json' } } });
  evaluator().define(pass);
  evaluator().define(copy);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 5 }), { minLength: 1, maxLength: 20 }), async (jsons) => {
      const items = jsons.map((json) => encodeItem({ json: json as Json }));
      const given = { ...block(pass, []), items, units: items.length };
      const wanted = jsons.map((json) => JSON.stringify(json));
      const [direct, copied] = await Promise.all([
        evaluator().run(given),
        evaluator().run({ ...given, program: copy.id }),
      ]);
      expect(direct.units.map((unit) => unit.output)).toEqual(wanted.map((text) => `{"value":${text}}`));
      expect(copied.units.map((unit) => JSON.stringify(decodeItem(unit.output).json))).toEqual(wanted);
    }),
    { numRuns: 100 },
  );
});
