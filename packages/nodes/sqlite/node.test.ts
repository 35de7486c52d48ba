import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FilePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { failureOf, testDoors, type TestDoors } from '../../../testing/services/ports.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode, type RunNodeOptions } from '../kit/run.ts';
import { node } from './node.ts';

const folder = mkdtempSync(join(tmpdir(), 'rondo-sqlite-node-'));
let doors: TestDoors;
const file = 'test.db';

const freshDoors = (): TestDoors =>
  testDoors({}, { ports: { files: { locate: async (path: string) => join(folder, path) } as unknown as FilePort } });

// Each connection is a process, so the tests share them.
beforeAll(() => {
  doors = freshDoors();
  const database = new DatabaseSync(join(folder, file));
  database.exec(
    'CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, price REAL DEFAULT 1.5, info JSON, sold BOOLEAN)',
  );
  database.close();
});
beforeEach(() => execute('DELETE FROM goods'));
afterAll(async () => {
  await doors.close();
  rmSync(folder, { recursive: true, force: true });
});

const rows = async (params: Record<string, Json>, more: RunNodeOptions = {}): Promise<Json[]> =>
  (await runNode(node, { ports: doors.ports, ...more, params: { file, ...params } })).output['main'] as Json[];
const sql = (text: string, params?: Json): Promise<Json[]> =>
  rows({ sql: text, ...(params === undefined ? {} : { params }) });
const execute = (text: string): Promise<Json[]> => rows({ operation: 'execute', sql: text });

/** All items in one call, as a loop with a size gives them. */
const batch = async (params: Record<string, Json>, items: Json[]): Promise<Json[]> => {
  const { output } = await runNode(
    { ...node, block: true },
    { ports: doors.ports, input: items, params: { file, ...params } },
  );
  return output['main'] as Json[];
};

const call = (params: Record<string, Json>, own: TestDoors, carry?: Json, signal = new AbortController().signal) => {
  const defaults = Object.entries(node.parameters).flatMap(([name, spec]) =>
    spec.default === undefined ? [] : [[name, spec.default]],
  );
  return (node.run as NonNullable<typeof node.run>)({
    params: { ...(Object.fromEntries(defaults) as Record<string, Json>), file, ...params },
    items: [{ json: {} }],
    carry,
    index: 0,
    attempt: 1,
    idempotencyKey: 'run/read[0]',
    signal,
    ports: own.ports as Parameters<NonNullable<typeof node.run>>[0]['ports'],
    evaluate: async () => null,
  });
};

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n';

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('sqlite', () => {
  it('queries with values by name and by position', async () => {
    expect(await sql('SELECT :a + 1 AS a, :b AS b, typeof(:a) AS t', { a: 41, b: 'x' })).toEqual([
      { a: 42, b: 'x', t: 'integer' },
    ]);
    expect(await sql('SELECT ? AS a, ? AS b, ? AS c', [1.5, null, true])).toEqual([{ a: 1.5, b: null, c: 1 }]);
    expect(
      await sql("SELECT ':a ?' AS s, 1 AS [x:y?], 2 AS `q:z` /* :a */ WHERE 5 IN (:ids) -- ?", { ids: [4, 5] }),
    ).toEqual([{ s: ':a ?', 'x:y?': 1, 'q:z': 2 }]);
    expect((await failureOf(sql('SELECT 1; DROP TABLE goods'))).message).toMatch(/more than one statement/);
    expect((await failureOf(sql('SELECT * FROM goods WHERE id = @id', { id: 1 }))).fix).toMatch(/:id/);
    expect((await failureOf(sql("SELECT '{{ $json.x }}'"))).message).toMatch(/template/);
  });

  it('takes a statement that is made, and gives an item for no rows', async () => {
    const insert = "INSERT INTO goods (name) VALUES ('{{ $json.name }}')";
    const noRows = { success: true };
    expect(await rows({ operation: 'execute', sqlTemplate: insert, noRows }, { input: [{ name: 'tea' }] })).toEqual([
      noRows,
    ]);
    expect(await rows({ sql: 'SELECT name FROM goods', noRows })).toEqual([{ name: 'tea' }]);
    expect(await rows({ sql: 'SELECT name FROM goods WHERE id < 0', noRows })).toEqual([noRows]);
    expect(await sql('SELECT name FROM goods WHERE id < 0')).toEqual([]);
  });

  it('reads and writes all types', async () => {
    const value = { id: 1, name: '\u{1f9d1}\u200d\u{1f680} "\'\\ \n', price: 0.1, info: { a: [1, null] }, sold: true };
    expect(await batch({ operation: 'insert', table: 'goods' }, [value])).toEqual([{ affected: 1, lastId: 1 }]);
    expect(await rows({ operation: 'select', table: 'main.goods' })).toEqual([value]);
    await execute('CREATE TABLE raw (id, b BLOB, j TEXT)');
    await batch({ operation: 'insert', table: 'raw' }, [{ id: '9007199254740993', b: { $base64: 'AP8=' }, j: [1] }]);
    await execute('UPDATE raw SET id = CAST(id AS INTEGER)');
    expect(await rows({ operation: 'select', table: 'raw', json: ['j'] })).toEqual([
      { id: '9007199254740993', b: 'AP8=', j: [1] },
    ]);
    const answer = await runNode(node, {
      ports: doors.ports,
      params: { file, sql: 'SELECT b FROM raw', bytes: 'file' },
    });
    expect(answer.items).toEqual([[{ json: {}, files: { b: { blob: 'blob-0', size: 2, name: 'b' } } }]]);
  });

  it('insert, upsert, update, delete', async () => {
    const returning = ['id', 'price'];
    expect(
      await batch({ operation: 'insert', table: 'goods', returning }, [
        { id: 1, name: 'tea' },
        { id: 2, name: 'cup', price: 3 },
      ]),
    ).toEqual([
      { id: 1, price: 1.5 },
      { id: 2, price: 3 },
    ]);
    const upsert = { operation: 'upsert', table: 'goods', key: ['id'] };
    await batch(upsert, [
      { id: 1, name: 'new' },
      { id: 4, name: 'b' },
      { id: 1, name: 'newest' },
    ]);
    expect(await batch({ ...upsert, onConflict: 'ignore' }, [{ id: 4, name: 'x' }])).toEqual([{ affected: 0 }]);
    await batch({ operation: 'update', table: 'goods', key: ['id'] }, [
      { id: 2, name: 'mug' },
      { id: 99, name: 'none' },
    ]);
    await rows({
      operation: 'update',
      table: 'goods',
      rows: { sold: true },
      where: [{ column: 'name', is: 'startsWith', value: 'new' }],
    });
    expect(await batch({ operation: 'delete', table: 'goods', key: ['id'] }, [{ id: 4 }, { id: 98 }])).toEqual([
      { affected: 1 },
    ]);
    expect(
      await rows({
        operation: 'select',
        table: 'goods',
        columns: ['id', 'name', 'sold'],
        sort: [{ column: 'id' }],
        offset: 0,
      }),
    ).toEqual([
      { id: 1, name: 'newest', sold: true },
      { id: 2, name: 'mug', sold: null },
    ]);
  });

  it('a batch is written wholly or not at all', async () => {
    const items: Json[] = [{ name: 'a' }, { name: 'b', price: 1 }, { name: 'a', info: [] }];
    const failure = await failureOf(batch({ operation: 'insert', table: 'goods' }, items));
    expect(failure.message).toMatch(/^sqlite test\.db: UNIQUE constraint failed: goods\.name \(SQLite 2067\)/);
    expect(failure.data).toMatchObject({ kind: 'unique', table: 'goods', column: 'name' });
    expect(await sql('SELECT id FROM goods')).toEqual([]);
  });

  it('writes 10,000 rows at once and reads them back in pages', async () => {
    const items = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}` }));
    expect(await batch({ operation: 'insert', table: 'goods' }, items)).toMatchObject([{ affected: 10_000 }]);
    expect(
      await rows({ operation: 'select', table: 'goods', columns: ['id', 'name'], key: ['id'], pageSize: 999 }),
    ).toEqual(items);
    expect(await rows({ sql: 'SELECT id, name FROM goods ORDER BY id', pageSize: 1000 })).toEqual(items);
  });

  it('pages go on after a crash by key, and by cursor where that is allowed', async () => {
    await batch(
      { operation: 'insert', table: 'goods' },
      [1, 2, 3, 4, 5].map((id) => ({ id, name: `n${id}` })),
    );
    const first = await call({ sql: 'SELECT id FROM goods', pageSize: 2, key: ['id'] }, doors);
    const cursor = await call({ sql: 'SELECT id FROM goods ORDER BY id', pageSize: 2 }, doors);
    const own = freshDoors();
    const next = await call({ sql: 'SELECT id FROM goods', pageSize: 2, key: ['id'] }, own, first.carry);
    expect(next.items?.map((item) => item.json)).toEqual([{ id: 3 }, { id: 4 }]);
    const failure = await failureOf(call({ sql: 'SELECT id FROM goods ORDER BY id', pageSize: 2 }, own, cursor.carry));
    expect(failure.message).toMatch(/lost after 2 rows/);
    await own.close();
    // The cursor that is left over keeps the file from being written.
    await doors.close();
  });

  it('queries cannot write, and nothing leaves the file', async () => {
    const failure = await failureOf(sql("INSERT INTO goods (name) VALUES ('x') RETURNING id"));
    expect(failure).toMatchObject({ retry: 'no', data: { kind: 'read-only' } });
    expect(failure.fix).toMatch(/execute/);
    const other = join(folder, 'stolen.db');
    for (const text of [
      `ATTACH '${other}' AS other`,
      `VACUUM INTO '${other}'`,
      `PRAGMA temp_store_directory = '${folder}'`,
      'PRAGMA writable_schema = 1',
      "SELECT load_extension('x')",
    ]) {
      expect((await failureOf(execute(text))).retry).toBe('no');
    }
    expect(existsSync(other)).toBe(false);
    expect(await execute("INSERT INTO goods (name) VALUES ('x')")).toEqual([{ affected: 1, lastId: 1 }]);
    expect(await execute('CREATE TABLE another (id)')).toEqual([{ affected: 0 }]);
  });

  it('a file that is not there is only made where that is wanted', async () => {
    const missing = { file: 'new.db', operation: 'execute', sql: 'CREATE TABLE t (id)' };
    expect((await failureOf(rows(missing))).message).toMatch(/new\.db: the file does not exist/);
    expect((await failureOf(rows({ ...missing, operation: 'query', create: true }))).message).toMatch(/does not exist/);
    expect(await rows({ ...missing, create: true })).toEqual([{ affected: 0 }]);
    expect(existsSync(join(folder, 'new.db'))).toBe(true);
  });

  it('a statement without end is ended, by its timeout and by the run', async () => {
    expect(await failureOf(rows({ sql: ENDLESS, timeout: '100ms' }))).toMatchObject({ code: 'timeout', retry: 'yes' });
    const stop = new AbortController();
    const running = call({ sql: ENDLESS }, doors, undefined, stop.signal);
    stop.abort(new Error('run cancelled'));
    await expect(running).rejects.toThrow('run cancelled');
    expect(await sql('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('names what is wrong', async () => {
    expect((await failureOf(sql('SELECT * FROM nowhere'))).data).toMatchObject({ kind: 'unknown-name' });
    expect((await failureOf(sql('SELEC 1'))).data).toMatchObject({ kind: 'syntax' });
    expect((await failureOf(batch({ operation: 'insert', table: 'goods' }, [{ price: 1 }]))).data).toMatchObject({
      kind: 'not-null',
    });
    expect((await failureOf(rows({ operation: 'select', table: 'goods" --' }))).data).toMatchObject({
      kind: 'unknown-name',
    });
    expect((await failureOf(sql('SELECT hex(zeroblob(20000000))'))).message).toMatch(/step\.bytes/);
    const locker = new DatabaseSync(join(folder, file));
    locker.exec('BEGIN EXCLUSIVE');
    const busy = await failureOf(rows({ operation: 'execute', sql: 'DELETE FROM goods', timeout: '100ms' }));
    expect(busy.retry).toBe('yes');
    locker.close();
  });
});
