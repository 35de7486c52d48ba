/** Python: its examples, what each mode gives and takes, limits, failures, cancellation; with a real interpreter. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import { runPythonCode } from '@rondo/runtime/python/code-door.ts';
import { createPython, type Python } from '@rondo/runtime/python/python.ts';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { resolveLimits, type LimitName } from '@rondo/core/model/limits.ts';
import { canonical } from '../kit/order.ts';
import { runNode, type NodeRun } from '../kit/run.ts';
import { node } from './node.ts';

let python: Python;
const logged: string[] = [];

beforeAll(() => {
  python = createPython();
  python.warm();
});
afterAll(() => python.close());

function ports(overrides: Record<string, number> = {}): Partial<EffectPorts> {
  const limits = resolveLimits(overrides);
  return {
    code: (request) => runPythonCode(python, request, limits),
    limit: (name) => limits[name as LimitName],
    log: (line) => logged.push(line),
  };
}

interface Given {
  input?: Json[];
  items?: Item[][];
  limits?: Record<string, number>;
  signal?: AbortSignal;
}

const run = (code: string, more: Record<string, Json> = {}, given: Given = {}): Promise<NodeRun> => {
  const { limits, ...rest } = given;
  return runNode(node, { params: { code, ...more }, ports: ports(limits), ...rest });
};

async function failureOf(running: Promise<unknown>): Promise<Failure> {
  const error: unknown = await running.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FailureError)) throw new Error(`no failure, but ${String(error)}`);
  return error.failure;
}

describe('examples', () => {
  it.each(node.examples.map((example) => [example.title, example] as const))('%s', async (_, example) => {
    const { output } = await runNode(node, {
      params: example.with,
      input: (example.input ?? [{}]) as Json[],
      ports: ports(),
    });
    expect(canonical(output.main as Json)).toBe(canonical(example.output as Json));
  });
});

describe('items', () => {
  it.each<[string, Json[]]>([
    ['return {"a": 1}', [{ a: 1 }]],
    ['return {"json": 5}', [5]],
    ['return {"json": 1, "other": 2}', [{ json: 1, other: 2 }]],
    ['return [{"a": 1}, {"json": {"b": 2}}]', [{ a: 1 }, { b: 2 }]],
    ['return None', []],
    ['return []', []],
    ['return {**_json, "i": _index}', [{ n: 1, i: 0 }]],
  ])('%s', async (code, expected) => {
    expect((await run(code, {}, { input: [{ n: 1 }] })).output.main).toEqual(expected);
  });

  it.each([
    ['x = 1', 'the code returns nothing'],
    ['return "text"', 'The code returned the text "text", not an object.'],
    ['return [{}, 5]', 'The code returned the number 5 at position 1 of its list, not an object.'],
    ['return {"json": {}, "files": 5}', 'The code returned files that are the number 5.'],
    ['return {"a": object()}', "the result['a'] is an object of type object, which is not data"],
    ['return 1 / 0', 'ZeroDivisionError: division by zero (line 1: return 1 / 0)'],
  ])('%s', async (code, message) => {
    expect((await failureOf(run(code))).message).toContain(message);
  });

  it('keep files and say where they come from', async () => {
    const files = { f: { blob: 'b', size: 1 } };
    const { items } = await run(
      'return [{"json": {"names": list(_items[1]["files"])}, "files": _items[1]["files"], "from": [1]}]',
      { mode: 'all' },
      { items: [[{ json: 1 }, { json: 2, files }]] },
    );
    expect(items[0]).toEqual([{ json: { names: ['f'] }, files, from: [1] }]);
  });

  it('all: runs once with all of them; item: once for each', async () => {
    const input = [{ n: 1 }, { n: 2 }, { n: 3 }];
    expect((await run('return {"count": len(_items)}', { mode: 'all' }, { input })).output.main).toEqual([
      { count: 3 },
    ]);
    expect((await run('return {"n": _json["n"]}', {}, { input })).output.main).toHaveLength(3);
  });

  it('cannot change those of others', async () => {
    const input = [{ list: [1] }];
    await run('_json["list"].append(2)\nreturn _json', {}, { input });
    expect(input).toEqual([{ list: [1] }]);
  });
});

describe('main', () => {
  const main = (body: string, more: Record<string, Json> = {}): Promise<NodeRun> =>
    run(`def main(a=None):\n    ${body}`, { mode: 'main', ...more });

  it.each<[string, Record<string, Json>, string]>([
    ['return {}', { outputs: { r: 'string' } }, 'main did not return r.'],
    ['return {"s": 1}', { outputs: { r: 'string' } }, 'main returned s, which is not declared.'],
    ['return {"r": 5}', { outputs: { r: 'string' } }, 'Output r must be text, not the number 5.'],
    ['return {"r": True}', { outputs: { r: 'number' } }, 'Output r must be a number, not true.'],
    ['return {"r": ["a", 1]}', { outputs: { r: 'array[string]' } }, 'Output r[1] must be text, not the number 1.'],
    ['return 5', { outputs: { r: 'string' } }, 'main returned the number 5, not an object.'],
    ['return {"r": ["x"] * 31}', { outputs: { r: 'array[string]' }, check: 'dify' }, 'must be less than 30'],
    ['return {}', { outputs: { r: 'text' } }, 'outputs.r must be one of string'],
    ['return {}', { inputs: { b: 1 } }, "main() got an unexpected keyword argument 'b'"],
    ['return {}', { inputs: '{{ 5 }}' }, 'inputs must be an object'],
  ])('%s with %j', async (body, more, message) => {
    expect((await failureOf(main(body, more))).message).toContain(message);
  });

  it('gives one item with its outputs', async () => {
    const { output } = await main('return {"r": a, "t": (1, 2)}', {
      inputs: { a: '{{ [1, null] }}' },
      outputs: { r: 'array[number]', t: 'any' },
    });
    expect(output.main).toEqual([{ r: [1, null], t: [1, 2] }]);
  });
});

describe('limits', () => {
  it('time: of the node, at most that of the settings', async () => {
    const endless = 'while True: pass\nreturn {}';
    const own = await failureOf(run(endless, { timeout: '100ms' }));
    expect(own).toMatchObject({ code: 'expression-timeout', retry: 'no' });
    expect(own.message).toContain('limit of 100 ms (line 1');
    const settings = await failureOf(run(endless, { timeout: '1h' }, { limits: { 'code.ms': 80 } }));
    expect(settings.message).toContain('limit of 80 ms');
  });

  it('size of the result and of what is printed', async () => {
    const { code, message } = await failureOf(run('return {"a": "x" * 2000}', {}, { limits: { 'step.bytes': 1000 } }));
    expect([code, message]).toEqual(['limit-reached', expect.stringContaining('step.bytes')]);
    logged.length = 0;
    await run('print("x" * 100)\nreturn {}', {}, { limits: { 'code.logBytes': 10 } });
    expect(logged).toEqual([`${'x'.repeat(10)}\n... cut at 10 bytes (limit code.logBytes)`]);
  });
});

describe('what is printed', () => {
  it('is logged for each item, also when it fails', async () => {
    logged.length = 0;
    await run('print("n", _json["n"])\nreturn None', {}, { input: [{ n: 1 }, { n: 2 }] });
    await failureOf(run('print("on the way")\nraise ValueError("mine")'));
    expect(logged).toEqual(['n 1', 'n 2', 'on the way']);
  });
});

describe('cancelled', () => {
  it('ends at once with the reason', async () => {
    const stop = new AbortController();
    const running = run('while True: pass', {}, { signal: stop.signal });
    setImmediate(() => setImmediate(() => stop.abort(new Error('enough'))));
    await expect(running).rejects.toThrow('enough');
  });
});
