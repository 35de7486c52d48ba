/**
 * Owns the rows of a sheet as values, in order, one after the other. Keeps one row in memory.
 * Does not name columns or make items (xlsx-pages.ts).
 */
import type { Json } from '@rondo/core/model/item.ts';
import { columnOf, dateText, plainText, type CellRange } from './xlsx-cells.ts';
import { unreadable } from './source.ts';
import { named, type Workbook } from './xlsx-workbook.ts';
import { attribute, XmlTokens, type XmlHandler } from './xml-tokens.ts';

export interface SheetRow {
  /** 1-based, as the spreadsheet shows it. */
  row: number;
  /** From the left edge of the range; what has no value is missing. */
  cells: (Json | undefined)[];
}

const LONGEST_TOKEN = 1024 * 1024;

class RowHandler implements XmlHandler {
  readonly #book: Workbook;
  readonly #range: CellRange;
  readonly #name: string;
  readonly rows: SheetRow[] = [];
  /** Nothing after the last row of the range is of interest. */
  done = false;
  #row = 0;
  #column = -1;
  #cells: (Json | undefined)[] = [];
  #type = '';
  #style = 0;
  #value = '';
  #inCell = false;
  #reading = false;
  #aside = 0;
  #inData = false;

  constructor(book: Workbook, range: CellRange, name: string) {
    this.#book = book;
    this.#range = range;
    this.#name = name;
  }

  open(name: string, attributes: string): void {
    if (name === 'sheetData') this.#inData = true;
    else if (!this.#inData) return;
    else if (name === 'row') {
      this.#row = Number(attribute(attributes, 'r') ?? this.#row + 1);
      this.#column = -1;
      this.#cells = [];
      if (this.#row > this.#range.bottom) this.done = true;
    } else if (name === 'c') {
      const reference = attribute(attributes, 'r');
      this.#column = reference === undefined ? this.#column + 1 : columnOf(reference);
      this.#type = attribute(attributes, 't') ?? 'n';
      this.#style = Number(attribute(attributes, 's') ?? 0);
      this.#value = '';
      this.#inCell = true;
    } else if (name === 'rPh') this.#aside += 1;
    else if (name === 'v' || name === 't') this.#reading = this.#inCell && this.#aside === 0;
  }

  text(text: string): void {
    if (this.#reading) this.#value += text;
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#reading = false;
    else if (name === 'rPh') this.#aside -= 1;
    else if (name === 'c') this.#cell();
    else if (name === 'row') this.#end();
    else if (name === 'sheetData') this.#inData = false;
  }

  #cell(): void {
    this.#inCell = false;
    const column = this.#column;
    if (column < this.#range.left || column > this.#range.right) return;
    const value = this.#meaning();
    if (value !== undefined) this.#cells[column - this.#range.left] = value;
  }

  #meaning(): Json | undefined {
    const text = this.#value;
    switch (this.#type) {
      case 's': {
        const found = this.#book.strings[Number(text)];
        if (text === '' || found === undefined)
          throw unreadable(
            this.#name,
            `row ${this.#row} refers to the shared text ${text.slice(0, 20)}, which is missing`,
          );
        return found;
      }
      case 'inlineStr':
      case 'str':
        return plainText(text);
      case 'b':
        return text === '1' || text === 'true';
      case 'e':
      case 'd':
        return text;
      default: {
        // A formula that was never calculated has no value.
        if (text === '') return undefined;
        const number = Number(text);
        if (!Number.isFinite(number))
          throw unreadable(this.#name, `row ${this.#row}: ${text.slice(0, 40)} is no number`);
        const kind = this.#book.dates[this.#style] ?? null;
        return kind === null ? number : dateText(number, kind, this.#book.since1904);
      }
    }
  }

  #end(): void {
    if (this.#row < this.#range.top || this.#row > this.#range.bottom) return;
    if (this.#cells.some((cell) => cell !== undefined && cell !== ''))
      this.rows.push({ row: this.#row, cells: this.#cells });
  }
}

/** Rows that have a value, within the range. */
export async function* sheetRows(book: Workbook, range: CellRange, name: string): AsyncGenerator<SheetRow> {
  const handler = new RowHandler(book, range, name);
  const tokens = new XmlTokens(handler, LONGEST_TOKEN);
  const part = `sheet "${book.sheet}"`;
  const pieces = book.open();
  try {
    for (;;) {
      const piece = await named(name, part, () => pieces.next());
      if (piece.done === true) break;
      await named(name, part, async () => tokens.push(piece.value));
      yield* handler.rows.splice(0);
      if (handler.done) return;
    }
    await named(name, part, async () => tokens.end());
  } finally {
    await pieces.return(undefined);
  }
}
