/**
 * Owns reading a table that was pasted or chosen as the input of a run: CSV with commas, semicolons or tabs and a line
 * of names, as items. Values stay text, as they are in the table. Large files belong into a file node,
 * which reads them with csv-parse; that is 25 kB more of what the editor may load, so it is not used here.
 */

const SEPARATORS = [',', ';', '\t'] as const;

/** Rows of cells. Quoted cells may hold separators, line breaks and doubled quotes. */
function rowsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === separator) {
      row.push(cell);
      cell = '';
    } else if (char === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
    } else if (char !== '\r') cell += char;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows.filter((one) => one.some((part) => part !== ''));
}

/** Null: this is no table with a line of names and lines that fit it. */
export function itemsOfTable(text: string): Record<string, string>[] | null {
  if (/^\s*[[{"]/.test(text) && isJson(text)) return null;
  const [first = ''] = text.replace(/^\uFEFF/, '').split('\n', 1);
  const separator = SEPARATORS.toSorted((a, b) => first.split(b).length - first.split(a).length)[0] ?? ',';
  const [names = [], ...rows] = rowsOf(text.replace(/^\uFEFF/, ''), separator);
  const fits = names.length > 1 && new Set(names).size === names.length && names.every((name) => name.trim() !== '');
  if (!fits || rows.length === 0 || rows.some((row) => row.length !== names.length)) return null;
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name.trim(), row[at] ?? ''])));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
