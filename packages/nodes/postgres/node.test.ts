import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { failureOf } from '../../../testing/services/ports.ts';
import { startPostgres } from '../../../testing/services/postgres.ts';
import { orSkip } from '../../../testing/services/server-process.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode } from '../kit/run.ts';
import { Database } from './database.testing.ts';
import { node } from './node.ts';

const service = orSkip(await startPostgres());
const database = new Database(service);
const { rows, sql, execute, batch } = database;

afterEach(() => database.renew());
afterAll(() => service?.stop());

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe.skipIf(service === null)('postgres', () => {
  beforeAll(async () => {
    await execute(
      'CREATE TABLE goods (id int PRIMARY KEY, name text NOT NULL, price numeric(10,2) DEFAULT 1.50, tags text[], info jsonb)',
    );
    await execute('CREATE TABLE big (id bigint PRIMARY KEY, name text)');
  });
  beforeEach(() => execute('TRUNCATE goods, big'));

  describe('query', () => {
    it('gives one item per row, with values by name and by position', async () => {
      expect(await sql('SELECT :a::int + 1 AS a, :b::text AS b, :a::int AS c', { a: 41, b: 'x' })).toEqual([
        { a: 42, b: 'x', c: 41 },
      ]);
      expect(await sql('SELECT $2::text AS b, $1::int AS a', [1, 'two'])).toEqual([{ b: 'two', a: 1 }]);
      expect(await sql('SELECT id FROM goods')).toEqual([]);
      expect(await sql('SELECT 1 AS a, 2 AS a')).toEqual([{ a: 1, a_2: 2 }]);
    });

    it('takes values from each item', async () => {
      const values = await rows(
        { sql: 'SELECT :n::int * 2 AS n', params: { n: '{{ $json.n }}' } },
        { input: [{ n: 1 }, { n: 5 }] },
      );
      expect(values).toEqual([{ n: 2 }, { n: 10 }]);
    });

    it('leaves strings, casts, comments and dollar quotes alone', async () => {
      const text = `SELECT ':a' AS s, "x:y" AS n, E'it\\':a' AS e, $q$ :a $1 '$q$ AS d, '{{1,2},{3,4}}'::int[] AS l /* :a /* ? */ */ FROM (SELECT :a::int AS "x:y") t -- :a`;
      expect(await sql(text, { a: 3 })).toEqual([
        {
          s: ':a',
          n: 3,
          e: "it':a",
          d: " :a $1 '",
          l: [
            [1, 2],
            [3, 4],
          ],
        },
      ]);
    });

    it('keeps hostile values values', async () => {
      const evil = "x'); DROP TABLE goods; --";
      expect(await sql('SELECT :v::text AS v', { v: evil })).toEqual([{ v: evil }]);
      await rows({ operation: 'insert', table: 'goods', rows: { id: 1, name: evil } });
      expect(
        await rows({
          operation: 'select',
          table: 'goods',
          columns: ['name'],
          where: [{ column: 'name', value: evil }],
        }),
      ).toEqual([{ name: evil }]);
      const names = [
        { operation: 'select', table: 'goods" WHERE 1=1; DROP TABLE goods; --' },
        { operation: 'select', table: 'goods', columns: ['id" FROM goods; DROP TABLE goods; --'] },
        { operation: 'insert', table: 'goods', rows: { 'id) VALUES (1); DROP TABLE goods; --': 1 } },
        { operation: 'delete', table: 'goods', where: [{ column: '1=1 OR id', value: 1 }] },
      ];
      for (const params of names) expect((await failureOf(rows(params))).data?.['kind']).toBe('unknown-name');
      expect(await sql('SELECT count(*)::int AS n FROM goods')).toEqual([{ n: 1 }]);
    });

    it('refuses templates in SQL, and more than one statement', async () => {
      const failure = await failureOf(sql("SELECT * FROM goods WHERE name = '{{ $json.name }}'"));
      expect(failure.message).toMatch(/sql holds a template/);
      expect(failure.fix).toMatch(/params/);
      expect((await failureOf(sql('SELECT {{ 1 }}'))).message).toMatch(/template/);
      expect((await failureOf(sql('SELECT 1; SELECT 2'))).message).toMatch(/multiple commands/);
    });

    it('says what is wrong with placeholders', async () => {
      expect((await failureOf(sql('SELECT :a', { b: 1 }))).message).toMatch(/params has no a/);
      expect((await failureOf(sql('SELECT $1, $2', [1]))).message).toMatch(/2 placeholders.*1 values/);
      expect((await failureOf(sql('SELECT :a, $1', [1]))).message).toMatch(/mixes/);
      expect((await failureOf(sql('SELECT 1', [1]))).message).toMatch(/no placeholder/);
      expect((await failureOf(sql('SELECT :a', [1]))).message).toMatch(/params must be an object/);
    });

    it('says where a statement is wrong, with the state', async () => {
      const failure = await failureOf(sql('SELECT *\nFROM nowhere'));
      expect(failure.message).toMatch(
        /^postgres rondo@127\.0\.0\.1:\d+\/postgres: relation "nowhere" does not exist at line 2, column 6, near "nowhere" \(42P01\)/,
      );
      expect(failure).toMatchObject({
        code: 'node-failed',
        retry: 'no',
        data: { state: '42P01', position: 15, kind: 'unknown-name' },
      });
    });

    it('stops at the limit of bytes, and the next call works', async () => {
      const failure = await failureOf(sql("SELECT repeat('x', 100000) FROM generate_series(1, 1000000)"));
      expect(failure.code).toBe('limit-reached');
      expect(failure.message).toMatch(/step\.bytes/);
      expect(failure.fix).toMatch(/pageSize/);
      expect(await sql('SELECT 1 AS a')).toEqual([{ a: 1 }]);
    });
  });

  it('reads all types', async () => {
    const text = `SELECT 1::int2 AS i2, 2147483647 AS i4, 42::int8 AS i8, 9007199254740993::int8 AS big, 12.340::numeric AS num,
      1.5::float8 AS f, 'NaN'::float8 AS nan, true AS yes, NULL::int AS nothing, 'text'::varchar AS v, 'a'::char(3) AS c,
      DATE '2024-02-29' AS d, TIMESTAMP '2024-02-29 12:34:56.123456' AS ts, TIMESTAMPTZ '2024-02-29 12:34:56.789+02' AS tz, TIME '01:02:03' AS t,
      INTERVAL '1 day 2 hours' AS span, '{"a":[1,null,9007199254740993]}'::jsonb AS j, '[1]'::json AS j2, '\\x00ff'::bytea AS b,
      ARRAY[1,NULL,3] AS l, ARRAY['a,b','"q"',NULL] AS tl, ARRAY[true,false] AS bl, ARRAY[9007199254740993::int8] AS bigs, ARRAY['\\x01'::bytea] AS bytes,
      ARRAY['{"a":1}'::jsonb] AS jl, B'0101' AS bits, B'1' AS bit, '00000000-0000-0000-0000-000000000001'::uuid AS u, '10.0.0.1'::inet AS ip,
      int4range(1,5) AS r, 'infinity'::timestamptz AS never, ARRAY[]::int[] AS none, '$1.00'::money AS m`;
    expect(await sql(text)).toEqual([
      {
        i2: 1,
        i4: 2147483647,
        i8: 42,
        big: '9007199254740993',
        num: '12.340',
        f: 1.5,
        nan: 'NaN',
        yes: true,
        nothing: null,
        v: 'text',
        c: 'a  ',
        d: '2024-02-29',
        ts: '2024-02-29T12:34:56.123456',
        tz: '2024-02-29T10:34:56.789Z',
        t: '01:02:03',
        span: 'P1DT2H',
        j: { a: [1, null, '9007199254740993'] },
        j2: [1],
        b: 'AP8=',
        l: [1, null, 3],
        tl: ['a,b', '"q"', null],
        bl: [true, false],
        bigs: ['9007199254740993'],
        bytes: ['AQ=='],
        jl: [{ a: 1 }],
        bits: '0101',
        bit: '1',
        u: '00000000-0000-0000-0000-000000000001',
        ip: '10.0.0.1',
        r: '[1,5)',
        never: 'infinity',
        none: [],
        m: '$1.00',
      },
    ]);
  });

  it('writes what it reads', async () => {
    await execute(
      'CREATE TABLE all_types (id int PRIMARY KEY, i8 int8, num numeric, f float8, yes boolean, v text, d date, ts timestamp, tz timestamptz, span interval, j jsonb, l int[], tl text[], u uuid, b bytea, "odd ""name" text, "__proto__" text)',
    );
    const value = {
      id: 1,
      i8: '9007199254740993',
      num: '12345678901234567890.123',
      f: 0.1,
      yes: false,
      v: '\u{1f9d1}\u200d\u{1f680} e\u0301 "\'\\ \n\t {{ x }}',
      d: '2024-02-29',
      ts: '2024-02-29T12:34:56.123456',
      tz: '2024-02-29T10:34:56.789Z',
      span: 'P1DT2H',
      j: { a: [1, { b: null }], s: 'x' },
      l: [1, null, 3],
      tl: ['a,b', null, '{}'],
      u: '00000000-0000-0000-0000-000000000001',
      'odd "name': 'odd',
      ...(JSON.parse('{"__proto__":"kept"}') as Record<string, string>),
    };
    const row = JSON.parse(
      JSON.stringify({ ...value, b: null }).replace('"odd \\"name"', '"__proto__":"kept","odd \\"name"'),
    ) as Json;
    await batch({ operation: 'insert', table: 'all_types' }, [
      { ...(row as Record<string, Json>), b: { $base64: 'AP8=' } },
    ]);
    const [read] = (await rows({ operation: 'select', table: 'all_types' })) as Record<string, Json>[];
    expect(read).toMatchObject({ ...value, b: 'AP8=' });
    expect(Object.keys(read ?? {})).toContain('__proto__');
    // The same row once more by upsert: nothing is lost on the way back.
    await batch({ operation: 'upsert', table: 'all_types', key: ['id'] }, [
      { ...read, b: { $base64: String(read?.['b']) } },
    ]);
    expect(await rows({ operation: 'select', table: 'all_types' })).toEqual([read]);
  });

  it('keeps bytes as files and takes them from files', async () => {
    const { items } = await runNode(node, {
      ports: database.doors.ports,
      params: {
        url: service?.url ?? '',
        secret: 'DB',
        sql: "SELECT 1 AS id, '\\x0102'::bytea AS picture",
        bytes: 'file',
      },
    });
    const [item] = items[0] as [Item];
    expect(item).toEqual({ json: { id: 1 }, files: { picture: { blob: 'blob-0', size: 2, name: 'picture' } } });
    const back = await rows(
      { sql: "SELECT encode(:p::bytea, 'hex') AS hex", params: { p: { $file: 'picture' } } },
      { items: [[item]] },
    );
    expect(back).toEqual([{ hex: '0102' }]);
    expect((await failureOf(rows({ sql: 'SELECT :p', params: { p: { $file: 'nope' } } }))).message).toMatch(/\$file/);
  });

  describe('writes', () => {
    it('insert with defaults and returning', async () => {
      const answer = await batch({ operation: 'insert', table: 'public.goods', returning: ['id', 'price'] }, [
        { id: 1, name: 'tea' },
        { id: 2, name: 'cup', price: 3 },
        { id: 3, name: 'pot', tags: ['a', 'b'], info: ['x', 1] },
      ]);
      expect(answer).toEqual([
        { id: 1, price: '1.50' },
        { id: 2, price: '3.00' },
        { id: 3, price: '1.50' },
      ]);
      expect(await sql('SELECT tags, info FROM goods WHERE id = 3')).toEqual([{ tags: ['a', 'b'], info: ['x', 1] }]);
    });

    it('writes a batch wholly or not at all', async () => {
      const items: Json[] = [
        { id: 1, name: 'a' },
        { id: 2, name: 'b', price: 1 },
        { id: 1, name: 'again', tags: [] },
      ];
      const failure = await failureOf(batch({ operation: 'insert', table: 'goods' }, items));
      expect(failure.message).toMatch(/duplicate key.*goods_pkey.*23505.*Key \(id\)=\(1\) already exists/);
      expect(failure.data).toMatchObject({ kind: 'unique', constraint: 'goods_pkey', table: 'goods' });
      expect(failure.retry).toBe('no');
      expect(await sql('SELECT id FROM goods')).toEqual([]);
    });

    it('upsert changes, ignores, and takes a key twice', async () => {
      await batch({ operation: 'insert', table: 'goods' }, [{ id: 1, name: 'old', price: 5 }]);
      const upsert = { operation: 'upsert', table: 'goods', key: ['id'] };
      expect(
        await batch(upsert, [
          { id: 1, name: 'new' },
          { id: 2, name: 'b' },
          { id: 1, name: 'newest' },
        ]),
      ).toEqual([{ affected: 3 }]);
      expect(
        await rows({
          operation: 'select',
          table: 'goods',
          columns: ['id', 'name', 'price'],
          sort: [{ column: 'id', direction: 'desc' }],
        }),
      ).toEqual([
        { id: 2, name: 'b', price: '1.50' },
        { id: 1, name: 'newest', price: '5.00' },
      ]);
      expect(await batch({ ...upsert, onConflict: 'ignore' }, [{ id: 1, name: 'x' }])).toEqual([{ affected: 0 }]);
    });

    it('update and delete by key and by where', async () => {
      await batch(
        { operation: 'insert', table: 'goods' },
        [1, 2, 3, 4].map((id) => ({ id, name: `n${id}`, price: id })),
      );
      expect(
        await batch({ operation: 'update', table: 'goods', key: ['id'], returning: ['id', 'name'] }, [
          { id: 1, name: 'x' },
          { id: 2, name: 'y' },
        ]),
      ).toEqual([
        { id: 1, name: 'x' },
        { id: 2, name: 'y' },
      ]);
      expect(
        await rows({
          operation: 'update',
          table: 'goods',
          rows: { info: [1], tags: ['t'] },
          where: [{ column: 'price', is: 'gte', value: 3 }],
        }),
      ).toEqual([{ affected: 2 }]);
      expect(await batch({ operation: 'delete', table: 'goods', key: ['id'] }, [{ id: 1 }, { id: 9 }])).toEqual([
        { affected: 1 },
      ]);
      const where = [
        { column: 'name', is: 'startsWith', value: 'n' },
        { column: 'id', is: 'in', value: [3, 8] },
      ];
      expect(await rows({ operation: 'delete', table: 'goods', where, returning: ['*'] })).toMatchObject([
        { id: 3, info: [1] },
      ]);
      expect(await sql('SELECT id FROM goods ORDER BY id')).toEqual([{ id: 2 }, { id: 4 }]);
    });

    it('never touches all rows by accident', async () => {
      for (const operation of ['update', 'delete', 'upsert']) {
        expect((await failureOf(rows({ operation, table: 'goods', rows: { name: 'x' } }))).message).toMatch(
          /needs key/,
        );
      }
      expect(
        (await failureOf(batch({ operation: 'delete', table: 'goods', key: ['id'] }, [{ id: null }]))).message,
      ).toMatch(/no id/);
      expect(
        (await failureOf(rows({ operation: 'select', table: 'goods', where: [{ column: 'id', is: 'in', value: [] }] })))
          .message,
      ).toMatch(/not empty/);
    });

    it('all comparisons', async () => {
      await batch({ operation: 'insert', table: 'goods' }, [
        { id: 1, name: '50%_off' },
        { id: 2, name: 'off', info: 1 },
      ]);
      const ids = async (is: string, value: Json, column = 'name'): Promise<Json[]> =>
        (
          (await rows({ operation: 'select', table: 'goods', columns: ['id'], where: [{ column, is, value }] })) as {
            id: Json;
          }[]
        ).map((row) => row.id);
      expect(await ids('equals', 'off')).toEqual([2]);
      expect(await ids('notEquals', 'off')).toEqual([1]);
      expect(await ids('contains', '%_')).toEqual([1]);
      expect(await ids('endsWith', 'off')).toEqual([1, 2]);
      expect(await ids('like', 'o%')).toEqual([2]);
      expect(await ids('notIn', ['off'])).toEqual([1]);
      expect(await ids('exists', null, 'info')).toEqual([2]);
      expect(await ids('equals', null, 'info')).toEqual([1]);
      expect(await ids('lt', 2, 'id')).toEqual([1]);
      expect(await ids('lte', 2, 'id')).toEqual([1, 2]);
    });

    it('writes 10,000 rows at once and reads them back in pages', async () => {
      const items = Array.from({ length: 10_000 }, (_, id) => ({
        id: id % 2 === 0 ? id : `${id}`,
        name: `row ${id} \u{1f41b}`,
      }));
      expect(await batch({ operation: 'insert', table: 'big' }, items)).toEqual([{ affected: 10_000 }]);
      const byKey = await rows({ operation: 'select', table: 'big', columns: ['name'], key: ['id'], pageSize: 999 });
      expect(byKey).toHaveLength(10_000);
      expect(byKey[9_999]).toEqual({ id: 9999, name: 'row 9999 \u{1f41b}' });
      const byCursor = await rows({
        sql: 'SELECT id FROM big WHERE id < :most ORDER BY id',
        params: { most: 5000 },
        pageSize: 1000,
      });
      expect(byCursor.map((row) => (row as { id: number }).id)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
      const keyed = await rows({
        sql: 'SELECT id, name FROM big WHERE id >= $1; -- end',
        params: [9_000],
        key: ['id'],
        pageSize: 300,
      });
      expect(keyed).toHaveLength(1000);
      expect(await rows({ operation: 'select', table: 'big', key: ['id'], pageSize: 10, limit: 25 })).toHaveLength(25);
    });
  });

  it('a server that speaks no TLS is not spoken to in clear', async () => {
    const failure = await failureOf(rows({ sql: 'SELECT 1', tls: { mode: 'verify' } }));
    expect(failure.message).toMatch(/does not support SSL/);
    expect(failure.fix).toMatch(/tls\.mode/);
  });
});
