/** Owns the tests of Read File on real files: encodings, bad rows, lists inside objects, tables, bytes. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FilePort } from '@rondo/core/model/effect-ports.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { createFolderBlobs, type BlobStore } from '@rondo/runtime/blobs/blobs.ts';
import { createFiles } from '@rondo/runtime/files/files.ts';
import { allPages, failureOf, type PageOptions } from '../kit/formats/reading.testing.ts';
import type { Sizes } from '../kit/formats/text-reading.ts';
import { run } from './run.ts';

let folder = '';
let files: FilePort;
let blobs: BlobStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-read-'));
  mkdirSync(join(folder, 'work'));
  files = createFiles(join(folder, 'work'));
  blobs = createFolderBlobs(join(folder, 'blobs'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Options extends PageOptions {
  sizes?: Sizes;
}

const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, 'work', name), content);
const items = (path: string, params: Record<string, Json> = {}, options: Options = {}): Promise<Item[]> =>
  allPages((call) => run(call, options.sizes), { ...options, params: { path, ...params }, ports: { files, blobs } });
const read = async (path: string, params: Record<string, Json> = {}, options: Options = {}): Promise<Json[]> =>
  (await items(path, params, options)).map((item) => item.json);

/** Every call is a resume somewhere in the middle. */
const SMALL: Sizes = { items: 2, smallest: 7, largest: 40 };

describe('encodings', () => {
  const text = 'näme;wért\n😀 "x";ß\nz;€\n';
  const rows = [
    { näme: '😀 "x"', wért: 'ß' },
    { näme: 'z', wért: '€' },
  ];
  const utf16 = Buffer.from(text, 'utf16le');
  const big = Buffer.from(utf16).swap16();
  const windows = Buffer.from('n\u00e4me;w\u00e9rt\nz;\u0080\n', 'latin1');

  it.each<[string, Uint8Array, Record<string, Json>, Json[]]>([
    ['utf-8', Buffer.from(text), {}, rows],
    ['utf-8 with a mark', Buffer.from(`\ufeff${text}`), {}, rows],
    ['utf-16le with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), {}, rows],
    ['utf-16be with a mark', Buffer.concat([Buffer.from([0xfe, 0xff]), big]), {}, rows],
    ['utf-16le without a mark', utf16, { encoding: 'utf-16le' }, rows],
    ['utf-16be without a mark', big, { encoding: 'utf-16be' }, rows],
    ['latin1', windows, { encoding: 'latin1' }, [{ näme: 'z', wért: '€' }]],
    ['utf-16le by its zeros', Buffer.from('a,b\n1,ü\n', 'utf16le'), {}, [{ a: '1', b: 'ü' }]],
  ])('%s, in parts of any size', async (_name, bytes, params, expected) => {
    put('a.csv', bytes);
    const given = { quote: '', ...params };
    expect(await read('a.csv', given)).toEqual(expected);
    for (const smallest of [1, 2, 3, 7])
      expect(await read('a.csv', given, { sizes: { items: 1, smallest, largest: 9 } })).toEqual(expected);
  });

  it('any text in UTF-16, cut anywhere, reads the same', async () => {
    const line = fc.string({ unit: 'binary', maxLength: 15 }).map((value) => value.replace(/[\r\n\ufeff]/g, ' '));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 12 }), fc.boolean(), async (lines, swap) => {
        const bytes = Buffer.from(`\ufeff${lines.join('\n')}\n`, 'utf16le');
        put('a.txt', swap ? bytes.swap16() : bytes);
        const found = await read('a.txt', { format: 'lines' }, { sizes: SMALL });
        const expected = lines.map((value) => Buffer.from(value, 'utf8').toString('utf8'));
        expect(found.map((item) => (item as { text: string }).text)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('what is not UTF-8 is a failure that names the line and what to do', async () => {
    put('a.csv', Buffer.concat([Buffer.from('a\n1\n2\n'), Buffer.from([0x6d, 0xfc, 0x0a]), Buffer.from('3\n')]));
    for (const options of [{}, { sizes: SMALL }]) {
      const failed = await failureOf(read('a.csv', {}, options));
      expect([failed.message, failed.fix]).toEqual([
        expect.stringContaining('line 4'),
        expect.stringContaining('latin1'),
      ]);
    }
    put('b.json', Buffer.from('["\xfc"]', 'latin1'));
    expect((await failureOf(read('b.json'))).message).toContain('UTF-8');
    put('c.txt', Buffer.from([0xff, 0xfe, 0x61]));
    expect((await failureOf(read('c.txt'))).message).toContain('UTF-16');
  });
});

describe('delimiters', () => {
  it.each<[string, string[]]>([
    ['a;b\n1,5;2,5\n', ['a', 'b']],
    ['a,b\n1;2,3\n', ['a', 'b']],
    ['a\tb\nx, y\tz\n', ['a', 'b']],
    ['a|b|c\n1|2|3\n', ['a', 'b', 'c']],
    ['"a;x",b\n1,2\n', ['a;x', 'b']],
    ['only\n1;2\n', ['only']],
    ['Name, first;Age\nAnn, B;3\nCy, D;4\n', ['Name, first', 'Age']],
  ])('%j', async (content, names) => {
    put('a.csv', content);
    expect(Object.keys((await read('a.csv', { badRows: 'keep' }))[0] as object)).toEqual(names);
  });

  it('stays the same over all parts, however small', async () => {
    put('a.csv', `a;b\n${'1,2;x\n'.repeat(50)}`);
    const rows = await read('a.csv', {}, { sizes: SMALL });
    expect(rows).toEqual(Array.from({ length: 50 }, () => ({ a: '1,2', b: 'x' })));
  });
});

describe('bad rows', () => {
  const content = 'a,b\n1,2\n3,4,5\n6,7\n8,9"x\n10,11\n';
  it('error names the line and what to do', async () => {
    put('a.csv', content);
    const failed = await failureOf(read('a.csv', { badRows: 'error' }));
    expect([failed.message, failed.fix]).toEqual([
      expect.stringMatching(/line [35]/),
      expect.stringContaining('badRows'),
    ]);
  });

  it('skip leaves them out and logs their lines', async () => {
    put('a.csv', content);
    const logs: string[] = [];
    expect(await read('a.csv', { badRows: 'skip' }, { logs })).toEqual([
      { a: '1', b: '2' },
      { a: '6', b: '7' },
      { a: '10', b: '11' },
    ]);
    expect(logs).toEqual([expect.stringMatching(/2 bad rows skipped \(line 3, 5\)/)]);
  });

  it('keep hands on what is there', async () => {
    put('a.csv', content);
    expect(await read('a.csv', { badRows: 'keep' })).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4', column_3: '5' },
      { a: '6', b: '7' },
      { a: '8', b: '9"x' },
      { a: '10', b: '11' },
    ]);
  });

  it('a row of more fields than an item may have is named', async () => {
    put('a.csv', `${'x,'.repeat(2000)}y\n`);
    const failed = await failureOf(read('a.csv', {}, { limits: { 'item.keys': 100 } }));
    expect([failed.code, failed.message]).toEqual(['limit-reached', expect.stringContaining('item.keys')]);
    put('b.csv', `a\n${'x,'.repeat(2000)}y\n`);
    expect((await failureOf(read('b.csv', { badRows: 'keep' }, { limits: { 'item.keys': 100 } }))).message).toContain(
      'line 2',
    );
  });
});

describe('lists inside objects', () => {
  it('any object around any list, cut anywhere, gives the elements', async () => {
    const name = fc.constantFrom('items', 'data', 'x"y', '__proto__', 'ü');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 6 }),
        fc.array(fc.tuple(fc.constantFrom('before', 'a', 'b'), fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 }),
        name,
        name,
        fc.constantFrom(undefined, 1),
        async (list, around, outer, inner, indent) => {
          const path = `${JSON.stringify([outer]).slice(0)}[${JSON.stringify(inner)}]`.replace(/^\["(.*)"\]/, '["$1"]');
          const object: Record<string, unknown> = Object.fromEntries(around);
          Object.defineProperty(object, outer, {
            value: Object.fromEntries([...around, ['decoy', { items: [9] }], [inner, list], ['after', [1, '}]']]]),
            enumerable: true,
          });
          const content = JSON.stringify({ ...object, tail: 1 }, null, indent);
          put('a.json', content);
          const expected = JSON.parse(JSON.stringify(list)) as Json[];
          for (const options of [{}, { sizes: SMALL }])
            expect(await read('a.json', { itemsPath: path }, options)).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([
    ['{"items":[1,2]', 'cut off'],
    ['{"items":[1,2', 'not complete'],
    ['{"items":[1,2]}x', 'more after'],
    ['{"items":{"a":1}}', 'is not a list'],
    ['{"items":5}', 'is not a list'],
    ['{"other":[1]}', 'it has no "items"'],
    ['[1]', 'not a JSON object'],
    ['{"oth', 'cut off'],
    ['', 'cut off'],
  ])('%j: %s', async (content, words) => {
    put('a.json', content);
    for (const options of [{}, { sizes: SMALL }]) {
      const failed = await failureOf(read('a.json', { itemsPath: 'items' }, options));
      expect([failed.code, failed.message]).toEqual(['file-failed', expect.stringContaining(words)]);
    }
  });

  it('what is nested deeper than an item may be is a limit, not a crash', async () => {
    put('a.json', `[${'['.repeat(200_000)}${']'.repeat(200_000)}]`);
    const failed = await failureOf(read('a.json'));
    expect([failed.code, failed.message]).toEqual(['limit-reached', expect.stringContaining('item.depth')]);
  });
});

describe('tables and bytes', () => {
  it('xlsx and parquet by their extension, in pages that go on after a restart', async () => {
    const workbook = new ExcelJS.Workbook();
    const sheet = workbook.addWorksheet('S');
    sheet.addRow(['n']);
    const expected = Array.from({ length: 25 }, (_, n) => ({ n }));
    for (const { n } of expected) sheet.addRow([n]);
    await workbook.xlsx.writeFile(join(folder, 'work', 'a.xlsx'));
    put(
      'a.parquet',
      new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'n', data: expected.map(({ n }) => n) }] })),
    );
    for (const path of ['a.xlsx', 'a.parquet'])
      for (const forgetful of [true, false])
        expect(await read(path, {}, { forgetful, sizes: SMALL })).toEqual(expected);
  });

  it.each(['a.xlsx', 'a.parquet', 'a.csv'])('%s that changes between two pages is a failure', async (path) => {
    if (path === 'a.csv') put(path, 'n\n1\n2\n3\n4\n5\n');
    else if (path === 'a.parquet')
      put(path, new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'n', data: [1, 2, 3, 4, 5] }] })));
    else {
      const workbook = new ExcelJS.Workbook();
      workbook.addWorksheet('S').addRows([['n'], [1], [2], [3], [4], [5]]);
      await workbook.xlsx.writeFile(join(folder, 'work', path));
    }
    const work = read(path, {}, { sizes: SMALL, onPage: () => put(path, 'something else') });
    expect((await failureOf(work)).message).toContain('changed');
  });

  it('binary: the item carries the bytes', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, n) => n % 251));
    put('pic.png', bytes);
    const [item] = await items('pic.png', { format: 'binary', file: 'picture' });
    expect(item?.json).toEqual({ path: 'pic.png', name: 'pic.png', mime: 'image/png', size: 3_000_000 });
    expect(Buffer.from(await blobs.get(item?.files?.['picture']?.blob ?? '')).equals(bytes)).toBe(true);
  });

  it('a missing file, a folder and a link that leads out are named in every format', async () => {
    mkdirSync(join(folder, 'work', 'sub'));
    symlinkSync('/etc/hosts', join(folder, 'work', 'link'));
    for (const format of ['ndjson', 'json', 'csv', 'xlsx', 'parquet', 'lines', 'text', 'binary'])
      for (const path of ['none', 'sub', 'link', '../x'])
        expect((await failureOf(read(path, { format }))).code).toBe('file-failed');
  });
});
