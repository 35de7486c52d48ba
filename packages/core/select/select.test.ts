/** SELECT over lists: what it has in common with SQLite is compared with SQLite; the rest stands by itself. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Json } from '../model/item.ts';
import { parseSelect } from './parse.ts';
import { runSelect } from './run.ts';

type Rows = Record<string, Json>[];

const PEOPLE: Rows = [
  { id: 1, name: 'Ada', city: 'London', born: 1815 },
  { id: 2, name: 'Grace', city: 'New York', born: 1906 },
  { id: 3, name: 'Alan', city: 'London', born: 1912 },
  { id: 4, name: 'Edsger', born: 1930 },
];
const ORDERS: Rows = [
  { number: 10, person: 1, total: 5, paid: 1 },
  { number: 11, person: 1, total: 7.5, paid: 0 },
  { number: 12, person: 3, total: 20, paid: 1 },
  { number: 13, person: 9, total: 1, paid: 0 },
];

const found = (query: string, tables: Record<string, Rows> = { input1: PEOPLE, input2: ORDERS }): Rows => {
  let first = 0;
  const sources = Object.entries(tables).map(([name, rows]) => {
    const source = { rows, first };
    first += rows.length;
    return [name, source] as const;
  });
  return runSelect(parseSelect(query), Object.fromEntries(sources), 100_000).map(({ row }) => row as Rows[number]);
};

function inSqlite(query: string): Rows {
  const database = new DatabaseSync(':memory:');
  for (const [name, rows] of Object.entries({ input1: PEOPLE, input2: ORDERS })) {
    const columns = [...new Set(rows.flatMap(Object.keys))];
    database.exec(`CREATE TABLE ${name} (${columns.join(', ')})`);
    const insert = database.prepare(`INSERT INTO ${name} VALUES (${columns.map(() => '?').join(', ')})`);
    for (const row of rows) insert.run(...columns.map((column) => (row[column] ?? null) as string | number | null));
  }
  const rows = database.prepare(query).all() as Rows;
  database.close();
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
}

const withoutNulls = (rows: Rows): Rows =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([, value]) => value !== null)
        .map(([key, value]) => [key, typeof value === 'boolean' ? Number(value) : value]),
    ),
  );

describe('as in SQLite', () => {
  it.each([
    'SELECT * FROM input1',
    'SELECT name, born FROM input1 WHERE born > 1900 ORDER BY born DESC',
    "SELECT name FROM input1 WHERE city = 'London' AND NOT born < 1900",
    "SELECT name FROM input1 WHERE name LIKE 'a%' OR name LIKE '_race'",
    'SELECT name FROM input1 WHERE city IS NULL',
    'SELECT name FROM input1 WHERE city IS NOT NULL ORDER BY city, name DESC',
    'SELECT name FROM input1 WHERE id IN (1, 4) ORDER BY id',
    'SELECT name FROM input1 WHERE id NOT IN (SELECT person FROM input2) ORDER BY id',
    'SELECT name FROM input1 WHERE born BETWEEN 1900 AND 1920 ORDER BY 1',
    'SELECT p.name, o.total FROM input1 AS p JOIN input2 AS o ON o.person = p.id ORDER BY o.total',
    'SELECT input1.name, input2.number FROM input1 LEFT JOIN input2 ON input1.id = input2.person ORDER BY input1.id, input2.number',
    'SELECT p.name, o.number FROM input1 p RIGHT JOIN input2 o ON p.id = o.person ORDER BY o.number',
    'SELECT p.id AS id, o.number AS n FROM input1 p FULL OUTER JOIN input2 o ON p.id = o.person ORDER BY p.id, o.number',
    'SELECT p.name, o.number FROM input1 p LEFT JOIN input2 o ON o.person = p.id AND o.paid = 1 ORDER BY p.id',
    'SELECT a.name AS a, b.name AS b FROM input1 a CROSS JOIN input1 b WHERE a.id < b.id ORDER BY a.id, b.id',
    'SELECT a.name AS a, b.name AS b FROM input1 a, input1 b WHERE a.city = b.city AND a.id <> b.id ORDER BY 1',
    'SELECT a.name AS x, b.born AS y FROM input1 a JOIN (SELECT id, born FROM input1) b USING (id) ORDER BY id',
    'SELECT city, COUNT(*) AS n, MIN(born) AS first, MAX(born) AS last FROM input1 GROUP BY city ORDER BY n DESC',
    'SELECT person, SUM(total) AS sum, AVG(total) AS mean FROM input2 GROUP BY person HAVING SUM(total) > 4 ORDER BY sum',
    'SELECT COUNT(DISTINCT city) AS cities, COUNT(city) AS with_city, COUNT(*) AS people FROM input1',
    'SELECT COUNT(*) AS n, SUM(total) AS s FROM input2 WHERE total > 1000',
    'SELECT DISTINCT paid FROM input2 ORDER BY paid',
    'SELECT name FROM input1 ORDER BY id LIMIT 2 OFFSET 1',
    'SELECT id FROM input1 UNION SELECT person FROM input2 ORDER BY id',
    'SELECT id FROM input1 UNION ALL SELECT person AS id FROM input2 ORDER BY id DESC',
    'SELECT id FROM input1 EXCEPT SELECT person FROM input2',
    'SELECT id FROM input1 INTERSECT SELECT person FROM input2',
    "SELECT name, CASE WHEN born < 1900 THEN 'old' WHEN born < 1920 THEN 'mid' ELSE 'new' END AS age FROM input1",
    "SELECT CASE city WHEN 'London' THEN 1 ELSE 0 END AS uk FROM input1",
    "SELECT UPPER(name) || '!' AS u, LENGTH(name) AS l, SUBSTR(name, 2, 2) AS s, REPLACE(name, 'a', 'o') AS r FROM input1",
    "SELECT COALESCE(city, 'none') AS c, IFNULL(city, 1) AS i, NULLIF(id, 1) AS n FROM input1",
    'SELECT ROUND(total * 1.5, 1) AS r, ABS(-total) AS a, person % 2 AS m, -total AS minus FROM input2',
    'SELECT total + 1 AS a, total - 1 AS b, total * 2 AS c, (total + 1) * 2 AS d FROM input2 WHERE total <> 1',
    "SELECT CAST('12' AS INTEGER) AS i, CAST(3.9 AS INTEGER) AS j, CAST(name AS TEXT) AS t FROM input1 LIMIT 1",
    'SELECT (SELECT MAX(total) FROM input2) AS most, name FROM input1 ORDER BY id',
    'SELECT name FROM (SELECT name, born FROM input1 WHERE born > 1900) AS t WHERE t.born < 1920 ORDER BY name',
    "SELECT 1 + 2 * 3 AS n, 'it''s' AS t, NOT 1 = 2 AS b",
    "select Name from (select name as Name from input1) where Name >= 'B' order by Name -- the end",
  ])('%s', (query) => expect(withoutNulls(found(query))).toEqual(inSqlite(query)));
});

describe('by itself', () => {
  it('looks into objects, keeps them, and calls columns as they are written', () => {
    const rows: Rows = [{ id: '1', o: { a: { b: [5, 6] } } }, { id: 2 }];
    expect(found('SELECT id, o->a->b->1 AS six, o FROM t', { t: rows })).toEqual([
      { id: '1', six: 6, o: { a: { b: [5, 6] } } },
      { id: 2 },
    ]);
    expect(found('SELECT COUNT(*), sum(id) FROM t', { t: rows })).toEqual([{ 'COUNT(*)': 2, 'SUM(id)': 3 }]);
    expect(found('SELECT [id], `o`->a AS "in" FROM t LIMIT 1', { t: rows })).toEqual([{ id: '1', in: { b: [5, 6] } }]);
  });

  it('takes 1 and "1" for the same, and nothing for equal to nothing', () => {
    const tables = { a: [{ k: 1 }, { k: '2' }, {}], b: [{ k: '1', v: 'x' }, { k: 2, v: 'y' }, { v: 'z' }] };
    expect(found('SELECT a.k, b.v FROM a JOIN b ON a.k = b.k', tables)).toEqual([
      { k: 1, v: 'x' },
      { k: '2', v: 'y' },
    ]);
    expect(found('SELECT * FROM a LEFT JOIN b USING (k)', tables)).toEqual([{ k: '1', v: 'x' }, { k: 2, v: 'y' }, {}]);
  });

  it('says which items a row is made of', () => {
    const tables = { input1: { rows: PEOPLE, first: 0 }, input2: { rows: ORDERS, first: 4 } };
    const query = 'SELECT name, COUNT(number) AS n FROM input1 LEFT JOIN input2 ON id = person GROUP BY name';
    expect(runSelect(parseSelect(query), tables, 1000)).toEqual([
      { row: { name: 'Ada', n: 2 }, from: [0, 4, 5] },
      { row: { name: 'Grace', n: 0 }, from: [1] },
      { row: { name: 'Alan', n: 1 }, from: [2, 6] },
      { row: { name: 'Edsger', n: 0 }, from: [3] },
    ]);
  });

  it('keys of any name are fields', () => {
    const rows = [JSON.parse('{"__proto__": 1, "constructor": 2}') as Rows[number]];
    expect(JSON.stringify(found('SELECT *, __proto__ AS p, toString AS t FROM t', { t: rows }))).toBe(
      '[{"__proto__":1,"constructor":2,"p":1}]',
    );
  });

  it.each([
    ['DELETE FROM input1', 'Only SELECT is there'],
    ['SELECT * FROM input1; DROP TABLE input1', 'where the end should be'],
    ['SELECT nothing( FROM', 'There is no function NOTHING()'],
    ["SELECT load_file('/etc/passwd')", 'There is no function LOAD_FILE()'],
    ['SELECT * FROM input9', 'There is no table input9; there are input1, input2'],
    ['SELECT x.* FROM input1', 'There is no table x'],
    ['SELECT name FROM input1 WHERE', 'where a value should be'],
    ['SELECT * FROM input1 WHERE SUM(id) > 1', 'SUM() cannot stand here'],
    ['SELECT * FROM input1 JOIN input2 ON', 'where a value should be'],
    ['SELECT # FROM input1', 'At position 8 stands "#"'],
    ['', 'Only SELECT is there'],
    [`SELECT ${'('.repeat(5000)}1`, 'nested too deeply'],
    [
      'SELECT * FROM input1 a, input1 b, input1 c, input1 d, input1 e, input1 f, input1 g, input1 h, input1 i',
      'more than 100000 rows',
    ],
  ])('%s: %s', (query, message) => expect(() => found(query)).toThrow(message));
});
