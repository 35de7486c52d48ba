import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { failureOf, testDoors, type TestDoors } from '../../../testing/services/ports.ts';
import { startPostgres } from '../../../testing/services/postgres.ts';
import { freePort, orSkip } from '../../../testing/services/server-process.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode, type RunNodeOptions } from '../kit/run.ts';
import { node } from './node.ts';

const service = orSkip(await startPostgres());
let doors: TestDoors;
const options = (): Record<string, Json> => ({ url: service?.url ?? '', secret: 'DB' });

beforeEach(() => {
  doors = testDoors({ DB: service?.password ?? '' });
});
afterEach(() => doors.close());
afterAll(() => service?.stop());

const rows = async (params: Record<string, Json>, more: RunNodeOptions = {}): Promise<Json[]> =>
  (await runNode(node, { ports: doors.ports, ...more, params: { ...options(), ...params } })).output['main'] as Json[];

const sql = (text: string, params?: Json, more: RunNodeOptions = {}): Promise<Json[]> =>
  rows({ sql: text, ...(params === undefined ? {} : { params }) }, more);

const execute = (text: string): Promise<Json[]> => rows({ operation: 'execute', sql: text });

/** All items in one call, as a loop with a size gives them. */
const batch = (params: Record<string, Json>, items: Json[]): Promise<Json[]> => {
  const blocked = { ...node, block: true };
  return runNode(blocked, { ports: doors.ports, input: items, params: { ...options(), ...params } }).then(
    ({ output }) => output['main'] as Json[],
  );
};

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe.skipIf(service === null)('postgres', () => {
  beforeAll(async () => {
    doors = testDoors({ DB: service?.password ?? '' });
    await execute(
      'CREATE TABLE goods (id int PRIMARY KEY, name text NOT NULL, price numeric(10,2) DEFAULT 1.50, tags text[], info jsonb)',
    );
    await execute('CREATE TABLE big (id bigint PRIMARY KEY, name text)');
    await doors.close();
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
      ports: doors.ports,
      params: { ...options(), sql: "SELECT 1 AS id, '\\x0102'::bytea AS picture", bytes: 'file' },
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
      const byCursor = await sqlPaged('SELECT id FROM big WHERE id < :most ORDER BY id', { most: 5000 }, 1000);
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

  const sqlPaged = (text: string, params: Json, pageSize: number): Promise<Json[]> =>
    rows({ sql: text, params, pageSize });

  describe('pages', () => {
    it('refuses keys that would lose rows', async () => {
      const values = (text: string): Promise<Json[]> => rows({ sql: text, key: ['k'], pageSize: 2 });
      expect((await failureOf(values('SELECT * FROM (VALUES (1),(2),(2),(3)) v(k)'))).message).toMatch(/same key/);
      expect((await failureOf(values('SELECT * FROM (VALUES (1),(NULL),(2)) v(k)'))).message).toMatch(
        /NULL in its key/,
      );
      expect(
        (
          await failureOf(
            rows({ operation: 'select', table: 'goods', key: ['id'], pageSize: 2, sort: [{ column: 'name' }] }),
          )
        ).message,
      ).toMatch(/sort and offset/);
    });

    it('by key go on after a crash, with every kind of key', async () => {
      const text =
        "SELECT TIMESTAMPTZ '2024-01-01' + n * INTERVAL '1.000001 second' AS at, 9007199254740990 + n AS big, '\\x00'::bytea || decode(lpad(to_hex(n), 4, '0'), 'hex') AS raw FROM generate_series(1, 10) n";
      for (const key of [['at'], ['big'], ['raw'], ['big', 'at']]) {
        const carries: Json[] = [];
        const all: Json[] = [];
        let carry: Json | undefined;
        do {
          // New doors each time: nothing but the carry is left after a crash.
          const own = testDoors({ DB: service?.password ?? '' });
          const answer = await call({ sql: text, key, pageSize: 3 }, carry, own);
          all.push(...(answer.items ?? []).map((item) => item.json));
          carry = answer.done === false ? (JSON.parse(JSON.stringify(answer.carry)) as Json) : undefined;
          if (carry !== undefined) carries.push(carry);
          await own.close();
        } while (carry !== undefined);
        expect(all).toEqual(await sql(text));
        expect(carries).toHaveLength(3);
      }
    });

    it('by cursor fail after a crash, or skip', async () => {
      const text = 'SELECT n FROM generate_series(1, 5) n';
      const first = await call({ sql: text, pageSize: 2 }, undefined, doors);
      expect(first.items).toHaveLength(2);
      const own = testDoors({ DB: service?.password ?? '' });
      const failure = await failureOf(call({ sql: text, pageSize: 2 }, first.carry, own));
      expect(failure.message).toMatch(/cursor was lost after 2 rows/);
      expect(failure.retry).toBe('no');
      const second = await call({ sql: text, pageSize: 2, restart: 'skip' }, first.carry, own);
      expect(second.items?.map((item) => item.json)).toEqual([{ n: 3 }, { n: 4 }]);
      const third = await call({ sql: text, pageSize: 2, restart: 'skip' }, second.carry, own);
      expect(third).toEqual({ items: [{ json: { n: 5 } }], done: true });
      expect([...own.kept.keys()].filter((key) => key.includes('cursor'))).toEqual([]);
      await own.close();
    });

    it('by cursor cannot write', async () => {
      const failure = await failureOf(rows({ sql: 'SELECT nextval(:s)', params: { s: 'nope' }, pageSize: 2 }));
      expect(failure.data?.['kind']).toBe('unknown-name');
      expect((await failureOf(rows({ sql: 'DELETE FROM goods RETURNING id', pageSize: 2 }))).message).toMatch(
        /syntax error/,
      );
    });
  });

  const call = (
    params: Record<string, Json>,
    carry: Json | undefined,
    own: TestDoors,
    signal = new AbortController().signal,
  ) => {
    const defaults = Object.entries(node.parameters).flatMap(([name, spec]) =>
      spec.default === undefined ? [] : [[name, spec.default]],
    );
    return (node.run as NonNullable<typeof node.run>)({
      params: { ...(Object.fromEntries(defaults) as Record<string, Json>), ...options(), ...params },
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

  describe('trouble', () => {
    const sleepers = async (): Promise<number> =>
      (
        (
          await sql(
            "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'",
          )
        )[0] as { n: number }
      ).n;

    it('a hanging query ends at its timeout, on the server too', async () => {
      const failure = await failureOf(rows({ sql: 'SELECT pg_sleep(60)', timeout: '150ms' }));
      expect(failure).toMatchObject({ code: 'timeout', retry: 'yes' });
      expect(failure.message).toMatch(/timeout \(150 ms\)/);
      expect(await sleepers()).toBe(0);
    });

    it('an aborted query ends on the server', async () => {
      const stop = new AbortController();
      const running = call({ sql: 'SELECT pg_sleep(60)' }, undefined, doors, stop.signal);
      await expect.poll(sleepers).toBe(1);
      stop.abort(new Error('run cancelled'));
      await expect(running).rejects.toThrow('run cancelled');
      expect(await sleepers()).toBe(0);
    });

    it('those who wait for a connection can leave', async () => {
      const stop = new AbortController();
      const slow = call({ sql: 'SELECT pg_sleep(60)', connections: 1 }, undefined, doors, stop.signal);
      const waiting = new AbortController();
      const second = call({ sql: 'SELECT 1', connections: 1 }, undefined, doors, waiting.signal);
      waiting.abort(new Error('left'));
      await expect(second).rejects.toThrow('left');
      stop.abort(new Error('end'));
      await expect(slow).rejects.toThrow('end');
      const many = Array.from({ length: 20 }, () => call({ sql: 'SELECT 1 AS n', connections: 1 }, undefined, doors));
      expect((await Promise.all(many)).map((answer) => answer.items?.[0]?.json)).toEqual(Array(20).fill({ n: 1 }));
    });

    it('a cut connection is a failure that may be tried again, and the next call works', async () => {
      const running = call({ sql: 'SELECT pg_sleep(60)' }, undefined, doors);
      await expect.poll(sleepers).toBe(1);
      const cut = failureOf(running);
      await sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND pid <> pg_backend_pid()",
      );
      expect(await cut).toMatchObject({ retry: 'yes', data: { kind: 'connection' } });
      await sql(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = :t',
        { t: 'client backend' },
      );
      // An idle connection that was cut shows when it is used, at the latest.
      await expect.poll(() => sql('SELECT 1 AS n').catch(() => null)).toEqual([{ n: 1 }]);
    });

    it('deadlocks and serialization failures may be tried again', async () => {
      const raised = (state: string): Promise<Json[]> =>
        execute(`DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '${state}'; END $$`);
      expect(await failureOf(raised('40P01'))).toMatchObject({ retry: 'yes', data: { kind: 'deadlock' } });
      expect(await failureOf(raised('40001'))).toMatchObject({ retry: 'yes', data: { kind: 'serialization' } });
      expect(await failureOf(raised('53300'))).toMatchObject({ retry: 'yes', data: { kind: 'overload' } });
    });

    it('a wrong password is not shown', async () => {
      await doors.close();
      doors = testDoors({ DB: 'very-wrong-password' });
      const failure = await failureOf(sql('SELECT 1'));
      expect(failure).toMatchObject({ retry: 'no', data: { kind: 'authentication', state: '28P01' } });
      expect(JSON.stringify(failure)).not.toContain('very-wrong');
      expect([...doors.kept.keys()].join()).not.toContain('very-wrong');
      expect((await failureOf(rows({ sql: 'SELECT 1', secret: 'NONE' }))).code).toBe('secret-missing');
      expect((await failureOf(rows({ sql: 'SELECT 1', secret: '' }))).message).toMatch(/asks for a password/);
    });

    it('a password in the address is refused and not shown', async () => {
      const failure = await failureOf(rows({ sql: 'SELECT 1', url: 'postgres://u:hunter2@127.0.0.1/db' }));
      expect(failure.message).toMatch(/holds a password/);
      expect(JSON.stringify(failure)).not.toContain('hunter2');
      expect(JSON.stringify(await failureOf(rows({ sql: 'SELECT 1', url: 'http://u:hunter2@x' })))).not.toContain(
        'hunter2',
      );
    });

    it('a server that speaks no TLS is not spoken to in clear', async () => {
      const failure = await failureOf(rows({ sql: 'SELECT 1', tls: { mode: 'verify' } }));
      expect(failure.message).toMatch(/does not support SSL/);
      expect(failure.fix).toMatch(/tls\.mode/);
    });
  });
});

describe('without a server', () => {
  it('a refused connection', async () => {
    const failure = await failureOf(rows({ sql: 'SELECT 1', url: `postgres://u@127.0.0.1:${await freePort()}/d` }));
    expect(failure).toMatchObject({ code: 'http-failed', retry: 'yes', data: { kind: 'connection' } });
    expect(failure.message).toMatch(/nothing listens there/);
  });

  it('a server that says nothing', async () => {
    const silent: Server = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const failure = await failureOf(
      rows({ sql: 'SELECT 1', url: `postgres://u@127.0.0.1:${port}/d`, connectTimeout: '100ms' }),
    );
    expect(failure).toMatchObject({ code: 'http-failed', retry: 'yes' });
    silent.close();
  });

  it('no host', async () => {
    expect((await failureOf(rows({ sql: 'SELECT 1', url: '' }))).message).toMatch(/host/);
  });
});
