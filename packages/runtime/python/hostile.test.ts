/** Code that wants out: from Python, and with JavaScript in its hands. Nothing outside is touched. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPython, type Python } from './python.ts';
import { leastRights } from './python-process.ts';

let python: Python;
let server: Server;
let port = 0;
let connections = 0;
const folder = mkdtempSync(path.join(tmpdir(), 'rondo-canary-'));
const canary = path.join(folder, 'canary.txt');

beforeAll(async () => {
  writeFileSync(canary, 'do not read');
  process.env.RONDO_CANARY = 'do not see';
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  python = createPython();
  python.warm();
});

afterAll(async () => {
  delete process.env.RONDO_CANARY;
  await python.close();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function run(body: string): Promise<string> {
  const source = `def main(canary, port, parent):\n    ${body.replaceAll('\n', '\n    ')}`;
  const inputs = { canary, port, parent: process.pid };
  const [result] = await python.run([{ source, inputs, style: 'main', timeoutMs: 5000 }]);
  return result?.failure?.message ?? JSON.stringify(result?.value);
}

describe('from Python', () => {
  it.each([
    ['a file outside', 'return open(canary).read()', 'No such file'],
    ['the root of the machine', 'import os\nreturn "canary" in str(list(os.walk("/")))', 'false'],
    ['a connection', 'import socket\nsocket.create_connection(("127.0.0.1", port), 1)\nreturn "connected"', 'Error'],
    ['an address', 'import urllib.request\nreturn urllib.request.urlopen(f"http://127.0.0.1:{port}").status', 'Error'],
    ['a process', 'import subprocess\nreturn subprocess.run(["true"]).returncode', 'does not support processes'],
    ['a shell', 'import os\nreturn os.system("true")', 'Error'],
    ['a fork', 'import os\nreturn os.fork()', 'Error'],
    ['the environment', 'import os\nreturn "RONDO_CANARY" in os.environ', 'false'],
    ['the parent', 'import os\nos.kill(parent, 9)\nreturn "killed"', 'Error'],
    ['a thread', 'import threading\nthreading.Thread(target=print).start()', "can't start new thread"],
    ['JavaScript', 'import js', "No module named 'js'"],
    ['JavaScript of the interpreter', 'import pyodide_js', "No module named 'pyodide_js'"],
    [
      'JavaScript by another way',
      'import importlib\nreturn importlib.import_module("pyodide.code")',
      "No module named 'pyodide'",
    ],
    ['the network by micropip', 'import micropip', "No module named 'micropip'"],
    ['C', 'import ctypes\nreturn ctypes.CDLL(None).getpid()', ''],
  ])('%s', async (_, body, message) => {
    expect(await run(body)).toContain(message);
    expect(await run('return "alive"')).toBe('"alive"');
    expect(connections).toBe(0);
  });

  it('past the guard: no text becomes JavaScript, and nothing of Node is at hand', async () => {
    const found = `import sys, gc
sys.meta_path.pop(0)
import _pyodide_core
near = gc.get_objects()
seen = {id(r): r for o in near for r in [o, *gc.get_referents(o)] if "JsProxy" in type(r).__name__}
got = []
for proxy in seen.values():
    got.extend(name for name in ("process", "globalThis", "require", "fetch") if hasattr(proxy, name))
    for way in (lambda: proxy.constructor.constructor("return process")(), lambda: proxy.constructor("return process")()):
        try:
            if hasattr(way(), "pid"): got.append("process")
        except BaseException:
            pass
return got`;
    expect(await run(found)).toBe('[]');
  });
});

describe('with JavaScript in its hands', () => {
  it('nothing outside can be read, written, reached, started or killed', async () => {
    const runtime = path.join(import.meta.dirname, '..');
    const script = path.join(import.meta.dirname, 'fixtures', 'hostile.ts');
    const readable = [import.meta.dirname, path.join(runtime, 'package.json')];
    const args = [...leastRights(readable), script, canary, String(port), String(process.pid)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: {} });
    const results = JSON.parse(stdout) as Record<string, string>;
    const { environment, 'start a process': started, ...rest } = results;
    expect(environment).toBe('');
    expect(started).toMatch(/refused|no status/);
    expect(Object.values(rest).filter((result) => !result.startsWith('refused'))).toEqual([]);
    expect(Object.keys(rest).length).toBeGreaterThan(14);
    expect(connections).toBe(0);
    expect(readdirSync(folder)).toEqual(['canary.txt']);
    expect(existsSync(path.join(import.meta.dirname, 'fixtures', 'new'))).toBe(false);
  });
});
