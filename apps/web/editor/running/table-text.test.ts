/** Tables as input of a run: what is one, and what its items are. */
import { expect, it } from 'vitest';
import { itemsOfTable } from './table-text.ts';

it('reads commas, semicolons and tabs, quotes, line breaks in cells, the mark of a spreadsheet', () => {
  expect(itemsOfTable('id,name\n1,Ana\n2,Ben\n')).toEqual([
    { id: '1', name: 'Ana' },
    { id: '2', name: 'Ben' },
  ]);
  expect(itemsOfTable('\uFEFFid;note\r\n1;"a; ""b""\nc"\r\n')).toEqual([{ id: '1', note: 'a; "b"\nc' }]);
  expect(itemsOfTable('id\tname\n7\t')).toEqual([{ id: '7', name: '' }]);
});

it.each([
  ['JSON', '[{ "a": 1, "b": 2 }]'],
  ['one column', 'id\n1\n2'],
  ['names alone', 'id,name\n'],
  ['lines that do not fit', 'id,name\n1,Ana,x\n'],
  ['two columns of one name', 'id,id\n1,2\n'],
  ['a sentence', 'Well, this is no table.'],
])('leaves %s as it is', (_, text) => {
  expect(itemsOfTable(text)).toBe(null);
});
