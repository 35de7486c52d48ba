/** Owns the test that rows without quotes are read as csv-parse reads them. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRows } from './csv.ts';

it('rows without quotes are what csv-parse makes of them', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', ';', '\n', '\r\n', '\r', ' ', 'ü'), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.constantFrom<'\n' | '\r'>('\n', '\r'),
      fc.constantFrom(',', ';', ',;'),
      async (content, end, delimiter) => {
        const format = { delimiter, quote: '"', types: false, badRows: 'error' as const, end };
        const rows = await parseRows(content, format, { name: 'f', line: 1 }, []);
        const expected = parse(content, {
          delimiter,
          record_delimiter: end === '\r' ? ['\r'] : ['\r\n', '\n'],
          relax_column_count: true,
          skip_empty_lines: true,
          info: true,
        }) as unknown as { record: string[]; info: { lines: number } }[];
        expect(rows.map(({ fields }) => fields)).toEqual(expected.map(({ record }) => record));
      },
    ),
    { numRuns: 1000 },
  );
});
