import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, FailureError, type Failure } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { resolveLimits, type LimitName } from '@rondo/core/model/limits.ts';
import type { EffectPorts, FilePort } from '@rondo/core/model/effect-ports.ts';
import { nodeContract } from '../kit/contract.ts';
import { node } from './node.ts';
import type { Sizes } from '../kit/formats/text-reading.ts';
import { run } from './run.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-read-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file in memory behind the port; the real port has its own tests. */
function memory(content: Uint8Array, state = { stamp: 's' }): FilePort & { read_: number } {
  const port = {
    read_: 0,
    read: async (path: string, offset: number, length: number) => {
      if (path === 'none') throw new FailureError(failure('file-failed', 'none: it does not exist'));
      const bytes = content.subarray(offset, offset + length);
      port.read_ += bytes.byteLength;
      return { bytes, size: content.byteLength, stamp: state.stamp };
    },
    writeAt: () => Promise.reject(new Error('not here')),
    list: () => Promise.reject(new Error('not here')),
    rename: () => Promise.reject(new Error('not here')),
    locate: () => Promise.reject(new Error('no library opens files here')),
    remove: () => Promise.reject(new Error('not here')),
  };
  return port;
}

interface ReadOptions {
  path?: string;
  params?: Record<string, Json>;
  sizes?: Sizes;
  limits?: Record<string, number>;
  files?: FilePort;
  onCall?: (carry: Json | undefined, items: number) => void;
}

/** All items of all calls; the carry goes through JSON as it does in the engine. */
async function read(content: string | Uint8Array, options: ReadOptions = {}): Promise<Json[]> {
  const out: Json[] = [];
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const limits = { ...resolveLimits(), ...options.limits };
  let carry: Json | undefined;
  for (let index = 0; ; index += 1) {
    const result = await run(
      {
        params: { path: options.path ?? 'f.csv', headers: true, quote: '"', ...options.params },
        items: [{ json: {} }],
        carry,
        index,
        attempt: 1,
        idempotencyKey: 'k',
        signal: new AbortController().signal,
        ports: { files: options.files ?? memory(bytes), limit: (name) => limits[name as LimitName] } as EffectPorts,
        evaluate: async () => null,
      },
      ...(options.sizes === undefined ? [] : [options.sizes]),
    );
    for (const item of result.items ?? []) out.push(item.json);
    options.onCall?.(result.carry, result.items?.length ?? 0);
    if (result.done !== false) return out;
    carry = JSON.parse(JSON.stringify(result.carry)) as Json;
  }
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FailureError);
  return (error as FailureError).failure;
}

/** Any part sizes: every call is a resume at some byte of the file. */
const sizes = fc.record({
  items: fc.integer({ min: 1, max: 5 }),
  smallest: fc.integer({ min: 1, max: 40 }),
  largest: fc.integer({ min: 41, max: 80 }),
});

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('CSV', () => {
  it.each<[string, string, Record<string, Json>, Json[]]>([
    [
      'header and rows',
      'a,b\n1,2\n3,4\n',
      {},
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['no line end at the end', 'a\n1', {}, [{ a: '1' }]],
    ['CRLF and a mark', '\ufeffa,b\r\n1,2\r\n', {}, [{ a: '1', b: '2' }]],
    ['mixed line ends', 'a\r\n1\n2\r\n3', {}, [{ a: '1' }, { a: '2' }, { a: '3' }]],
    [
      'lone CR',
      'a,b\r1,2\r"x\ry",4',
      {},
      [
        { a: '1', b: '2' },
        { a: 'x\ry', b: '4' },
      ],
    ],
    ['quotes over lines', 'a,b\n"x\r\ny ""z""",","\n', {}, [{ a: 'x\r\ny "z"', b: ',' }]],
    ['empty lines', '\na\n\n1\n\n', {}, [{ a: '1' }]],
    [
      'missing fields',
      'a,b\n1\n2,3,,\n',
      {},
      [
        { a: '1', b: '' },
        { a: '2', b: '3' },
      ],
    ],
    ['repeated and empty names', 'a,a,,a_2\n1,2,3,4', {}, [{ a: '1', a_2: '2', column_3: '3', a_2_2: '4' }]],
    ['no header', '1,2\n3', { headers: false }, [{ column_1: '1', column_2: '2' }, { column_1: '3' }]],
    ['names given', '1,2', { headers: ['x', 'y'] }, [{ x: '1', y: '2' }]],
    ['other delimiter', 'a;b\n1;"2;3"', { delimiter: ';' }, [{ a: '1', b: '2;3' }]],
    ['no quotes', 'a\n"x', { quote: '' }, [{ a: '"x' }]],
    ['only a header', 'a,b\n', {}, []],
    ['nothing', '', {}, []],
    [
      'types',
      'a\n1\n-2.50\n007\n12345678901234567890\ntrue\n1e3\nx\n""',
      { types: true },
      [
        { a: 1 },
        { a: -2.5 },
        { a: '007' },
        { a: '12345678901234567890' },
        { a: true },
        { a: 1000 },
        { a: 'x' },
        { a: null },
      ],
    ],
  ])('%s', async (_name, content, params, expected) => {
    expect(await read(content, { params })).toEqual(expected);
  });

  it('takes a tab for .tsv', async () => {
    expect(await read('a\tb\n1,5\t2', { path: 'f.tsv' })).toEqual([{ a: '1,5', b: '2' }]);
  });

  it('keeps hostile names as data', async () => {
    const [row] = await read('__proto__,constructor\n1,2');
    expect(JSON.stringify(row)).toBe('{"__proto__":"1","constructor":"2"}');
  });

  it('names the line of a row that has too many fields, and of a bad quote, over many calls', async () => {
    const small = { items: 2, smallest: 8, largest: 8 };
    const rows = 'a,b\n"x\ny",2\n3,4\n5,6\n';
    expect((await failureOf(read(`${rows}7,8,9\n`, { sizes: small }))).message).toContain('line 6');
    expect((await failureOf(read(`${rows}7,8"x\n9,9\n`, { sizes: small }))).message).toContain('line 6');
    expect((await failureOf(read(`${rows}7,"8`, { sizes: small }))).code).toBe('file-failed');
  });

  it('any rows, cut anywhere, read the same', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'ü', '😀', '1'), maxLength: 12 });
    const write = (value: string): string => `"${value.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, field, field), { maxLength: 25 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        sizes,
        async (rows, end, lastEnd, parts) => {
          const lines = [['x', 'y', 'z'], ...rows].map((row) => row.map(write).join(','));
          const content = lines.join(end) + (lastEnd ? end : '');
          const expected = rows.map(([x, y, z]) => ({ x, y, z }));
          expect(await read(content, { sizes: parts })).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('JSON', () => {
  it.each<[string, string, Json[]]>([
    ['a list', ' [ {"a":1}, 2 ,"],[", null,[[]],{"b":"}\\"{"} ] \n', [{ a: 1 }, 2, '],[', null, [[]], { b: '}"{' }]],
    ['an empty list', '[ ]', []],
    ['an object', '\ufeff{"a":[1,2]}', [{ a: [1, 2] }]],
    ['a text', '"x"', ['x']],
  ])('%s', async (_name, content, expected) => {
    expect(await read(content, { path: 'f.json' })).toEqual(expected);
  });

  it.each(['', '[1', '[1,', '[1,]', '[,1]', '[1]x', '[1 2]', '[}]', '["\\"]', '{"a"', '[1][2]'])(
    'refuses %j',
    async (content) => {
      for (const parts of [undefined, { items: 1, smallest: 1, largest: 1 }]) {
        const failed = await failureOf(
          read(content, { path: 'f.json', ...(parts === undefined ? {} : { sizes: parts }) }),
        );
        expect(failed.code).toBe('file-failed');
        expect(failed.message).toContain('f.json');
      }
    },
  );

  it('any list, written any way, cut anywhere, reads the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 12 }),
        fc.constantFrom(undefined, 1, '\t'),
        sizes,
        async (list, indent, parts) => {
          const content = JSON.stringify(list, null, indent);
          expect(await read(content, { path: 'f.json', sizes: parts })).toEqual(JSON.parse(content));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('lines', () => {
  it('ndjson: a value per line, blank lines skipped, cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 15 }),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        sizes,
        async (list, end, parts) => {
          const lines = list.map((value) => JSON.stringify(value));
          const expected = lines.map((line) => JSON.parse(line) as Json);
          expect(await read(lines.join(end), { path: 'f.ndjson', sizes: parts })).toEqual(expected);
          expect(await read(lines.map((line) => line + end).join(''), { path: 'f.jsonl', sizes: parts })).toEqual(
            expected,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('names the line that is not JSON', async () => {
    const small = { items: 1, smallest: 4, largest: 4 };
    expect((await failureOf(read('1\n2\n{x\n', { path: 'f.ndjson', sizes: small }))).message).toContain('line 3');
  });

  it('lines and text', async () => {
    const content = 'one\r\n\nthree';
    expect(await read(content, { path: 'f', params: { format: 'lines' } })).toEqual([
      { text: 'one', line: 1 },
      { text: '', line: 2 },
      { text: 'three', line: 3 },
    ]);
    expect(await read(content, { path: 'f.txt' })).toEqual([{ text: content }]);
    expect(await read('', { path: 'f.txt' })).toEqual([{ text: '' }]);
  });
});

describe('limits and changes', () => {
  it.each(['f.ndjson', 'f.csv', 'f.json', 'f.txt'])('a record of %s over file.line is named', async (path) => {
    const content = path === 'f.json' ? `[1,"${'x'.repeat(5000)}"]` : `a\n"${'x'.repeat(5000)}"\n`;
    const params = path === 'f.ndjson' ? { format: 'lines' } : {};
    const failed = await failureOf(
      read(content, { path, params, limits: { 'file.line': 1000 }, sizes: { items: 1, smallest: 10, largest: 10 } }),
    );
    expect(failed.code).toBe('limit-reached');
    expect(failed.message).toContain('file.line');
  });

  it('a file that changes between two calls is a failure', async () => {
    const state = { stamp: 'a' };
    const files = memory(Buffer.from('1\n2\n3\n'), state);
    const work = read('', {
      path: 'f.ndjson',
      files,
      sizes: { items: 1, smallest: 2, largest: 2 },
      onCall: () => (state.stamp = 'b'),
    });
    expect((await failureOf(work)).message).toContain('changed');
  });

  it('hands on that a file is missing', async () => {
    expect((await failureOf(read('', { path: 'none' }))).message).toContain('does not exist');
  });
});

it('10 MB: at most a thousand items a call, a small carry, each byte read about once', async () => {
  const path = join(folder, 'big.csv');
  const file = openSync(path, 'w');
  const rows = 200_000;
  let chunk = 'id,name,text\n';
  for (let n = 0; n < rows; n += 1) {
    chunk += `${n},"name, ${n}",some text that is here for its length\n`;
    if (chunk.length > 1e6 || n === rows - 1) {
      writeSync(file, chunk);
      chunk = '';
    }
  }
  closeSync(file);
  const { size } = statSync(path);
  expect(size).toBeGreaterThan(10e6);
  const content = readFileSync(path);
  const files = memory(content);
  let count = 0;
  let most = 0;
  let largestCarry = 0;
  await read(content, {
    files,
    onCall: (carry, items) => {
      count += items;
      most = Math.max(most, items);
      largestCarry = Math.max(largestCarry, JSON.stringify(carry ?? null).length);
    },
  });
  expect(count).toBe(rows);
  expect(most).toBe(1000);
  expect(largestCarry).toBeLessThan(300);
  expect(files.read_).toBeLessThan(1.6 * size);
});
