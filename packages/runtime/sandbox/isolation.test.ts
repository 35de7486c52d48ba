/** Code of users, and what it cannot do to others. */
import { describe, expect, test } from 'vitest';
import type { Program } from '@rondo/core/ports.ts';
import { evaluating, region, values } from './fixtures/evaluating.ts';

const { run, evaluate } = evaluating();

describe('code', () => {
  const script = (code: string, more: Partial<Program> = {}): Program =>
    region({ a: { kernel: 'script', with: { code } } }, more);

  test('sees scope and given names, may declare the same ones, logs', async () => {
    const of = script(
      "const item = $input.item; const $now = 1;\nconsole.log('hello', { a: 1 });\nconsole.error(2);\nreturn { n: input[0].json.n + $now, i: $itemIndex }",
    );
    const result = await run(of, [{ n: 1 }]);
    expect(values(result)).toEqual([[{ n: 2, i: 0 }]]);
    expect(result.units[0]?.logs).toBe('hello {"a":1}\n2');
  });

  test('may change its item, and nobody else sees it', async () => {
    const of = region({
      a: { with: { fields: { list: [1, 2] } } },
      b: { kernel: 'script', with: { code: '$json.list.push(3); $input.item.json.x = 1; return $input.item.json' } },
      c: { with: { fields: { mine: '{{ $json.list.length }}', theirs: "{{ $('a').first().json.list.length }}" } } },
    });
    expect(values(await run(of, [{}, {}]))).toEqual([
      [{ list: [1, 2, 3], x: 1, mine: 3, theirs: 2 }],
      [{ list: [1, 2, 3], x: 1, mine: 3, theirs: 2 }],
    ]);
    const sorted = region({ a: { with: { fields: { s: '{{ $json.l.sort() }}' } } } });
    expect(values(await run(sorted, [{ l: [2, 1] }]))).toEqual([[{ l: [2, 1], s: [1, 2] }]]);
  });

  test('may be asynchronous; a rejection fails its unit, an endless promise is a timeout', async () => {
    const of = script(
      'const v = await Promise.resolve($json.n); if (v === 1) throw new TypeError("no");\nif (v === 2) await new Promise(() => {});\nreturn { v }',
    );
    const result = await run(
      of,
      [0, 1, 2, 3].map((n) => ({ n })),
    );
    expect(values(result)).toEqual([[{ v: 0 }], 'node-failed', 'expression-timeout', [{ v: 3 }]]);
    expect(result.units[1]?.failure?.message).toBe('TypeError: no (line 1)');
  });

  test('of several rejections in a row none takes the next unit with it', async () => {
    const of = script('await null; if ($json.n % 3 !== 2) throw new Error("no"); return { v: $json.n }');
    const result = await run(
      of,
      [0, 1, 2, 3, 4, 5].map((n) => ({ n })),
    );
    expect(values(result)).toEqual([
      'node-failed',
      'node-failed',
      [{ v: 2 }],
      'node-failed',
      'node-failed',
      [{ v: 5 }],
    ]);
  });

  test('finds the platform that people expect: addresses, bytes, hashes, timers', async () => {
    const of = script(`
      const url = new URL('/a?b=1', 'https://example.com'); url.searchParams.set('c', 'x y');
      let ticks = 0;
      await new Promise((done) => { const id = setInterval(() => { if (++ticks === 3) { clearInterval(id); done(); } }, 5); });
      return {
        url: url.href, ticks, text: Buffer.from('aGk=', 'base64').toString(), back: atob(btoa('x')),
        hash: require('node:crypto').createHash('md5').update('a').digest('hex'),
        uuid: crypto.randomUUID().length, mine: structuredClone({ a: [1] }), bytes: Buffer.from('a'),
      };`);
    expect(values(await run(of, [{}]))).toEqual([
      [
        {
          url: 'https://example.com/a?b=1&c=x+y',
          ticks: 3,
          text: 'hi',
          back: 'x',
          hash: '0cc175b9c0f1b6a831c399e269772661',
          uuid: 36,
          mine: { a: [1] },
          bytes: { type: 'Buffer', data: [97] },
        },
      ],
    ]);
    // Expressions do without it.
    await expect(evaluate("{{ atob('eA==') }}")).rejects.toThrow('atob');
  });

  test('a thousand asynchronous units', async () => {
    const of = script('await null; return { v: $json.n }');
    const result = await run(
      of,
      Array.from({ length: 1000 }, (_, n) => ({ n })),
    );
    expect(result.units.map((unit) => unit.output)).toEqual(Array.from({ length: 1000 }, (_, n) => `{"v":${n}}`));
  });

  test('logs are cut with a mark', async () => {
    const of = script("for (let i = 0; i < 100; i++) console.log('x'.repeat(50)); return 1", {
      limits: { logBytes: 200 } as never,
    });
    const log = (await run(of, [{}])).units[0]?.logs ?? '';
    expect(log.length).toBeLessThan(300);
    expect(log).toContain('cut at 200 bytes (limit code.logBytes)');
  });
});

describe('one world', () => {
  const all: [string, string][] = [
    ['global', 'globalThis.leak = 1'],
    ['sloppy global', "new Function('leak = 1')(); if (typeof leak !== 'undefined') throw 'leaked'; throw 'kept out'"],
    ['prototype', 'Object.prototype.leak = 1'],
    ['array prototype', 'Array.prototype.push = 1'],
    ['hidden prototype', 'Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())).next = 1'],
    ['generator prototype', '(function* () {}).constructor.prototype.leak = 1'],
    ['async prototype', '(async () => {}).constructor.prototype.leak = 1'],
    ['JSON', 'JSON.parse = null'],
    ['scope classes', '$input.constructor.prototype.all = null'],
    ['vars', '$vars.leak = 1'],
    ['other nodes', "$('outer').first().json.leak = 1"],
    ['console', 'console.log = null'],
    ['luxon', 'DateTime.prototype.toISO = null; $now'],
    ['regexp', "/(secret)/.test('secret'); if (RegExp.$1 === undefined) throw 'kept out'"],
    ['the platform', 'URL.prototype.toString = () => "x"; Buffer.from = null'],
    ['its modules', "require('crypto').createHash = null"],
    ['what they make', "require('crypto').createHash('md5').constructor.prototype.update = null"],
    ['lists of parameters', "Object.getPrototypeOf(new URLSearchParams('a=1').entries()).next = 1"],
    ['errors', 'Error.prepareStackTrace = () => 1'],
  ];
  test.each(all)('nothing is left behind: %s', async (name, code) => {
    const context = { vars: {}, nodes: { outer: [['{}']] } };
    const of = region({
      a: { kernel: 'script', with: { code }, more: { references: [{ node: 'outer', uses: ['all'] }] } },
    });
    const [unit] = (await run(of, [{}], { context })).units;
    // Code gets its own copies of data that units share; everything else is frozen.
    if (name !== 'vars' && name !== 'other nodes') expect(unit?.failure?.code).toBe('node-failed');
    const after = "{{ [$vars, $('outer').first().json, ({}).leak, [].push.name, JSON.parse.name] }}";
    expect(await evaluate(after, {}, context)).toEqual([{}, {}, null, 'push', 'parse']);
  });

  test('shared data that an expression changes behind its look is frozen', async () => {
    await expect(evaluate("{{ $vars.list['pu' + 'sh'](1) }}", {}, { vars: { list: [] } })).rejects.toThrow(
      'not extensible',
    );
    const of = region({
      a: { with: { fields: { list: [1] } } },
      b: { with: { fields: { n: "{{ $json.list['pu' + 'sh'](1) }}" } } },
    });
    expect(values(await run(of, [{}, {}]))).toEqual(['expression-failed', 'expression-failed']);
  });

  test('what people assign on their own objects works', async () => {
    expect(
      await evaluate(
        "{{ (() => { const e = new Error('x'); e.name = 'Mine'; e.message = 'y'; return e.name + e.message })() }}",
      ),
    ).toBe('Miney');
    expect(
      await evaluate(
        '{{ (() => { const o = {}; o.toString = () => "t"; o.constructor = 1; return String(o) + o.constructor })() }}',
      ),
    ).toBe('t1');
    expect(
      await evaluate(
        "{{ (() => { class E extends Error { constructor() { super('m'); this.name = 'E' } } return new E().name })() }}",
      ),
    ).toBe('E');
  });

  test.each([
    ['typeof process'],
    ['typeof require'],
    ['typeof fetch'],
    ['typeof Buffer'],
    ['typeof gc'],
    ['typeof WebAssembly'],
    ['typeof SharedArrayBuffer'],
  ])('no way out: %s', async (code) => {
    const outside = code.replace('typeof ', '');
    expect(await evaluate(`{{ (() => 1).constructor('return typeof ${outside}')() }}`)).toBe('undefined');
    expect(await evaluate(`{{ $input.constructor.constructor('return typeof ${outside}')() }}`)).toBe('undefined');
  });

  test('modules cannot be imported', async () => {
    const of = region({
      a: { kernel: 'script', with: { code: 'const m = await (0, eval)(\'import("node:fs")\'); return 1' } },
    });
    expect(values(await run(of, [{}]))).toEqual(['node-failed']);
  });
});
