import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure, FailureError, type Failure } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectPorts, FilePort } from '@rondo/core/model/effect-ports.ts';
import type { EffectResult } from '@rondo/core/model/node-type.ts';
import { createFiles } from '@rondo/runtime/files/files.ts';
import { nodeContract } from '../kit/contract.ts';
import { node } from './node.ts';

/** Files in memory with the rules of the port. */
interface Memory extends FilePort {
  text(path: string): string;
  bytes(path: string): Uint8Array;
  names(): string[];
  /** Called before and after each operation that changes something: what it throws is a crash there. */
  onChange: () => void;
}

function memory(contents: Record<string, string> = {}): Memory {
  const files = new Map(Object.entries(contents).map(([path, text]) => [path, Buffer.from(text)]));
  const get = (path: string): Buffer => {
    const bytes = files.get(path);
    if (bytes === undefined) throw new FailureError(failure('file-failed', 'none', { data: { errno: 'ENOENT' } }));
    return bytes;
  };
  const change = <T>(work: () => T): T => {
    port.onChange();
    const result = work();
    port.onChange();
    return result;
  };
  const port: Memory = {
    onChange: () => {},
    text: (path) => files.get(path)?.toString() ?? '(none)',
    bytes: get,
    names: () => [...files.keys()].sort(),
    list: () => Promise.reject(new Error('not here')),
    read: async (path, offset, length) => {
      const bytes = get(path);
      return { bytes: bytes.subarray(offset, offset + length), size: bytes.byteLength, stamp: '' };
    },
    rename: async (from, to) =>
      change(() => {
        files.set(to, Buffer.from(get(from)));
        files.delete(from);
      }),
    locate: () => Promise.reject(new Error('no library opens files here')),
    remove: async (path) => change(() => void files.delete(path)),
    writeAt: async (path, offset, bytes) =>
      change(() => {
        const before = files.get(path) ?? Buffer.alloc(0);
        if (before.byteLength < offset) throw new Error('gap');
        files.set(path, Buffer.concat([before.subarray(0, offset), bytes]));
        return offset + bytes.byteLength;
      }),
  };
  return port;
}

interface WriteOptions {
  files?: Memory;
  params?: Record<string, Json>;
  /** Calls that are made twice, as after a crash between effect and record. */
  repeat?: (call: number) => boolean;
  /** A call that crashes is made again. */
  crashes?: boolean;
  signal?: AbortSignal;
}

/** What the engine does: blocks in order, then a call without items. */
async function write(
  path: string,
  blocks: Json[][],
  options: WriteOptions = {},
): Promise<{ text: string; answer: Json | undefined }> {
  const files = options.files ?? memory();
  let carry: Json | undefined;
  let answer: Json | undefined;
  for (const [index, block] of [...blocks.filter((one) => one.length > 0), []].entries()) {
    for (let times = options.repeat?.(index) === true ? 2 : 1; times > 0; times -= 1) {
      const call = (): Promise<EffectResult> | undefined =>
        node.run?.({
          params: { path, format: 'auto', mode: 'overwrite', field: 'text', ...options.params },
          items: block.map((json) => ({ json })),
          carry,
          index,
          attempt: 1,
          idempotencyKey: `run/write[${index}]`,
          signal: options.signal ?? new AbortController().signal,
          ports: { files } as unknown as EffectPorts,
          evaluate: async () => null,
        });
      const result = await call()?.catch((error: unknown) => {
        if (options.crashes === true && error instanceof Crash) return call();
        throw error;
      });
      if (block.length > 0) expect(result?.items).toEqual([]);
      if (times === 1) {
        if (result?.carry !== undefined) carry = JSON.parse(JSON.stringify(result.carry)) as Json;
        answer = result?.items?.[0]?.json;
      }
    }
  }
  return { text: files.text(path), answer };
}

class Crash extends Error {}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FailureError);
  return (error as FailureError).failure;
}

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('formats', () => {
  it.each<[string, Json[][], Record<string, Json>, string]>([
    ['a.ndjson', [[{ a: 1 }, 'x'], [null]], {}, '{"a":1}\n"x"\nnull\n'],
    ['a.json', [[{ a: 1 }], [2, [3]]], {}, '[\n{"a":1},\n2,\n[3]\n]\n'],
    [
      'a.csv',
      [
        [
          { a: 1, b: 'x' },
          { b: 'y,"z"\n', a: null },
        ],
        [{ a: { n: 1 } }],
      ],
      {},
      'a,b\n1,x\n,"y,""z""\n"\n"{""n"":1}",\n',
    ],
    ['a.csv', [[{ a: { b: 1 }, c: 2, d: 3 }]], { columns: ['c', 'a.b'] }, 'c,a.b\n2,1\n'],
    ['a.tsv', [[{ a: 'x,y', b: '\t' }]], {}, 'a\tb\nx,y\t"\t"\n'],
    ['a.txt', [[{ text: 'one' }, 'two', { other: 3 }], [4]], {}, 'one\ntwo\n{"other":3}\n4\n'],
    ['a.txt', [[{ m: 'one' }, { m: 'two' }]], { field: 'm', separator: '' }, 'onetwo'],
    ['a.xyz', [[1]], {}, '1\n'],
  ])('%s %j %j', async (path, blocks, params, expected) => {
    const { text, answer } = await write(path, blocks, { params });
    expect(text).toBe(expected);
    expect(answer).toEqual({ path, bytes: Buffer.byteLength(expected), items: blocks.flat().length });
  });

  it.each([
    ['a.ndjson', ''],
    ['a.csv', ''],
    ['a.txt', ''],
    ['a.json', '[]\n'],
  ])('%s of no items is %j, whatever was there', async (path, expected) => {
    const { text, answer } = await write(path, [], { files: memory({ [path]: 'before' }) });
    expect(text).toBe(expected);
    expect(answer).toEqual({ path, bytes: expected.length, items: 0 });
  });

  it('overwrites what was longer', async () => {
    expect((await write('a.ndjson', [[1]], { files: memory({ 'a.ndjson': 'x'.repeat(100) }) })).text).toBe('1\n');
  });
});

describe('append', () => {
  const append = { mode: 'append' };
  it('adds lines, also after a line without its end, and makes the file', async () => {
    expect((await write('a.ndjson', [[2]], { params: append, files: memory({ 'a.ndjson': '1\n' }) })).text).toBe(
      '1\n2\n',
    );
    const { text, answer } = await write('a.ndjson', [[2]], { params: append, files: memory({ 'a.ndjson': '1' }) });
    expect([text, answer]).toEqual(['1\n2\n', { path: 'a.ndjson', bytes: 2, items: 1 }]);
    expect((await write('b.ndjson', [[2]], { params: append })).text).toBe('2\n');
  });

  it('csv keeps the columns of the file and writes no second header', async () => {
    const files = memory({ 'a.csv': 'b,"a c"\n1,2\n' });
    expect((await write('a.csv', [[{ 'a c': 4, b: 3 }]], { params: append, files })).text).toBe('b,"a c"\n1,2\n3,4\n');
  });

  it('refuses a JSON list', async () => {
    const failed = await failureOf(write('a.json', [[1]], { params: append, files: memory({ 'a.json': '[1]' }) }));
    expect(failed.message).toContain('ndjson');
  });
});

it('csv: a field that no column was made for is a failure that names it', async () => {
  expect((await failureOf(write('a.csv', [[{ a: 1 }], [{ b: 2 }]]))).message).toContain('"b"');
  expect((await failureOf(write('a.csv', [[1]]))).message).toContain('ndjson');
});

it('csv: hostile names are columns like any other', async () => {
  const item = JSON.parse('{"__proto__":"p","constructor":"c"}') as Json;
  expect((await write('a.csv', [[item, {}]])).text).toBe('__proto__,constructor\np,c\n,\n');
});

describe('nobody sees half a file', () => {
  it('until the last block the file is as it was, and nothing is left beside it', async () => {
    const files = memory({ 'out/a.ndjson': 'before' });
    const seen: string[] = [];
    files.onChange = () => seen.push(files.text('out/a.ndjson'));
    await write('out/a.ndjson', [[1], [2], [3]], { files });
    expect(files.text('out/a.ndjson')).toBe('1\n2\n3\n');
    expect(new Set(seen)).toEqual(new Set(['before', '1\n2\n3\n']));
    expect(files.names()).toEqual(['out/a.ndjson']);
  });

  const blocks: Json[][] = [[{ a: 1, b: 'x' }], [{ a: 2, b: 'y' }]];
  it.each<[string, Record<string, Json>, Record<string, string>]>([
    ['a.ndjson', {}, { 'a.ndjson': 'before' }],
    ['a.json', {}, {}],
    ['a.csv', {}, {}],
    ['a.xlsx', {}, {}],
    ['a.parquet', {}, { 'a.parquet': 'before' }],
    ['a.ndjson', { mode: 'append' }, { 'a.ndjson': '{"a":0}' }],
    ['a.ndjson', { mode: 'append' }, {}],
    ['a.csv', { mode: 'append' }, { 'a.csv': 'b,a\nz,0\n' }],
    ['a.txt', { mode: 'append', field: 'b' }, { 'a.txt': 'no line end' }],
  ])('%s %j: a crash before or after any change, and the call again, gives the same', async (path, params, before) => {
    const whole = memory(before);
    let changes = 0;
    whole.onChange = () => {
      changes += 1;
    };
    const expected = await write(path, blocks, { params, files: whole });
    expect(changes).toBeGreaterThan(5);
    for (let crash = 1; crash <= changes; crash += 1) {
      const files = memory(before);
      let count = 0;
      files.onChange = () => {
        count += 1;
        if (count === crash) throw new Crash();
      };
      const { answer } = await write(path, blocks, { params, files, crashes: true });
      expect(Buffer.from(files.bytes(path)).equals(whole.bytes(path)), `crash ${crash}`).toBe(true);
      expect(answer).toEqual(expected.answer);
      expect(files.names()).toEqual([path]);
    }
  });

  it('two runs that append at the same time keep all lines, also when one crashes at the end', async () => {
    const files = memory({ 'a.log': 'zero\n' });
    let count = 0;
    files.onChange = () => {
      count += 1;
      // After the lines were added, before anything is tidied up: somebody else adds a line.
      if (files.text('a.log') === 'zero\none\n' && count < 100) {
        count = 100;
        void files.writeAt('a.log', 9, Buffer.from('two\n'));
        throw new Crash();
      }
    };
    await write('a.log', [[{ text: 'one' }]], { params: { mode: 'append' }, files, crashes: true });
    expect(files.text('a.log')).toBe('zero\none\ntwo\n');
  });

  it('says so when what was written is taken away in the middle', async () => {
    const files = memory();
    let count = 0;
    files.onChange = () => {
      count += 1;
      if (count === 4) void files.remove(files.names()[0] as string);
    };
    const failed = await failureOf(write('a.ndjson', [[1], [2]], { files }));
    expect(failed.message).toContain('taken away');
  });
});

it('csv: the mark for Excel comes once, and is no part of the first name', async () => {
  const { text } = await write('a.csv', [[{ a: 1 }], [{ a: 2 }]], { params: { byteOrderMark: true } });
  expect(text).toBe('\ufeffa\n1\n2\n');
});

it('says at the first block that the path is a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rondo-write-'));
  mkdirSync(join(folder, 'out'));
  const files = createFiles(folder) as Memory;
  const failed = await failureOf(write('out', [[1]], { files }));
  expect(failed.message).toContain('folder');
  expect(readdirSync(folder)).toEqual(['out']);
  rmSync(folder, { recursive: true });
});

it('the examples are true', async () => {
  for (const example of node.examples) {
    const { path, ...params } = example.with;
    const { answer } = await write(String(path), [(example.input ?? []) as Json[]], { params });
    expect([answer]).toEqual(example.output);
  }
});

it('csv: texts that a spreadsheet would run get an apostrophe, numbers and negative amounts do not', async () => {
  const values = ['=1+1', '+SUM(A1)', '-cmd', '@x', '\t=1', ' =1', '-5', '+43 1', '-1,5', 'a=b', -7];
  const items = values.map((a) => ({ a }));
  const { text } = await write('a.csv', [items]);
  expect(text.split('\n').slice(1, -1)).toEqual([
    "'=1+1",
    "'+SUM(A1)",
    "'-cmd",
    "'@x",
    "'\t=1",
    "' =1",
    '-5',
    "'+43 1",
    '"-1,5"',
    'a=b',
    '-7',
  ]);
  expect((await write('a.csv', [[{ a: '=1' }]], { params: { formulaGuard: false } })).text).toBe('a\n=1\n');
});

it('any items, any blocks, any repeated calls: the file is the same, and reads back', async () => {
  const blocks = fc.array(fc.array(fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue()), { maxLength: 4 }), {
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      blocks,
      fc.constantFrom('f.json', 'f.ndjson', 'f.csv'),
      fc.integer({ min: 0, max: 255 }),
      async (parts, path, mask) => {
        const list = parts.flat() as Json[];
        const params = path === 'f.csv' ? { columns: ['a', 'b'] } : {};
        const { text } = await write(path, parts as Json[][], {
          params,
          repeat: (call) => ((mask >> (call % 8)) & 1) === 1,
        });
        expect(text).toBe((await write(path, [list], { params })).text);
        if (path === 'f.json') expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(list)));
        if (path === 'f.ndjson')
          expect(text.split('\n').slice(0, -1)).toEqual(list.map((value) => JSON.stringify(value)));
      },
    ),
    { numRuns: 200 },
  );
});
