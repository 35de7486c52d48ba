/**
 * Owns the parts of an XLSX file around its cells: sheets, shared texts, which formats show dates. Each part is
 * read as a stream within limits. Does not read cells (xlsx-rows.ts).
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import { wrongParameter } from '../read.ts';
import { dateKind, plainText, type DateKind } from './xlsx-cells.ts';
import { unreadable, type ByteSource } from './source.ts';
import { UnpackBudget } from './unpacking.ts';
import { attribute, XmlProblem, XmlTokens, type XmlHandler } from './xml-tokens.ts';
import { readDirectory, unpackEntry, type ZipEntry } from './zip-directory.ts';

/** Tags and texts are short, except for a cell that is full. */
const LONGEST_TOKEN = 1024 * 1024;

export interface Workbook {
  sheet: string;
  strings: readonly string[];
  /** By style of a cell; null where a number is a number. */
  dates: readonly (DateKind | null)[];
  since1904: boolean;
  /** Pieces of the sheet's XML. */
  open(): AsyncGenerator<Uint8Array>;
}

/** Everything that is the same in reading one part and another. */
class Package {
  readonly source: ByteSource;
  readonly limit: (name: string) => number;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly budget: UnpackBudget;

  constructor(source: ByteSource, limit: (name: string) => number, entries: readonly ZipEntry[]) {
    this.source = source;
    this.limit = limit;
    this.entries = new Map(entries.map((entry) => [entry.name.toLowerCase(), entry]));
    this.budget = new UnpackBudget(source.name, limit);
  }

  find(path: string): ZipEntry | undefined {
    return this.entries.get(path.toLowerCase());
  }

  async scan(path: string, handler: XmlHandler): Promise<boolean> {
    const entry = this.find(path);
    if (entry === undefined) return false;
    const tokens = new XmlTokens(handler, LONGEST_TOKEN);
    await named(this.source.name, path, async () => {
      for await (const piece of unpackEntry(this.source, entry, this.budget)) tokens.push(piece);
      tokens.end();
    });
    return true;
  }
}

export async function named<T>(name: string, part: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof XmlProblem) throw unreadable(name, `${part}: ${error.message}`);
    throw error;
  }
}

const nothing = (): void => {};

/** Targets by id and by kind of one part's relations. */
async function relations(
  book: Package,
  part: string,
): Promise<{ byId: Map<string, string>; byKind: Map<string, string> }> {
  const slash = part.lastIndexOf('/');
  const folder = part.slice(0, slash + 1);
  const byId = new Map<string, string>();
  const byKind = new Map<string, string>();
  await book.scan(`${folder}_rels/${part.slice(slash + 1)}.rels`, {
    open: (name, attributes) => {
      if (name !== 'Relationship') return;
      const target = attribute(attributes, 'Target') ?? '';
      const full = target.startsWith('/') ? target.slice(1) : folder + target;
      byId.set(attribute(attributes, 'Id') ?? '', full);
      const kind = attribute(attributes, 'Type') ?? '';
      byKind.set(kind.slice(kind.lastIndexOf('/') + 1), full);
    },
    close: nothing,
    text: nothing,
  });
  return { byId, byKind };
}

async function readStrings(book: Package, path: string | undefined): Promise<string[]> {
  const strings: string[] = [];
  if (path === undefined) return strings;
  const most = book.limit('file.strings');
  let size = 0;
  let text = '';
  let inText = false;
  /** Reading aids for Asian scripts are no part of the text. */
  let aside = 0;
  await book.scan(path, {
    open: (name) => {
      if (name === 'si') text = '';
      else if (name === 'rPh') aside += 1;
      else if (name === 't') inText = aside === 0;
    },
    close: (name) => {
      if (name === 't') inText = false;
      else if (name === 'rPh') aside -= 1;
      else if (name === 'si') {
        size += text.length + 16;
        if (size > most)
          throw new FailureError({ ...limitFailure('file.strings', most, book.source.name), retry: 'no' });
        strings.push(plainText(text));
      }
    },
    text: (part) => {
      if (inText) text += part;
    },
  });
  return strings;
}

async function readDates(book: Package, path: string | undefined): Promise<(DateKind | null)[]> {
  const dates: (DateKind | null)[] = [];
  if (path === undefined) return dates;
  const codes = new Map<number, string>();
  let inCells = false;
  await book.scan(path, {
    open: (name, attributes) => {
      if (name === 'numFmt')
        codes.set(Number(attribute(attributes, 'numFmtId')), attribute(attributes, 'formatCode') ?? '');
      else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) {
        const id = Number(attribute(attributes, 'numFmtId') ?? 0);
        dates.push(dateKind(id, codes.get(id)));
      }
    },
    close: (name) => {
      if (name === 'cellXfs') inCells = false;
    },
    text: nothing,
  });
  return dates;
}

interface Sheet {
  name: string;
  id: string;
  hidden: boolean;
}

function choose(sheets: readonly Sheet[], wanted: Json | undefined, name: string): Sheet {
  if (wanted === undefined || wanted === null || wanted === '') {
    const first = sheets.find((sheet) => !sheet.hidden) ?? sheets[0];
    if (first === undefined) throw unreadable(name, 'it has no sheet');
    return first;
  }
  const found =
    typeof wanted === 'number'
      ? sheets[wanted - 1]
      : (sheets.find((sheet) => sheet.name === wanted) ??
        sheets.find((sheet) => sheet.name.toLowerCase() === String(wanted).toLowerCase()));
  if (found !== undefined) return found;
  const known = sheets
    .slice(0, 20)
    .map((sheet) => sheet.name)
    .join(', ');
  return wrongParameter('sheet', `a sheet of ${name} (${known}) or its number from 1`, wanted);
}

export async function openWorkbook(
  source: ByteSource,
  limit: (name: string) => number,
  wanted: Json | undefined,
): Promise<Workbook> {
  const book = new Package(source, limit, await readDirectory(source, limit));
  const main = (await relations(book, '')).byKind.get('officeDocument') ?? 'xl/workbook.xml';
  const sheets: Sheet[] = [];
  let since1904 = false;
  const found = await book.scan(main, {
    open: (name, attributes) => {
      if (name === 'workbookPr') since1904 = /^(1|true)$/.test(attribute(attributes, 'date1904') ?? '');
      if (name !== 'sheet') return;
      const state = attribute(attributes, 'state') ?? 'visible';
      sheets.push({
        name: attribute(attributes, 'name') ?? '',
        id: attribute(attributes, 'r:id') ?? attribute(attributes, 'id') ?? '',
        hidden: state !== 'visible',
      });
    },
    close: nothing,
    text: nothing,
  });
  if (!found) throw unreadable(source.name, 'it is a ZIP archive, but no XLSX file (there is no workbook in it)');
  const { byId, byKind } = await relations(book, main);
  const chosen = choose(sheets, wanted, source.name);
  const path = byId.get(chosen.id) ?? '';
  const entry = book.find(path);
  if (entry === undefined) throw unreadable(source.name, `the sheet "${chosen.name}" is missing in it: it is damaged`);
  return {
    sheet: chosen.name,
    strings: await readStrings(book, byKind.get('sharedStrings')),
    dates: await readDates(book, byKind.get('styles')),
    since1904,
    open: () => unpackEntry(source, entry, book.budget),
  };
}
