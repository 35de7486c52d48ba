/**
 * Owns writing rows as an XLSX file of one sheet, as a stream. Texts are texts, also those that begin with an equals
 * sign: no formula is ever written. Does not read; does not keep rows.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { zipped, type ZipFile } from './zip-stream.ts';

const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 16_384;
const MOST_CHARACTERS = 32_767;
const PIECE = 64 * 1024;

function refused(reason: string): FailureError {
  return new FailureError(
    failure('node-failed', `An XLSX sheet holds ${reason}.`, { retry: 'no', fix: 'Use the format csv or parquet.' }),
  );
}

/** Letters of a 0-based column. */
function letters(column: number): string {
  let text = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    text = String.fromCharCode(65 + ((rest - 1) % 26)) + text;
  }
  return text;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no place for control characters and lone surrogates; spreadsheets write them as _xHHHH_. */
function xmlText(text: string): string {
  return text
    .replace(/_(?=x[\da-fA-F]{4}_)/g, '_x005F_')
    .replace(/[&<>"]/g, (c) => ESCAPES[c] as string)
    .replace(
      /[\0-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      (c) => `_x${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    );
}

function cellXml(value: Json | undefined, reference: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return `<c r="${reference}"><v>${value}</v></c>`;
  if (typeof value === 'boolean') return `<c r="${reference}" t="b"><v>${value ? 1 : 0}</v></c>`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length > MOST_CHARACTERS)
    throw refused(`${MOST_CHARACTERS} characters in a cell at most; ${reference} has ${text.length}`);
  return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** What is around the one sheet. */
function parts(sheet: string): Record<string, string> {
  return {
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${CONTENT}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${CONTENT}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${CONTENT}.styles+xml"/></Types>`,
    '_rels/.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><sheets><sheet name="${xmlText(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${DOCUMENT}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf/></cellXfs></styleSheet>`,
  };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}

async function* sheetXml(
  columns: readonly string[],
  rows: AsyncIterable<readonly (Json | undefined)[]>,
): AsyncGenerator<Uint8Array> {
  const names = columns.map((_, column) => letters(column));
  let number = 0;
  const rowXml = (values: readonly (Json | undefined)[]): string => {
    number += 1;
    if (number > MOST_ROWS) throw refused(`${MOST_ROWS} rows at most`);
    const cells = values.map((value, column) => cellXml(value, `${names[column] as string}${number}`));
    return `<row r="${number}">${cells.join('')}</row>`;
  };
  let text = `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>${columns.length === 0 ? '' : rowXml(columns)}`;
  for await (const values of rows) {
    text += rowXml(values);
    if (text.length < PIECE) continue;
    yield Buffer.from(text, 'utf8');
    text = '';
  }
  yield Buffer.from(`${text}</sheetData></worksheet>`, 'utf8');
}

/** A name that spreadsheets accept. */
function sheetName(wanted: string): string {
  const name = wanted
    .replace(/[[\]:*?/\\]/g, '_')
    .replace(/^'+|'+$/g, '')
    .trim()
    .slice(0, 31);
  return name === '' ? 'Sheet1' : name;
}

/** Values of each row are in the order of the columns, which are its first row. */
export async function* xlsxFile(
  columns: readonly string[],
  rows: AsyncIterable<readonly (Json | undefined)[]>,
  sheet: string,
): AsyncGenerator<Uint8Array> {
  if (columns.length > MOST_COLUMNS) throw refused(`${MOST_COLUMNS} columns at most`);
  async function* files(): AsyncGenerator<ZipFile> {
    for (const [name, text] of Object.entries(parts(sheetName(sheet)))) yield { name, pieces: once(text) };
    yield { name: 'xl/worksheets/sheet1.xml', pieces: sheetXml(columns, rows) };
  }
  yield* zipped(files(), 6);
}
