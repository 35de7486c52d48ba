/**
 * Owns reading a sheet page by page. The open sheet is kept between the calls of a run, so that each is read once;
 * a resume opens it anew and passes over the rows it had, which needs no more memory. exceljs was not taken for
 * this: its reader cannot be bounded, and reports what is wrong with a file outside of any promise.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { put, type JsonObject } from '../paths.ts';
import { columnNames } from './csv.ts';
import { keptFor } from './kept.ts';
import { steady, type ByteSource } from './source.ts';
import { parseRange } from './xlsx-cells.ts';
import { sheetRows, type SheetRow } from './xlsx-rows.ts';
import { openWorkbook } from './xlsx-workbook.ts';

interface Carry {
  stamp: string;
  /** Of the last row that was handed on; 0 before the first. */
  row: number;
  columns?: string[];
}

interface OpenSheet {
  rows: AsyncGenerator<SheetRow>;
  /** Where `rows` stands. */
  row: number;
  /** A row that was read and is still to be handed on. */
  next: SheetRow | null;
}

async function advance(sheet: OpenSheet): Promise<SheetRow | null> {
  const { value, done } = await sheet.rows.next();
  sheet.next = done === true ? null : value;
  return sheet.next;
}

async function openSheet(call: EffectCall, source: ByteSource, row: number): Promise<OpenSheet> {
  const { params, ports, signal } = call;
  const range = parseRange(params['range']);
  const book = await openWorkbook(source, ports.limit, params['sheet']);
  const sheet: OpenSheet = { rows: sheetRows(book, range, source.name), row, next: null };
  while ((await advance(sheet)) !== null && (sheet.next?.row ?? 0) <= row) signal.throwIfAborted();
  return sheet;
}

function columnsFrom(call: EffectCall, sheet: OpenSheet): { columns: string[]; header: boolean } {
  const { headers } = call.params;
  if (Array.isArray(headers)) return { columns: columnNames(headers.map(String)), header: false };
  if (headers === false || typeof headers === 'string') return { columns: [], header: false };
  const cells = Array.from(sheet.next?.cells ?? [], (cell) =>
    cell === undefined || cell === null ? '' : typeof cell === 'string' ? cell : JSON.stringify(cell),
  );
  return { columns: columnNames(cells), header: true };
}

/** Columns that have a name are always there; others only where they have a value. */
function rowItem(call: EffectCall, columns: readonly string[], row: SheetRow, name: string): Item {
  const width = Math.max(columns.length, row.cells.length);
  const most = call.ports.limit('item.keys');
  if (width > most)
    throw new FailureError({ ...limitFailure('item.keys', most, `${name}, row ${row.row}`), retry: 'no' });
  const { headers } = call.params;
  if (typeof headers === 'string') {
    return { json: { [headers]: Array.from({ length: width }, (_, at) => row.cells[at] ?? null) } };
  }
  const json: JsonObject = {};
  for (let at = 0; at < width; at += 1) {
    const value = row.cells[at];
    const column = columns[at];
    if (column !== undefined) put(json, column, value ?? null);
    else if (value !== undefined) {
      let free = `column_${at + 1}`;
      while (Object.hasOwn(json, free)) free += '_';
      put(json, free, value);
    }
  }
  return { json };
}

export async function readXlsxPage(call: EffectCall, given: ByteSource, most: number): Promise<EffectResult> {
  const known = call.carry as unknown as Carry | undefined;
  const stamp = known?.stamp ?? (await given.read(0, 0)).stamp;
  const source = steady(given, stamp);
  const row = known?.row ?? 0;
  return keptFor(
    call,
    `xlsx ${source.key} ${stamp}`,
    async () => openSheet(call, source, row),
    (sheet) => sheet.rows.return(undefined),
    (sheet) => sheet.row === row,
    async (sheet) => {
      await source.read(0, 0);
      let { columns } = known ?? {};
      if (columns === undefined) {
        const found = columnsFrom(call, sheet);
        columns = found.columns;
        if (found.header) await advance(sheet);
      }
      const items: Item[] = [];
      while (sheet.next !== null && items.length < most) {
        call.signal.throwIfAborted();
        items.push(rowItem(call, columns, sheet.next, source.name));
        sheet.row = sheet.next.row;
        await advance(sheet);
      }
      if (sheet.next === null) return { items, done: true };
      const carry: Carry = { stamp, row: sheet.row, columns };
      return { items, carry: carry as unknown as Json, done: false };
    },
  );
}
