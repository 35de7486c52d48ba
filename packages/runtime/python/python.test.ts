/** What code in Python gets, gives and is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { createPython, type Python, type PythonCall, type PythonResult } from './python.ts';

let python: Python;

beforeAll(() => {
  python = createPython();
  python.warm();
});
afterAll(() => python.close());

async function call(source: string, more: Partial<PythonCall> = {}): Promise<PythonResult> {
  const [result] = await python.run([{ source, inputs: {}, style: 'main', timeoutMs: 5000, ...more }]);
  if (result === undefined) throw new Error('no result');
  return result;
}

/** The value, or the message. */
async function main(source: string, inputs: Record<string, Json> = {}): Promise<unknown> {
  const { value, failure } = await call(source, { inputs });
  return failure === null ? value : failure.message;
}

const returned = (expression: string, before = ''): Promise<unknown> =>
  main(`${before}\ndef main():\n    return ${expression}`);

describe('styles', () => {
  it('main gets its inputs by name', async () => {
    expect(await main('def main(a, b: int = 5) -> dict:\n    return {"r": a + b}', { a: 1 })).toEqual({ r: 6 });
    expect(await main('def main(**all):\n    return all', { 'a b': 1, 'ü': [null] })).toEqual({
      'a b': 1,
      'ü': [null],
    });
  });

  it('item sees its item, its value and its index, and returns from the top', async () => {
    const source =
      'if _json["n"] > 1:\n    return None\nreturn {"n": _json["n"], "i": _index, "files": "files" in _item}';
    const inputs = (n: number): PythonCall['inputs'] => ({ item: { json: { n } }, index: 7 });
    expect((await call(source, { style: 'item', inputs: inputs(1) })).value).toEqual({ n: 1, i: 7, files: false });
    expect((await call(source, { style: 'item', inputs: inputs(2) })).value).toBeNull();
  });

  it('items sees all items as plain dicts, and may define what it likes', async () => {
    const source = `from __future__ import annotations
import math
class Sum:
    text = """A text
  with its own indent."""
    def __init__(self): self.n = 0
    def add(self, n): self.n += n
total = Sum()
for item in _items:
    total.add(item["json"]["n"])
def half(n): return n / 2
return [{"json": {"sum": total.n, "half": half(total.n), "doc": Sum.text, "pi": math.floor(math.pi)}}]`;
    const { value, failure } = await call(source, {
      style: 'items',
      inputs: { items: [{ json: { n: 1 } }, { json: { n: 2 } }] },
    });
    expect(failure).toBeNull();
    expect(value).toEqual([{ json: { sum: 3, half: 1.5, doc: 'A text\n  with its own indent.', pi: 3 } }]);
  });

  it.each<[string, PythonCall['style'], string]>([
    ['x = 1', 'main', 'The Python code: the code defines no function main; write def main(...)'],
    ['x = 1', 'item', 'The Python code: the code returns nothing; end it with return'],
    ['def f():\n    return 1', 'items', 'The Python code: the code returns nothing'],
    ['def main(a): return a', 'main', "TypeError: main() missing 1 required positional argument: 'a'"],
    ['async def main(): return 1', 'main', 'the result is a coroutine, which is not data; write plain functions'],
  ])('%j as %s', async (source, style, message) => {
    const inputs: PythonCall['inputs'] =
      style === 'items' ? { items: [] } : style === 'item' ? { item: {}, index: 0 } : {};
    expect((await call(source, { style, inputs })).failure?.message).toContain(message);
  });
});

describe('values', () => {
  const texts = [
    '',
    'ü',
    '😀',
    '\u2028',
    '\u0000\u001c\u001d',
    'a"\\\n',
    '\ud83d',
    'x'.repeat(100_000),
    '\ud83d\ude00'.repeat(1000),
  ];

  it('come back as they went in', async () => {
    const value: Json = {
      texts,
      numbers: [0, -1, 1.5, 1e300, 5e-324, 2 ** 53 - 1, -(2 ** 53 - 1)],
      deep: [[[{ a: [] }]]],
      null: null,
      yes: true,
      __proto__x: 1,
    };
    expect(await main('def main(v):\n    return v', { v: value })).toEqual(value);
    const hostile = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as Json;
    expect(JSON.stringify(await main('def main(v):\n    return v', { v: hostile }))).toBe(JSON.stringify(hostile));
  });

  it.each<[string, Json, string?]>([
    ['(1, 2)', [1, 2]],
    ['{3, 1, 2}', [1, 2, 3]],
    ['frozenset(["b", "a"])', ['a', 'b']],
    ['{1: "a", None: 2, True: 3, 1.5: 4}', { 1: 3, null: 2, '1.5': 4 }],
    ['[float("nan"), float("inf"), -float("inf"), 1.0]', [null, null, null, 1]],
    [
      '[d.datetime(2024, 2, 29, 1, 2, 3), d.date(2024, 2, 29), d.time(1, 2)]',
      ['2024-02-29T01:02:03', '2024-02-29', '01:02:00'],
      'import datetime as d',
    ],
    ['uuid.UUID(int=5)', '00000000-0000-0000-0000-000000000005', 'import uuid'],
    [
      '[Color.RED, E.A]',
      ['red', 1],
      'import enum\nclass Color(enum.Enum):\n    RED = "red"\nclass E(enum.IntEnum):\n    A = 1',
    ],
    [
      'P(1, [P(2, None)])',
      { x: 1, y: [{ x: 2, y: null }] },
      'from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: list',
    ],
    ['N(1, 2)', [1, 2], 'from collections import namedtuple\nN = namedtuple("N", "a b")'],
    [
      '[deque([1]), OrderedDict(a=1), Counter("aab"), defaultdict(list, b=[1])]',
      [[1], { a: 1 }, { a: 2, b: 1 }, { b: [1] }],
      'from collections import *',
    ],
    ['9007199254740991', 9007199254740991],
    ['float(2**60)', 2 ** 60],
    ['"9007199254740993"', '9007199254740993'],
  ])('%s', async (expression, value, before = '') => {
    expect(await returned(expression, before)).toEqual(value);
  });

  it.each<[string, string, string?]>([
    [
      '{"id": [2**53]}',
      "the result['id'][0] is the whole number 9007199254740992, which is beyond 9007199254740991 and would lose digits; return str(...)",
    ],
    ['10**5000', 'is the whole number a very large number'],
    ['b"a"', 'the result is bytes, which is not data; use .decode()'],
    ['{"a": 1j}', "the result['a'] is a complex number"],
    ['D("1.1")', 'a Decimal, which is not data; use float(...) or str(...)', 'from decimal import Decimal as D'],
    ['(x for x in [1])', 'an iterator, which is not data; use list(...)'],
    ['range(3)', 'an iterator'],
    ['print', 'a function, which is not data; call it'],
    ['object()', 'an object of type object'],
    ['{(1, 2): 3}', 'has a key of type tuple; use text as keys'],
    ['x', 'circular or nested too deeply', 'x = []\nx.append(x)'],
  ])('%s is refused', async (expression, message, before = '') => {
    expect(await returned(expression, before)).toContain(message);
  });

  it('end at the limit of a result, counted in bytes', async () => {
    const source = 'def main(n):\n    return "ü" * n';
    expect((await call(source, { inputs: { n: 499 }, resultBytes: 1000 })).value).toHaveLength(499);
    const { failure } = await call(source, { inputs: { n: 500 }, resultBytes: 1000 });
    expect(failure).toMatchObject({ code: 'limit-reached', retry: 'no' });
    expect(failure?.message).toContain('limit step.bytes');
    expect(failure?.message).toContain('1002 bytes');
  });
});

describe('output', () => {
  it('is captured for each call, stdout and stderr together', async () => {
    const source = `import sys
def main(n):
    print("n", n)
    print("warn", n, file=sys.stderr)
    sys.stdout.write("end")
    return n`;
    const results = await python.run([1, 2].map((n) => ({ source, inputs: { n }, style: 'main', timeoutMs: 5000 })));
    expect(results.map(({ logs }) => logs)).toEqual(['n 1\nwarn 1\nend', 'n 2\nwarn 2\nend']);
  });

  it('is there with a failure, and cut at its limit', async () => {
    expect((await call('def main():\n    print("before")\n    1 / 0')).logs).toBe('before');
    const { logs, value } = await call('def main():\n    for i in range(10000): print("x" * 50)\n    return 1', {
      logBytes: 120,
    });
    expect(value).toBe(1);
    expect(logs).toBe(
      `${'x'.repeat(50)}\n${'x'.repeat(50)}\n${'x'.repeat(18)}\n... cut at 120 bytes (limit code.logBytes)`,
    );
  });

  it('of logging belongs to its call, however often it is configured', async () => {
    const source =
      'import logging\ndef main():\n    logging.basicConfig(level=logging.INFO)\n    logging.info("hello")';
    expect((await call(source)).logs).toBe('INFO:root:hello');
    expect((await call(source)).logs).toBe('INFO:root:hello');
    expect((await call('import logging\ndef main():\n    logging.info("hidden")\n    logging.warning("w")')).logs).toBe(
      'WARNING:root:w',
    );
  });

  it('cannot be read back, and there is nothing to read', async () => {
    expect(await main('def main():\n    return input()')).toContain('EOFError');
    expect(await main('import os\ndef main():\n    return len(os.read(0, 10)) + os.write(1, b"raw")')).toBe(3);
  });
});

describe('exceptions', () => {
  it.each<[string, string, number]>([
    ['def main():\n    d = {}\n    return d["title"]', 'KeyError: \'title\' (line 3: return d["title"])', 3],
    [
      'def main():\n    return f()\ndef f():\n    raise ValueError("mine ü")',
      'ValueError: mine ü (line 4: raise ValueError("mine ü"))',
      4,
    ],
    [
      'import json\ndef main():\n    return json.loads("{")',
      'JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1) (line 3: return json.loads("{"))',
      3,
    ],
    ['def main(:\n    pass', 'SyntaxError: invalid syntax (line 1: def main(:)', 1],
    [
      'def main():\nreturn 1',
      'IndentationError: expected an indented block after function definition on line 1 (line 2: return 1)',
      2,
    ],
    ['import numpy\ndef main(): pass', "ModuleNotFoundError: No module named 'numpy' (line 1: import numpy)", 1],
    [
      'import sys\ndef main():\n    sys.exit(3)',
      'The Python code ended itself with exit(3) before it gave a result (line 3: sys.exit(3)).',
      3,
    ],
    [
      'def main():\n    exit()',
      'The Python code ended itself with exit(None) before it gave a result (line 2: exit()).',
      2,
    ],
    [
      'def f(): return f()\ndef main(): return f()',
      'RecursionError: maximum recursion depth exceeded (line 1: def f(): return f())',
      1,
    ],
    ['def main():\n    raise KeyboardInterrupt', 'KeyboardInterrupt (line 2: raise KeyboardInterrupt)', 2],
    [
      'class E(Exception):\n    def __str__(self): raise self\ndef main(): raise E',
      'E: an error without a message (line 3: def main(): raise E)',
      3,
    ],
    [
      'def main(): raise ValueError("x" * 100000)',
      `ValueError: ${'x'.repeat(2000)} (line 1: def main(): raise ValueError("x" * 100000))`,
      1,
    ],
  ])('%j', async (source, message, line) => {
    const { failure } = await call(source);
    expect(failure).toMatchObject({ code: 'node-failed', retry: 'no', message, data: { line } });
    expect(JSON.stringify(failure)).not.toMatch(/pyodide|unit\.py|wasm/i);
  });

  it('tell the way through the code, and what caused them', async () => {
    const source = `def main():
    try:
        f(1)
    except ValueError as error:
        raise RuntimeError("outer") from error
def f(n):
    raise ValueError("inner")`;
    const { failure } = await call(source);
    expect(failure).toMatchObject({
      message: expect.stringContaining('RuntimeError: outer (line 5'),
      cause: 'ValueError: inner',
    });
    const deep = await call('def main():\n    return f()\ndef f():\n    return g()\ndef g():\n    return 1 / 0');
    expect(deep.failure?.data?.trace).toEqual([
      [2, 'main'],
      [4, 'f'],
      [6, 'g'],
    ]);
  });

  it('count lines in the body of an item as they stand', async () => {
    const inputs = { item: { json: {} }, index: 0 };
    const { failure } = await call('text = """a\nb"""\nreturn 1 / 0', { style: 'item', inputs });
    expect(failure?.message).toBe('ZeroDivisionError: division by zero (line 3: return 1 / 0)');
  });
});

describe('time', () => {
  it.each([
    ['endless loop', 'while True: pass'],
    [
      'swallowed interrupt',
      'while True:\n        try:\n            while True: pass\n        except BaseException: pass',
    ],
    ['sleep', 'import time; time.sleep(60)'],
    ['slow regular expression', 'import re; re.match("(a+)+$", "a" * 40 + "b")'],
    ['power', 'return len(str(10 ** 10 ** 9))'],
    [
      'result that never ends',
      'class L(dict):\n        def items(self):\n            while True: pass\n    return L(a=1)',
    ],
  ])('%s ends at the limit', async (_, body) => {
    const { failure } = await call(`def main():\n    ${body}`, { timeoutMs: 100 });
    expect(failure).toMatchObject({ code: 'expression-timeout', retry: 'no' });
    expect(failure?.message).toContain('limit of 100 ms');
  });

  it('says in which line, and goes on in the same process', async () => {
    const [pid] = python.pids();
    const { failure, logs } = await call('def main():\n    print("on")\n    while True:\n        pass', {
      timeoutMs: 100,
    });
    expect(failure?.message).toContain('(line ');
    expect([logs, failure?.data?.text]).toEqual(['on', expect.stringMatching(/while True:|pass/)]);
    expect(await returned('1')).toBe(1);
    expect(python.pids()).toEqual([pid]);
  });

  it('an interrupt that was swallowed is still too late', async () => {
    const source =
      'def main():\n    try:\n        while True: pass\n    except KeyboardInterrupt:\n        return {"partly": 1}';
    expect((await call(source, { timeoutMs: 100 })).failure?.code).toBe('expression-timeout');
  });

  it('a thousand calls, in order', async () => {
    const source = 'def main(n):\n    print(n)\n    return n * 2';
    const results = await python.run(
      Array.from({ length: 1000 }, (_, n) => ({ source, inputs: { n }, style: 'main', timeoutMs: 5000 })),
    );
    expect(results.map(({ value }) => value)).toEqual(Array.from({ length: 1000 }, (_, n) => n * 2));
    expect(results.map(({ logs }) => logs)).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)));
  });
});
