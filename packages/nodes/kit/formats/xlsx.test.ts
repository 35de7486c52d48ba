/** Owns the tests of XLSX files: against exceljs, files of others, damage, limits. */
import ExcelJS from 'exceljs';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import type { LimitName } from '@rondo/core/model/limits.ts';
import { allPages, failureOf, type PageOptions } from './reading.testing.ts';
import { bytesSource } from './source.ts';
import { readXlsxPage } from './xlsx-pages.ts';
import { xlsxFile } from './xlsx-file.ts';

interface Options extends PageOptions {
  most?: number;
}

async function read(bytes: Uint8Array, params: Record<string, Json> = {}, options: Options = {}): Promise<Json[]> {
  const source = bytesSource(bytes, 'book.xlsx', 'k');
  const items = await allPages((call) => readXlsxPage(call, source, options.most ?? 1000), { ...options, params });
  return items.map((item) => item.json);
}

async function book(fill: (workbook: ExcelJS.Workbook) => void): Promise<Buffer> {
  const workbook = new ExcelJS.Workbook();
  fill(workbook);
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

const sheetOf = (rows: string): string => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;

/** The smallest workbook around a sheet's XML. */
function raw(sheet: string | Uint8Array, more: Record<string, string> = {}): Uint8Array {
  const text = (value: string): Uint8Array => Buffer.from(value);
  return zipSync({
    'xl/workbook.xml': text(
      '<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    ),
    'xl/_rels/workbook.xml.rels': text(
      '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/a.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="/xl/strings.xml"/></Relationships>',
    ),
    'xl/worksheets/a.xml': typeof sheet === 'string' ? text(sheet) : sheet,
    ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, text(value)])),
  });
}

let large: Buffer;
beforeAll(async () => {
  large = await book((workbook) => {
    const sheet = workbook.addWorksheet('Data');
    sheet.addRow(['id', 'name']);
    for (let n = 1; n <= 2500; n += 1) sheet.addRow([n, `name ${n % 7}`]);
  });
});

describe('what exceljs writes', () => {
  it('reads texts, numbers, dates, truth values, formulas and rich texts', async () => {
    const bytes = await book((workbook) => {
      const sheet = workbook.addWorksheet('One');
      sheet.addRow(['text', 'number', 'date', 'time', 'flag', 'formula', 'rich', '__proto__']);
      const row = sheet.addRow([
        ' a & <b> ',
        -2.5,
        new Date('2024-02-29T00:00:00Z'),
        new Date('2024-02-29T13:45:30Z'),
        true,
        { formula: 'B2*2', result: -5 },
        { richText: [{ text: 'one ' }, { text: 'two', font: { bold: true } }] },
        'p',
      ]);
      row.getCell(3).numFmt = 'yyyy-mm-dd';
      row.getCell(4).numFmt = '[$-407]dd.mm.yyyy hh:mm:ss';
      sheet.addRow([]);
      sheet.addRow(['2nd', { error: '#DIV/0!' }]);
    });
    const rows = await read(bytes);
    expect(JSON.stringify(rows)).toBe(
      JSON.stringify([
        {
          text: ' a & <b> ',
          number: -2.5,
          date: '2024-02-29',
          time: '2024-02-29T13:45:30',
          flag: true,
          formula: -5,
          rich: 'one two',
          ['__proto__']: 'p',
        },
        {
          text: '2nd',
          number: '#DIV/0!',
          date: null,
          time: null,
          flag: null,
          formula: null,
          rich: null,
          ['__proto__']: null,
        },
      ]),
    );
  });

  it('finds sheets by name and number, passes over hidden ones, and names those there are', async () => {
    const bytes = await book((workbook) => {
      workbook.addWorksheet('Hidden', { state: 'hidden' }).addRows([['a'], ['hidden']]);
      workbook.addWorksheet('Märkte & Co').addRows([['a'], ['seen']]);
      workbook.addWorksheet('Last').addRows([['a'], ['last']]);
    });
    expect(await read(bytes)).toEqual([{ a: 'seen' }]);
    expect(await read(bytes, { sheet: 'märkte & co' })).toEqual([{ a: 'seen' }]);
    expect(await read(bytes, { sheet: 1 })).toEqual([{ a: 'hidden' }]);
    expect(await read(bytes, { sheet: 3 })).toEqual([{ a: 'last' }]);
    const failed = await failureOf(read(bytes, { sheet: 'None' }));
    expect([failed.code, failed.message]).toEqual(['wrong-type', expect.stringContaining('Hidden, Märkte & Co, Last')]);
  });

  it.each<[Record<string, Json>, Json[]]>([
    [{ range: 'B2:C3' }, [{ y: 1, z: 2 }]],
    [
      { range: 'B2' },
      [
        { y: 1, z: 2, column_3: null },
        { y: 4, z: 5, column_3: 6 },
      ].map((row, n) => (n === 0 ? { y: 1, z: 2 } : row)),
    ],
    [
      { range: 'A:B', headers: false },
      [{ column_1: 'w', column_2: 'x' }, { column_2: 'y' }, { column_2: 1 }, { column_2: 4 }],
    ],
    [{ headers: ['k'], range: '$B$3:$B$9' }, [{ k: 1 }, { k: 4 }]],
    [{ range: 'Z1:Z9' }, []],
  ])('%j', async (params, expected) => {
    const bytes = await book((workbook) => {
      workbook.addWorksheet('S').addRows([
        ['w', 'x'],
        [null, 'y', 'z'],
        [null, 1, 2],
        [null, 4, 5, 6],
      ]);
    });
    expect(await read(bytes, params)).toEqual(expected);
  });

  it('refuses a range that is none', async () => {
    for (const range of ['B3:A1', '1-2', 'hello world', ':'])
      expect((await failureOf(read(large, { range }))).message).toContain('range');
  });

  it('goes on in the middle, whether what was open is kept or not', async () => {
    const expected = await read(large, {}, { most: 10_000 });
    expect(expected).toHaveLength(2500);
    expect(expected[2499]).toEqual({ id: 2500, name: 'name 1' });
    for (const forgetful of [false, true]) {
      let pages = 0;
      const rows = await read(large, {}, { most: 700, forgetful, onPage: () => (pages += 1) });
      expect(rows).toEqual(expected);
      expect(pages).toBe(4);
    }
  });
});

describe('what others write', () => {
  it('reads prefixes, missing references, shared texts, reading aids, escapes and CDATA', async () => {
    const bytes = raw(
      '<?xml version="1.0"?><!-- <row> --><x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t=\'s\'><x:v>1</x:v></x:c></x:row>' +
        '<x:row r="7"><x:c r="B7" t="inlineStr"><x:is><x:t>a_x000D_b</x:t></x:is></x:c><x:c r="C7" t="str"><x:f>1>2</x:f><x:v><![CDATA[</row>]]></x:v></x:c></x:row><x:row r="8"/></x:sheetData></x:worksheet>',
      { 'xl/strings.xml': '<sst><si><t>k&#228;</t></si><si><r><t>z</t></r><rPh><t>no</t></rPh></si></sst>' },
    );
    expect(await read(bytes)).toEqual([{ kä: null, z: 'a\rb', column_3: '</row>' }]);
  });

  it.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>', 'document type'],
    ['an entity', sheetOf('<row><c t="str"><v>&xxe;</v></c></row>'), '&xxe;'],
    ['tags that do not close', '<worksheet><sheetData><row></sheetData></worksheet>', 'closes what is not open'],
    ['a sheet that is cut off', '<worksheet><sheetData><row r="1"><c><v>1</v></c></row>', 'cut off'],
    ['deep nesting', '<a>'.repeat(100), 'nested too deep'],
    ['a missing shared text', sheetOf('<row><c t="s"><v>9</v></c></row>'), 'shared text 9'],
    ['no number', sheetOf('<row><c><v>abc</v></c></row>'), 'row 1: abc'],
    ['Latin-1', '<worksheet>\ud800</worksheet>', ''],
  ])('names %s', async (_name, sheet, words) => {
    const failed = await failureOf(
      read(raw(_name === 'Latin-1' ? Buffer.from('<worksheet>\xff</worksheet>', 'latin1') : sheet)),
    );
    expect(failed.code).toBe('file-failed');
    expect(failed.message).toContain('book.xlsx');
    expect(failed.message).toContain(words);
  });
});

describe('limits and damage', () => {
  it('every place where it is cut off is a failure that says so', async () => {
    for (let part = 0; part < 1; part += 0.05) {
      const failed = await failureOf(read(large.subarray(0, Math.floor(large.byteLength * part))));
      expect(failed.code).toBe('file-failed');
      expect(failed.message).toMatch(/cut off|not a ZIP/);
    }
  });

  it('any changed byte is a failure, or changes nothing that is read', async () => {
    const small = await book((workbook) => workbook.addWorksheet('S').addRows([['a'], ['value']]));
    for (let at = 0; at < small.byteLength; at += 37) {
      const copy = Buffer.from(small);
      copy[at] = (copy[at] as number) ^ 0x55;
      const rows = await read(copy).catch(async (error: unknown) => (await failureOf(Promise.reject(error))).code);
      expect([[{ a: 'value' }], 'file-failed', 'limit-reached']).toContainEqual(rows);
    }
  });

  it.each<[LimitName, number, string]>([
    ['archive.bytes', 100_000, 'archive.bytes'],
    ['archive.ratio', 50, 'archive.ratio'],
    ['file.strings', 1000, 'file.strings'],
    ['archive.entries', 2, 'archive.entries'],
    ['item.keys', 1, 'item.keys'],
  ])('%s', async (limit, value, words) => {
    const bytes = limit === 'archive.ratio' ? raw(sheetOf('<row></row>'.repeat(1_000_000))) : large;
    if (limit === 'file.strings') {
      const strings = raw(sheetOf(''), { 'xl/strings.xml': `<sst>${'<si><t>text</t></si>'.repeat(200)}</sst>` });
      expect((await failureOf(read(strings, {}, { limits: { [limit]: value } }))).message).toContain(words);
      return;
    }
    const failed = await failureOf(read(bytes, {}, { limits: { [limit]: value } }));
    expect([failed.code, failed.message]).toEqual(['limit-reached', expect.stringContaining(words)]);
  });

  it('a cancelled call ends', async () => {
    const controller = new AbortController();
    const work = read(large, {}, { most: 10, signal: controller.signal, onPage: () => controller.abort() });
    await expect(work).rejects.toThrow('aborted');
  });
});

describe('writing', () => {
  async function* rowsOf(rows: Json[][]): AsyncGenerator<Json[]> {
    yield* rows;
  }
  const made = async (columns: string[], rows: Json[][], sheet = 'S'): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    for await (const part of xlsxFile(columns, rowsOf(rows), sheet)) parts.push(part);
    return Buffer.concat(parts);
  };

  it('exceljs and we read the same back: types, hostile texts, no formula', async () => {
    const texts = ['=1+1', ' a ', 'x\ny\tz', '<&>"', '\u0000\u0007', '_x0041_', '😀', '__proto__', '\ud800'];
    const bytes = await made(
      ['t', 'n', 'b', 'o'],
      [...texts.map((t) => [t]), ['last', -1.5e-9, false, { a: [1] }]],
      "it's: [a]/b",
    );
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.load(bytes as unknown as ArrayBuffer);
    const sheet = workbook.worksheets[0];
    expect(sheet?.name).toBe("it's_ _a__b");
    expect(sheet?.getCell('A2').value).toBe('=1+1');
    expect(sheet?.getCell('A2').type).not.toBe(ExcelJS.ValueType.Formula);
    expect(sheet?.getCell('B11').value).toBe(-1.5e-9);
    expect(sheet?.getCell('C11').value).toBe(false);
    const rows = await read(bytes);
    expect(rows.slice(0, -1).map((row) => (row as { t: Json }).t)).toEqual(texts);
    expect(rows.at(-1)).toEqual({ t: 'last', n: -1.5e-9, b: false, o: '{"a":[1]}' });
  });

  it('names what a sheet cannot hold', async () => {
    expect((await failureOf(made(['a'], [['x'.repeat(32_768)]]))).message).toContain('A2');
    expect(
      (
        await failureOf(
          made(
            Array.from({ length: 16_385 }, (_, n) => `c${n}`),
            [],
          ),
        )
      ).message,
    ).toContain('16384');
  });
});
