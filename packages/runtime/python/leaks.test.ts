/** What one call changes is not seen by the next one in the same process. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPython, type Python } from './python.ts';

let python: Python;

beforeAll(() => {
  python = createPython();
  python.warm();
});
afterAll(() => python.close());

async function run(...sources: string[]): Promise<unknown[]> {
  const results = await python.run(sources.map((source) => ({ source, inputs: {}, style: 'main', timeoutMs: 5000 })));
  return results.map(({ value, failure }) => failure?.message ?? value);
}

const unless = (condition: string, imports: string): string =>
  `import ${imports}\ndef main():\n    return "clean" if ${condition} else "changed"`;

it.each([
  ['globals', 'x = 5\ndef main():\n    global y\n    y = 1', '"x" not in globals() and "y" not in globals()', 'os'],
  [
    'builtins',
    'import builtins\ndef main():\n    builtins.len = lambda x: 7\n    builtins.extra = 1',
    'len([]) == 0 and not hasattr(builtins, "extra")',
    'builtins',
  ],
  [
    'a module',
    'import json\ndef main():\n    json.dumps = None\n    json.extra = 1',
    'json.dumps([]) == "[]" and not hasattr(json, "extra")',
    'json',
  ],
  [
    'a module by another name',
    'import json as j\ndef main():\n    setattr(j, "loads", None)',
    'json.loads("1") == 1',
    'json',
  ],
  [
    'a class of a module',
    'from json import JSONEncoder\ndef main():\n    JSONEncoder.default = None\n    JSONEncoder.extra = 1',
    'json.JSONEncoder.default is not None and not hasattr(json.JSONEncoder, "extra")',
    'json',
  ],
  ['a module that was new', 'import wave\ndef main():\n    wave.open = None', 'wave.open is not None', 'wave'],
  [
    'a module that is none',
    'import sys, types\ndef main():\n    sys.modules["mine"] = types.ModuleType("mine")',
    '"mine" not in sys.modules',
    'sys',
  ],
  [
    'a module that was taken away',
    'import sys\ndef main():\n    del sys.modules["json"]',
    '"json" in sys.modules',
    'sys',
  ],
  [
    'the path',
    'import sys\ndef main():\n    sys.path.insert(0, "/mine")\n    sys.meta_path.clear()',
    '"/mine" not in sys.path and sys.meta_path',
    'sys',
  ],
  [
    'stdout',
    'import sys, io\ndef main():\n    sys.stdout = io.StringIO()',
    'type(sys.stdout).__name__ == "Log"',
    'sys',
  ],
  [
    'the environment',
    'import os\ndef main():\n    os.environ["A"] = "1"\n    os.environ.pop("HOME")',
    'os.environ.get("A") is None and os.environ["HOME"]',
    'os',
  ],
  ['the working folder', 'import os\ndef main():\n    os.chdir("/lib")', 'os.getcwd() == "/tmp"', 'os'],
  [
    'files',
    'def main():\n    open("/tmp/a", "w").write("x")\n    open("b.py", "w").write("x")',
    'not os.listdir("/tmp") and not os.path.exists("b.py")',
    'os',
  ],
  [
    'folders',
    'import os\ndef main():\n    os.makedirs("/tmp/a/b")\n    open("/tmp/a/b/c", "w")',
    'not os.listdir("/tmp")',
    'os',
  ],
  [
    'decimal',
    'import decimal\ndef main():\n    decimal.getcontext().prec = 2',
    'str(decimal.Decimal(1) / 3) == "0.3333333333333333333333333333"',
    'decimal',
  ],
  [
    'the recursion limit',
    'import sys\ndef main():\n    sys.setrecursionlimit(50000)',
    'sys.getrecursionlimit() == 1000',
    'sys',
  ],
  [
    'tracing',
    'import sys\ndef main():\n    sys.settrace(lambda *a: None)\n    sys.setprofile(lambda *a: None)',
    'sys.gettrace() is None and sys.getprofile() is None',
    'sys',
  ],
  ['garbage', 'import gc\ndef main():\n    gc.disable()', 'gc.isenabled()', 'gc'],
  [
    'warnings',
    'import warnings\ndef main():\n    warnings.simplefilter("error")',
    'not any(f[0] == "error" for f in warnings.filters)',
    'warnings',
  ],
])('%s', async (_, change, condition, imports) => {
  expect((await run(change, unless(condition, imports)))[1]).toBe('clean');
});

it('a seed makes only its own call predictable', async () => {
  const seeded = 'import random\ndef main():\n    random.seed(1)\n    return random.random()';
  const [first, second] = await run(seeded, seeded);
  expect(first).toBe(second);
  const drawn = await run(
    seeded,
    ...Array.from({ length: 3 }, () => 'import random\ndef main():\n    return random.random()'),
  );
  expect(new Set(drawn).size).toBe(4);
});

it('an ignored interrupt is minded again', async () => {
  const [, late] = await python.run([
    {
      source: 'import signal\ndef main():\n    signal.signal(signal.SIGINT, signal.SIG_IGN)',
      inputs: {},
      style: 'main',
      timeoutMs: 5000,
    },
    { source: 'def main():\n    while True: pass', inputs: {}, style: 'main', timeoutMs: 100 },
  ]);
  expect(late?.failure?.message).toContain('(line 2');
});

it('files of the interpreter cannot be changed', async () => {
  const denied = expect.stringContaining('Read-only file system');
  expect(
    await run(
      'import os\ndef main():\n    open("/lib/python314.zip", "r+b")',
      'import os\ndef main():\n    os.unlink("/lib/python314.zip")',
      'import os\ndef main():\n    os.rename("/lib/python314.zip", "/tmp/x")',
      'import os\ndef main():\n    os.symlink("/lib", "/tmp/lib")',
      'import os\ndef main():\n    open("/tmp/../etc/x", "w")',
    ),
  ).toEqual([denied, denied, denied, denied, denied]);
});
