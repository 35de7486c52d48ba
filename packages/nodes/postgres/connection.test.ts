/** Checks what happens between the PostgreSQL node and its server: pages after a crash, time-outs, cut connections, TLS. */
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { makeCertificates } from '../../../testing/services/certificates.ts';
import { failureOf } from '../../../testing/services/ports.ts';
import { startPostgres } from '../../../testing/services/postgres.ts';
import { freePort, orSkip } from '../../../testing/services/server-process.ts';
import { Database } from './database.testing.ts';

const made = makeCertificates();
const certificates = 'missing' in made ? null : made;
const service = orSkip(await startPostgres(certificates?.server));
const database = new Database(service);
const { rows, sql, execute, call } = database;

afterEach(() => database.renew());
afterAll(() => service?.stop());

describe.skipIf(service === null)('postgres', () => {
  beforeAll(() => execute('CREATE TABLE goods (id int PRIMARY KEY, name text)'));

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
          const own = database.fresh();
          const answer = await call({ sql: text, key, pageSize: 3 }, { carry, doors: own });
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
      const first = await call({ sql: text, pageSize: 2 });
      expect(first.items).toHaveLength(2);
      const own = database.fresh();
      const failure = await failureOf(call({ sql: text, pageSize: 2 }, { carry: first.carry, doors: own }));
      expect(failure.message).toMatch(/cursor was lost after 2 rows/);
      expect(failure.retry).toBe('no');
      const second = await call({ sql: text, pageSize: 2, restart: 'skip' }, { carry: first.carry, doors: own });
      expect(second.items?.map((item) => item.json)).toEqual([{ n: 3 }, { n: 4 }]);
      const third = await call({ sql: text, pageSize: 2, restart: 'skip' }, { carry: second.carry, doors: own });
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
      const running = call({ sql: 'SELECT pg_sleep(60)' }, { signal: stop.signal });
      await expect.poll(sleepers).toBe(1);
      stop.abort(new Error('run cancelled'));
      await expect(running).rejects.toThrow('run cancelled');
      expect(await sleepers()).toBe(0);
    });

    it('those who wait for a connection can leave', async () => {
      const stop = new AbortController();
      const slow = call({ sql: 'SELECT pg_sleep(60)', connections: 1 }, { signal: stop.signal });
      const waiting = new AbortController();
      const second = call({ sql: 'SELECT 1', connections: 1 }, { signal: waiting.signal });
      waiting.abort(new Error('left'));
      await expect(second).rejects.toThrow('left');
      stop.abort(new Error('end'));
      await expect(slow).rejects.toThrow('end');
      const many = Array.from({ length: 20 }, () => call({ sql: 'SELECT 1 AS n', connections: 1 }));
      expect((await Promise.all(many)).map((answer) => answer.items?.[0]?.json)).toEqual(many.map(() => ({ n: 1 })));
    });

    it('a cut connection is a failure that may be tried again, and the next call works', async () => {
      const running = call({ sql: 'SELECT pg_sleep(60)' });
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
      await database.renew('very-wrong-password');
      const failure = await failureOf(sql('SELECT 1'));
      expect(failure).toMatchObject({ retry: 'no', data: { kind: 'authentication', state: '28P01' } });
      expect(JSON.stringify(failure)).not.toContain('very-wrong');
      expect([...database.doors.kept.keys()].join()).not.toContain('very-wrong');
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
  });

  describe.skipIf(certificates === null)('TLS', () => {
    const at = (host: string, tls: Json): Promise<Json[]> =>
      rows({
        url: '',
        host,
        port: service?.port ?? 0,
        user: service?.user ?? '',
        database: 'postgres',
        tls,
        sql: 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      });
    const ca = certificates?.ca ?? '';

    it('is on and verified where it is asked for, by name and by address', async () => {
      expect(await at('localhost', { mode: 'verify', ca })).toEqual([{ ssl: true }]);
      expect(await at('127.0.0.1', { mode: 'verify', ca })).toEqual([{ ssl: true }]);
      expect(await at('localhost', { mode: 'insecure' })).toEqual([{ ssl: true }]);
      expect(await at('localhost', { mode: 'off' })).toEqual([{ ssl: false }]);
    });

    it('refuses an unknown authority and another name, and says so', async () => {
      const unknown = await failureOf(at('localhost', { mode: 'verify' }));
      expect(unknown).toMatchObject({ code: 'http-failed', retry: 'no', data: { kind: 'tls' } });
      expect(unknown.fix).toMatch(/tls\.ca/);
      const { dial } = database.doors.ports;
      database.doors.ports.dial = async () => ({ address: '127.0.0.1', family: 4 });
      // A name that is not this machine is encrypted and verified without being asked.
      expect((await failureOf(at('db.example.com', { ca }))).message).toMatch(/certificate was not accepted/);
      expect((await failureOf(at('127.example.com', {}))).data).toMatchObject({ kind: 'tls' });
      database.doors.ports.dial = dial as NonNullable<typeof dial>;
    });

    it('cancels over TLS', async () => {
      const slow = { sql: 'SELECT pg_sleep(60)', timeout: '150ms', tls: { mode: 'verify', ca } };
      expect(await failureOf(rows(slow))).toMatchObject({ code: 'timeout' });
      expect(
        await sql(
          "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'",
        ),
      ).toEqual([{ n: 0 }]);
    });
  });

  it('a server that ends in the middle is a failure that may be tried again', async () => {
    const running = failureOf(call({ sql: 'SELECT pg_sleep(60)' }));
    await expect
      .poll(() => sql("SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"))
      .toMatchObject([{ n: 1 }]);
    await service?.stop();
    expect(await running).toMatchObject({ code: 'http-failed', retry: 'yes', data: { kind: 'connection' } });
    expect((await failureOf(sql('SELECT 1'))).message).toMatch(/nothing listens there|connection was/);
  });
});

describe('without a server', () => {
  it('a refused connection', async () => {
    const failure = await failureOf(rows({ sql: 'SELECT 1', url: `postgres://u@127.0.0.1:${await freePort()}/d` }));
    expect(failure).toMatchObject({ code: 'http-failed', retry: 'yes', data: { kind: 'connection' } });
    expect(failure.message).toMatch(/nothing listens there/);
  });

  it('a server that says nothing', async () => {
    const silent = createServer();
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
