import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { startMariadb } from '../../../testing/services/mariadb.ts';
import { failureOf, testDoors, type TestDoors } from '../../../testing/services/ports.ts';
import { freePort, orSkip } from '../../../testing/services/server-process.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode, type RunNodeOptions } from '../kit/run.ts';
import { node } from './node.ts';
import { cellOf, stored } from './types.ts';

const service = orSkip(await startMariadb());
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
const batch = async (params: Record<string, Json>, items: Json[]): Promise<Json[]> => {
  const blocked = { ...node, block: true };
  const { output } = await runNode(blocked, { ports: doors.ports, input: items, params: { ...options(), ...params } });
  return output['main'] as Json[];
};

const call = (params: Record<string, Json>, own: TestDoors, carry?: Json, signal = new AbortController().signal) => {
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

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe.skipIf(service === null)('mysql', () => {
  beforeAll(async () => {
    doors = testDoors({ DB: service?.password ?? '' });
    await execute(
      'CREATE TABLE goods (id int PRIMARY KEY AUTO_INCREMENT, name varchar(100) NOT NULL, price decimal(10,2) DEFAULT 1.50, info json, UNIQUE KEY by_name (name))',
    );
    await execute('CREATE TABLE big (id bigint PRIMARY KEY, name text)');
    await doors.close();
  });
  beforeEach(async () => {
    await execute('DELETE FROM goods');
    await execute('DELETE FROM big');
  });

  it('queries with values by name and by position', async () => {
    expect(await sql('SELECT :a + 1 AS a, :b AS b, :a AS c', { a: 41, b: 'x' })).toEqual([{ a: 42, b: 'x', c: 41 }]);
    expect(await sql('SELECT ? AS a, ? AS b', [1, null])).toEqual([{ a: 1, b: null }]);
    const text = 'SELECT \':a ?\' AS s, "it\\"s :a" AS d, 1 AS `x:y?` /* :a ? */ -- :a ?\n, :a AS a # :a ?';
    expect(await sql(text, { a: 3 })).toEqual([{ s: ':a ?', d: 'it"s :a', 'x:y?': 1, a: 3 }]);
    expect(await sql('SELECT 5 IN (:ids) AS there, ? IN (1)'.replace('?', '2'), { ids: [4, 5] })).toMatchObject([
      { there: 1 },
    ]);
    expect((await failureOf(sql('SELECT 1 IN (:ids)', { ids: [] }))).message).toMatch(/params\.ids is an empty list/);
    expect(await sql('SELECT id FROM goods LIMIT :n', { n: 3 })).toEqual([]);
  });

  it('keeps hostile values values', async () => {
    const evil = ["x'); DROP TABLE goods; --", '\\', "\\' OR 1=1 #", "\u00bf' OR 1=1"];
    for (const value of evil) expect(await sql('SELECT :v AS v', { v: value })).toEqual([{ v: value }]);
    const failure = await failureOf(rows({ operation: 'select', table: 'goods` WHERE 1=1; DROP TABLE goods; -- ' }));
    expect(failure.data?.['kind']).toBe('unknown-name');
    const column = { 'id`) VALUES (1); DROP TABLE goods; -- ': 1 };
    expect((await failureOf(rows({ operation: 'insert', table: 'goods', rows: column }))).data?.['kind']).toBe(
      'unknown-name',
    );
    expect((await failureOf(sql('SELECT 1; SELECT 2'))).data?.['kind']).toBe('syntax');
    expect((await failureOf(sql("SELECT '{{ $json.x }}'"))).message).toMatch(/template/);
    expect((await failureOf(sql("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE goods"))).retry).toBe('no');
    expect(await sql('SELECT COUNT(*) AS n FROM goods')).toEqual([{ n: 0 }]);
  });

  it('reads and writes all types', async () => {
    await execute(`CREATE TABLE all_types (id int PRIMARY KEY, t1 tinyint(1), t4 tinyint, b1 bit(1), b10 bit(10), i8 bigint, u8 bigint unsigned,
      num decimal(30,3), f double, v varchar(200), txt longtext, d date, dt datetime(6), ts timestamp(3) NULL, t time, y year, j json, raw varbinary(10), blb blob, e enum('a','b'), \`odd \`\`name\` text)`);
    const value = {
      id: 1,
      t1: true,
      t4: 5,
      b1: false,
      b10: '0000000101',
      i8: '9007199254740993',
      u8: '18446744073709551615',
      num: '12345678901234567890.123',
      f: 0.1,
      v: '\u{1f9d1}\u200d\u{1f680} e\u0301 "\'\\ \n\t {{ x }} 2024-02-29T12:34:56Z',
      txt: '2024-02-29T12:34:56Z',
      d: '2024-02-29',
      dt: '2024-02-29T12:34:56.123456',
      ts: '2024-02-29T10:34:56.789Z',
      t: '01:02:03',
      y: 2024,
      j: { a: [1, null, { b: '\u{1f41b}' }] },
      e: 'b',
      'odd `name': 'odd',
    };
    const bytes = { raw: { $base64: 'AP8=' }, blb: { $base64: '/wA=' } };
    await batch({ operation: 'insert', table: 'all_types' }, [{ ...value, ...bytes }]);
    const [read] = await rows({ operation: 'select', table: 'all_types' });
    expect(read).toEqual({ ...value, raw: 'AP8=', blb: '/wA=' });
    await batch({ operation: 'upsert', table: 'all_types', key: ['id'] }, [
      { ...(read as Record<string, Json>), ...bytes },
    ]);
    expect(await sql('SELECT * FROM all_types')).toEqual([read]);
    await batch({ operation: 'update', table: 'all_types', key: ['id'] }, [
      { id: 1, ts: '2024-02-29T12:34:56.5+02:00', j: null },
    ]);
    const where = [{ column: 'ts', value: '2024-02-29T10:34:56.500Z' }];
    expect(await rows({ operation: 'select', table: 'all_types', columns: ['ts', 'j'], where })).toEqual([
      { ts: '2024-02-29T10:34:56.500Z', j: null },
    ]);
    const answer = await runNode(node, {
      ports: doors.ports,
      params: { ...options(), sql: 'SELECT blb FROM all_types', bytes: 'file' },
    });
    expect(answer.items).toEqual([[{ json: {}, files: { blb: { blob: 'blob-0', size: 2, name: 'blb' } } }]]);
  });

  it('insert, upsert, update, delete', async () => {
    expect(
      await batch({ operation: 'insert', table: 'goods', returning: ['id', 'price'] }, [
        { id: 1, name: 'tea' },
        { id: 2, name: 'cup', price: 3 },
      ]),
    ).toEqual([
      { id: 1, price: '1.50' },
      { id: 2, price: '3.00' },
    ]);
    const [answer] = (await rows({ operation: 'insert', table: 'goods', rows: { name: 'auto' } })) as {
      affected: number;
      lastId: number;
    }[];
    expect(answer).toEqual({ affected: 1, lastId: 3 });
    const upsert = { operation: 'upsert', table: 'test.goods', key: ['id'] };
    await batch(upsert, [
      { id: 1, name: 'new' },
      { id: 4, name: 'b' },
      { id: 1, name: 'newest' },
    ]);
    await batch({ ...upsert, onConflict: 'ignore' }, [
      { id: 4, name: 'x' },
      { id: 5, name: 'e' },
    ]);
    await batch({ operation: 'update', table: 'goods', key: ['id'] }, [
      { id: 2, name: 'mug' },
      { id: 99, name: 'none' },
    ]);
    await rows({
      operation: 'update',
      table: 'goods',
      rows: { price: 9 },
      where: [{ column: 'name', is: 'contains', value: 'ew' }],
    });
    expect(await batch({ operation: 'delete', table: 'goods', key: ['id'] }, [{ id: 3 }, { id: 98 }])).toEqual([
      { affected: 1 },
    ]);
    expect(
      await rows({
        operation: 'select',
        table: 'goods',
        columns: ['id', 'name', 'price'],
        sort: [{ column: 'id', direction: 'desc' }],
        limit: 10,
        offset: 0,
      }),
    ).toEqual([
      { id: 5, name: 'e', price: '1.50' },
      { id: 4, name: 'b', price: '1.50' },
      { id: 2, name: 'mug', price: '3.00' },
      { id: 1, name: 'newest', price: '9.00' },
    ]);
  });

  it('a batch is written wholly or not at all, and says which key', async () => {
    const items: Json[] = [{ name: 'a' }, { name: 'b', price: 1 }, { name: 'a', price: 2, info: [] }];
    const failure = await failureOf(batch({ operation: 'insert', table: 'goods' }, items));
    expect(failure.message).toMatch(/Duplicate entry 'a' for key 'by_name' \(23000, error 1062\)/);
    expect(failure).toMatchObject({ retry: 'no', data: { kind: 'unique', constraint: 'by_name' } });
    expect(await sql('SELECT id FROM goods')).toEqual([]);
  });

  it('writes 10,000 rows at once and reads them back in pages', async () => {
    const items = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id} \u{1f41b}` }));
    expect(await batch({ operation: 'insert', table: 'big' }, items)).toMatchObject([{ affected: 10_000 }]);
    expect(await rows({ operation: 'select', table: 'big', columns: ['name'], key: ['id'], pageSize: 999 })).toEqual(
      items.map(({ id, name }) => ({ name, id })),
    );
    const cursor = await rows({ sql: 'SELECT id FROM big WHERE id < ? ORDER BY id', params: [5000], pageSize: 1000 });
    expect(cursor).toEqual(items.slice(0, 5000).map(({ id }) => ({ id })));
    expect(
      await rows({ sql: 'SELECT * FROM big WHERE id >= :n; -- end', params: { n: 9000 }, key: ['id'], pageSize: 300 }),
    ).toHaveLength(1000);
  });

  it('long keys and times page exactly, with nothing but the carry', async () => {
    await execute('CREATE TABLE keyed (id bigint PRIMARY KEY, at timestamp(6) NULL)');
    const items = Array.from({ length: 7 }, (_, n) => ({
      id: `900719925474099${n}`,
      at: `2024-01-01T00:00:00.00000${n}Z`,
    }));
    await batch({ operation: 'insert', table: 'keyed' }, items);
    for (const key of [['id'], ['at'], ['at', 'id']]) {
      const all: Json[] = [];
      let carry: Json | undefined;
      do {
        const own = testDoors({ DB: service?.password ?? '' });
        const answer = await call({ operation: 'select', table: 'keyed', key, pageSize: 2 }, own, carry);
        all.push(...(answer.items ?? []).map((item) => item.json));
        carry = answer.done === false ? (JSON.parse(JSON.stringify(answer.carry)) as Json) : undefined;
        await own.close();
      } while (carry !== undefined);
      expect(all.map((row) => String((row as { id: Json }).id))).toEqual(items.map(({ id }) => id));
    }
  });

  it('a cursor fails after a crash, or skips', async () => {
    const text = 'SELECT seq FROM seq_1_to_5';
    const first = await call({ sql: text, pageSize: 2 }, doors);
    const own = testDoors({ DB: service?.password ?? '' });
    expect((await failureOf(call({ sql: text, pageSize: 2 }, own, first.carry))).message).toMatch(
      /cursor was lost after 2 rows/,
    );
    const second = await call({ sql: text, pageSize: 2, restart: 'skip' }, own, first.carry);
    expect(second.items?.map((item) => item.json)).toEqual([{ seq: 3 }, { seq: 4 }]);
    await own.close();
    // The first one is in the middle of its rows when its run ends.
    await doors.close();
    expect((await failureOf(rows({ sql: 'DELETE FROM goods', pageSize: 2 }))).data?.['kind']).toBe('read-only');
  });

  it('stops at the limit of bytes, and the next call works', async () => {
    const failure = await failureOf(sql("SELECT REPEAT('x', 100000) FROM seq_1_to_100000"));
    expect(failure).toMatchObject({ code: 'limit-reached', retry: 'no' });
    expect(await sql('SELECT 1 AS a')).toEqual([{ a: 1 }]);
  });

  describe('trouble', () => {
    const sleepers = async (): Promise<number> =>
      Number(
        (
          (
            await sql("SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP%'")
          )[0] as { n: number }
        ).n,
      );

    it('a hanging query ends at its timeout, on the server too', async () => {
      const failure = await failureOf(rows({ sql: 'SELECT SLEEP(60)', timeout: '150ms' }));
      expect(failure).toMatchObject({ code: 'timeout', retry: 'yes' });
      await expect.poll(sleepers).toBe(0);
    });

    it('an aborted query ends on the server', async () => {
      const stop = new AbortController();
      const running = call({ sql: 'SELECT SLEEP(60)' }, doors, undefined, stop.signal);
      await expect.poll(sleepers).toBe(1);
      stop.abort(new Error('run cancelled'));
      await expect(running).rejects.toThrow('run cancelled');
      await expect.poll(sleepers).toBe(0);
    });

    it('a connection that is killed is a failure that may be tried again', async () => {
      const cut = failureOf(call({ sql: 'SELECT SLEEP(60)' }, doors));
      await expect.poll(sleepers).toBe(1);
      const [{ id }] = (await sql(
        "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP%'",
      )) as [{ id: number }];
      await execute(`KILL ${id}`);
      expect(await cut).toMatchObject({ retry: 'yes', data: { kind: 'connection' } });
      expect(await sql('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    });

    it('a deadlock may be tried again', async () => {
      const failure = await failureOf(
        execute(
          "BEGIN NOT ATOMIC SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock found'; END",
        ),
      );
      expect(failure).toMatchObject({ retry: 'yes', data: { kind: 'deadlock' } });
    });

    it('names what is not there', async () => {
      expect((await failureOf(sql('SELECT * FROM nowhere'))).message).toMatch(
        /nowhere' doesn't exist \(42S02, error 1146\)/,
      );
      expect((await failureOf(sql('SELECT nope FROM goods'))).data).toMatchObject({
        kind: 'unknown-name',
        column: 'nope',
      });
      expect((await failureOf(sql('SELECT FROM'))).data?.['kind']).toBe('syntax');
      expect((await failureOf(batch({ operation: 'insert', table: 'goods' }, [{ price: 1 }]))).data).toMatchObject({
        kind: 'not-null',
      });
    });

    it('a wrong password is not shown', async () => {
      await doors.close();
      doors = testDoors({ DB: 'very-wrong-password' });
      const failure = await failureOf(sql('SELECT 1'));
      expect(failure).toMatchObject({ retry: 'no', data: { kind: 'authentication' } });
      expect(JSON.stringify(failure)).not.toContain('very-wrong');
      expect((await failureOf(rows({ sql: 'SELECT 1', secret: 'NONE' }))).code).toBe('secret-missing');
    });

    it('a server that speaks no TLS is not spoken to in clear', async () => {
      const failure = await failureOf(rows({ sql: 'SELECT 1', tls: { mode: 'verify' } }));
      expect(failure.message).toMatch(/secure connection/);
      expect(failure.fix).toMatch(/tls\.mode/);
    });
  });
});

describe('values', () => {
  it('times with zones are written in UTC, other texts as they are', () => {
    expect(stored('2024-01-01T01:30:00.25+02:00', 'time')).toBe('2023-12-31 23:30:00.25');
    expect(stored('2024-01-01T01:30', 'time')).toBe('2024-01-01 01:30:00');
    expect(stored('soon', 'time')).toBe('soon');
    expect(stored('2024-01-01T01:30:00Z', '')).toBe('2024-01-01T01:30:00Z');
    expect(stored('-12', 'whole')).toBe(-12n);
    expect(cellOf('0000-00-00 00:00:00', { columnType: 12 })).toBe('0000-00-00 00:00:00');
  });
});

describe('without a server', () => {
  it('a refused connection', async () => {
    const failure = await failureOf(rows({ sql: 'SELECT 1', url: `mysql://u@127.0.0.1:${await freePort()}/d` }));
    expect(failure).toMatchObject({ code: 'http-failed', retry: 'yes', data: { kind: 'connection' } });
  });

  it('a server that says nothing', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const failure = await failureOf(
      rows({ sql: 'SELECT 1', url: `mysql://u@127.0.0.1:${port}/d`, connectTimeout: '100ms' }),
    );
    expect(failure).toMatchObject({ code: 'http-failed', retry: 'yes' });
    silent.close();
  });
});
