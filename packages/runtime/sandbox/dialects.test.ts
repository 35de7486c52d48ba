/** Dialects in the real evaluator: what templates yield, what names see, what code is. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import type { ProgramContext, WalkContext, WalkNode } from '@rondo/core/ports.ts';
import { evaluating, region, values } from './fixtures/evaluating.ts';

const { evaluate, run } = evaluating();

const texts = (...items: Json[]): string[] => items.map((json) => JSON.stringify(json));
const ran = (more: Partial<WalkNode>): WalkNode => ({ count: 1, output: 0, runs: [], ...more });

const walk: WalkContext = {
  node: 'c',
  run: 2,
  previous: { node: 'b', output: 1, run: 1 },
  nodes: {
    a: ran({
      runs: [[texts({ n: 1 }, { n: 2 })]],
      paired: { items: texts({ n: 1 }, { n: 2 }), of: [1, 0, { message: 'Multiple matches found' }] },
    }),
    b: ran({
      count: 2,
      output: 1,
      runs: [
        [texts({ r: 0 }), texts({ r: 'x' })],
        [[], texts({ r: 1 }, { r: 2 })],
      ],
      context: { done: false, items: [{ json: { r: 9 } }] },
      origin: { version: 3.4, parameters: { mode: 'raw' } },
    }),
    c: ran({ count: 0, origin: { id: 'id-c', version: 2 } }),
  },
};
const around: ProgramContext = { walk, run: { id: 'run1', workflow: 'Test' } };

describe('templates of n8n', () => {
  it.each<[string, Json]>([
    ['{{ $json.n }}', 1],
    [' {{ $json.n }}', ' 1'],
    ['{{ $json.n }}{{ $json.n }}', '11'],
    ['a{{ null }}{{ undefined }}{{ NaN }}{{ $json.x.y.z }}b', 'ab'],
    ['{{ false }}-{{ 0 }}-{{ "" }}', 'false-0-'],
    ['a{{ [1, [2]] }}{{ ({ x: 1 }) }}', 'a1,2[object Object]'],
    ['{{ { x: $json.n } }}', { x: 1 }],
    ['{{ $json.x.y.z }}', null],
    ['{{ nothing ?? 5 }}', 5],
    ['{{ typeof process }}', 'undefined'],
    ['{{ setTimeout }}', {}],
    ['{{ isNaN("x") }}', false],
    ['{{ new Map([[1, 2]]) }}', {}],
    ['{{ DateTime.fromISO("2020-01-02T00:00:00Z", { zone: "utc" }) }}', '2020-01-02T00:00:00.000Z'],
  ])('%s', async (template, expected) => {
    expect(await evaluate(template, { n: 1 }, {}, 'n8n')).toEqual(expected);
  });

  it.each([
    ['{{ "x".hash("nope") }}', 'Unknown algorithm'],
    ['text {{ "x".hash("nope") }}', 'Unknown algorithm'],
    ['{{ $json.none.toTitleCase() }}', "toTitleCase can't be used on undefined value"],
    ['{{ $json.n.toTitleCase() }}', 'toTitleCase() is only callable on type "String"'],
    ['{{ () => 1 }}', 'this is a function, please add ()'],
    ['{{ DateTime }}', 'this is a DateTime, please access its methods'],
    ['{{ $env.HOME }}', 'access to env vars denied'],
    ['{{ "}}" }}', 'Unterminated string'],
  ])('%s fails: %s', async (template, message) => {
    await expect(evaluate(template, { n: 1 }, {}, 'n8n')).rejects.toThrow(message);
  });
});

describe('names of n8n', () => {
  it.each<[string, Json]>([
    ["$('a').item.json.n", 2],
    ["$('a').itemMatching(1).json.n", 1],
    ["$('b').all().length", 2],
    ["$('b').all(1, 0)[0].json.r", 'x'],
    ["$('b').first(0, 0).json.r", 0],
    ["$('b').context.done", false],
    ["$('b').params.mode", 'raw'],
    ["$('d').isExecuted", false],
    ['$node["b"].json.r', 1],
    ['$node.b.runIndex', 1],
    ['$items("b", 1)[1].json.r', 2],
    ['$item(0).$node["a"].json.n', 1],
    ['[$prevNode.name, $prevNode.outputIndex, $prevNode.runIndex]', ['b', 1, 1]],
    ['$input.params.mode', 'raw'],
    ['$input.context.items[0].json.r', 9],
    ['[$runIndex, $thisRunIndex, $nodeVersion, $nodeId]', [2, 2, 2, 'id-c']],
    ['$workflow.name + $execution.mode + $mode', 'Testtestmanual'],
    ['$input.item', { json: { n: 7 }, pairedItem: { item: 0 } }],
    ['$if($json.n > 5, "big", $("d").first().json.x)', 'big'],
  ])('%s', async (source, expected) => {
    expect(await evaluate(`{{ ${source} }}`, { n: 7 }, around, 'n8n')).toEqual(expected);
  });

  it.each([
    ["$('a').itemMatching(2)", 'Multiple matches found'],
    ["$('d').first()", "Node 'd' hasn't been executed"],
    ["$('b').all(0, 5)", 'Run 5 of node "b" not found'],
    ["$('b').all(7)", 'Node "b" has no branch with index 7.'],
    ['$input.first(0)', '$input.first() should have no arguments'],
  ])('%s fails in n8n words', async (source, message) => {
    await expect(evaluate(`{{ ${source} }}`, { n: 7 }, around, 'n8n')).rejects.toThrow(message);
  });

  it('changes nothing that another expression sees', async () => {
    const change = "{{ (() => { const all = $('a').all(); all[0].json.n = 9; return all[0].json.n })() }}";
    expect(await evaluate(change, {}, around, 'n8n')).toBe(9);
    expect(await evaluate("{{ $('a').first().json.n }}", {}, around, 'n8n')).toBe(1);
  });
});

describe('code of n8n', () => {
  const code = (text: string, size?: number) =>
    region(
      { a: { kernel: 'script', with: { code: text }, ...(size === undefined ? {} : { size }) } },
      { scope: 'n8n', plain: true },
    );
  const all = async (text: string, items: Json[]) =>
    values(await run(code(text, Number.POSITIVE_INFINITY), items, { size: 1000, units: 1, context: around }));

  it('sees items, may change them, and may forget to declare a name', async () => {
    const text =
      'total = 0;\nfor (const it of items) { it.json.seen = true; total += it.json.n; }\nitems[0].json.total = total;\nreturn items;';
    expect(await all(text, [{ n: 1 }, { n: 2 }])).toEqual([
      [
        [
          { json: { n: 1, seen: true, total: 3 }, from: [0] },
          { json: { n: 2, seen: true }, from: [1] },
        ],
      ],
    ]);
  });

  it('keeps data for the run', async () => {
    const text =
      "const data = $getWorkflowStaticData('global'); data.n = (data.n ?? 0) + 1; return [{ json: { n: data.n } }];";
    expect(await all(text, [{}])).toEqual([[[{ json: { n: 1 } }]]]);
    expect(await all(text, [{}])).toEqual([[[{ json: { n: 2 } }]]]);
  });

  it.each([
    ['throw new Error("no")', 'no [line 1]'],
    ['const x = 1;\nrequire("fs");', 'require("fs") is not possible in code'],
    ['return this.helpers.httpRequest({})', 'this.helpers is not supported'],
  ])('%s', async (text, message) => {
    const { units } = await run(code(text, Number.POSITIVE_INFINITY), [{}], { size: 1000, units: 1 });
    expect(units[0]?.failure?.message).toContain(message);
  });

  it('refuses the whole list where it runs per item', async () => {
    const { units } = await run(code('const n = 1;\nreturn { n: $input.all().length };'), [{}, {}]);
    expect(units[1]?.failure).toMatchObject({
      message: "Can't use .all() here [line 2, for item 1]",
      data: { description: "This is only available in 'Run Once for All Items' mode" },
    });
  });
});

describe('names of flows', () => {
  const context: ProgramContext = {
    vars: { name: 'x' },
    constants: { ENV: 'test' },
    nodes: { a: [texts({ v: 1 })], b: [[]] },
    loops: [
      { item: 'in', index: 1, count: 2, previous: null },
      { item: {}, index: 4, count: null, previous: null, vars: { n: 1 } },
    ],
  };

  it.each<[string, Json]>([
    ['previous_result.a + result.a', 4],
    ['results.a.v', 1],
    ['results.b', null],
    ['results.gone?.x ?? "none"', 'none'],
    ['flow_input.name + flow_env.ENV', 'xtest'],
    ['flow_input.iter', { index: 1, value: 'in' }],
    ['flow_input.iter_parent', { index: 4, value: 4 }],
    ['const { v } = results.a; return v + 1', 2],
    ['Promise.all([1, Promise.resolve(2)])', [1, 2]],
    ['const x = await Promise.resolve(3); return x', 3],
    ['new Set([1])', {}],
    ['undefined', null],
    ['params', {}],
    ['typeof resume', 'undefined'],
  ])('%s', async (source, expected) => {
    expect(await evaluate(`{{${source}}}`, { a: 2 }, context, 'openflow')).toEqual(expected);
  });

  it('has no loop outside of one', async () => {
    expect(await evaluate('{{ flow_input }}', {}, { vars: { a: 1 } }, 'openflow')).toEqual({ a: 1 });
  });

  it('finds what failed', async () => {
    const error = { name: 'Error', message: 'no', step_id: 's' };
    expect(await evaluate('{{ error.message }}', { error }, {}, 'openflow')).toBe('no');
    expect(await evaluate('{{ error.message }}', [1, { error }], {}, 'openflow')).toBe('no');
    expect(await evaluate('{{ error.name }}', [{ error }, { error }], {}, 'openflow')).toBe('MultipleErrors');
  });

  it.each([
    ['results.a.v.x.y', 'Cannot read properties'],
    ['Promise.reject(new Error("late"))', 'late'],
  ])('%s fails', async (source, message) => {
    await expect(evaluate(`{{ ${source} }}`, {}, context, 'openflow')).rejects.toThrow(message);
  });

  it('a promise that nothing settles does not hang', async () => {
    await expect(evaluate('{{ new Promise(() => {}) }}', {}, context, 'openflow')).rejects.toThrow('promise');
  });
});
