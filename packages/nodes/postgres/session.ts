/**
 * Owns one connection to PostgreSQL: opened to the checked address, statements with bound values, a cursor,
 * cancellation. Does not build statements or map errors.
 */
import pg from 'pg';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { dialServer, type Server, type TlsOptions } from '../kit/sql/server.ts';
import type { Answer, Cell, Cursor, Session, SqlValue, Statement } from '../kit/sql/session.ts';
import { rowBytes, TooManyBytes } from '../kit/sql/row-size.ts';
import { dialect } from './dialect.ts';
import { readerOf } from './types.ts';

/** Texts come in these forms, whatever the server's settings are; types.ts reads them. */
const SETTINGS =
  "SET TIME ZONE 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex'; SET extra_float_digits = 1";

/** How long a request to cancel may take. */
const CANCEL_MS = 3000;

/** Every value as its text: what it means is decided by types.ts. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

interface Reached {
  address: string;
  port: number;
  tls: TlsOptions | null;
}

/** Parts of the driver that its types leave out. */
interface Internals {
  processID: number;
  secretKey: number | Buffer;
  connection: { stream: { destroy(): void } };
}

interface CancelConnection {
  connect(port: number, host: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number | Buffer): void;
  on(event: 'connect' | 'sslconnect' | 'end' | 'error', listener: (error?: Error) => void): void;
  stream: { destroy(): void };
}

/** The parser of the library, whose types describe an older one. */
const { create } = pg.types.arrayParser as unknown as {
  create(text: string, element: (text: string | null) => unknown): { parse(): unknown[] };
};
const parseArray = (text: string, element: (text: string | null) => unknown): unknown[] =>
  create(text, element).parse();

function bound(value: SqlValue): unknown {
  return value instanceof Uint8Array ? Buffer.from(value) : typeof value === 'bigint' ? String(value) : value;
}

class PostgresSession implements Session {
  broken = false;
  readonly #client: pg.Client;
  readonly #reached: Reached;

  constructor(client: pg.Client, reached: Reached) {
    this.#client = client;
    this.#reached = reached;
    const onEnd = (): void => {
      this.broken = true;
    };
    client.on('error', onEnd);
    client.on('end', onEnd);
  }

  run(statement: Statement, mostBytes: number): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const config = {
        text: statement.text,
        values: statement.values.map(bound),
        rowMode: 'array' as const,
        types: AS_TEXT,
        // One statement only, also without values.
        queryMode: 'extended',
      };
      const query = new pg.Query(config);
      let columns: string[] = [];
      let read: ((text: string) => Cell)[] = [];
      let bytes = 0;
      const rows: Cell[][] = [];
      const describe = (fields: readonly pg.FieldDef[]): void => {
        if (read.length > 0) return;
        columns = fields.map((field) => field.name);
        read = fields.map((field) => readerOf(field.dataTypeID, parseArray));
      };
      const fail = (error: unknown): void => {
        void this.close(true);
        reject(error as Error);
      };
      query.on('row', (row: (string | null)[], result) => {
        if (this.broken) return;
        try {
          describe(result?.fields ?? []);
          bytes += rowBytes(columns, row);
          if (bytes > mostBytes) fail(new TooManyBytes());
          else rows.push(row.map((text, i) => (text === null ? null : (read[i]?.(text) ?? text))));
        } catch (error) {
          fail(error);
        }
      });
      query.on('error', (error) => {
        // The server says that it ends the connection before it does.
        if (dialect.problem(error).kind === 'connection') this.broken = true;
        reject(error);
      });
      query.on('end', (result) => {
        describe(result.fields);
        resolve({ columns, rows, affected: result.rowCount ?? 0 });
      });
      this.#client.query(query);
    });
  }

  async cursor(statement: Statement): Promise<Cursor> {
    await this.run({ text: 'BEGIN READ ONLY', values: [] }, 0);
    await this.run({ text: `DECLARE page NO SCROLL CURSOR FOR ${statement.text}`, values: statement.values }, 0);
    return {
      next: (count, mostBytes) => this.run({ text: `FETCH FORWARD ${count} FROM page`, values: [] }, mostBytes),
    };
  }

  cancel(): Promise<void> {
    const { processID, secretKey } = this.#client as unknown as Internals;
    const { address, port, tls } = this.#reached;
    // The library's own Connection, which its types describe in part only.
    const Connection = pg.Connection as unknown as new (options: { ssl: TlsOptions | false }) => CancelConnection;
    const connection = new Connection({ ssl: tls ?? false });
    return new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(late);
        connection.stream.destroy();
        resolve();
      };
      const late = setTimeout(done, CANCEL_MS);
      const send = (): void => connection.cancel(processID, secretKey);
      connection.on('connect', () => (tls === null ? send() : connection.requestSsl()));
      connection.on('sslconnect', send);
      // The server closes it when the request is carried out.
      connection.on('end', done);
      connection.on('error', done);
      connection.connect(port, address);
    });
  }

  async close(hard: boolean): Promise<void> {
    const wasBroken = this.broken;
    this.broken = true;
    if (hard) (this.#client as unknown as Internals).connection.stream.destroy();
    else if (!wasBroken) await this.#client.end().catch(() => {});
  }
}

export async function openSession(call: EffectCall, server: Server): Promise<Session> {
  const { address, password, tls } = await dialServer(call, server);
  const client = new pg.Client({
    host: address,
    port: server.port,
    user: server.user || 'postgres',
    database: server.database || server.user || 'postgres',
    // A function: without one the library looks for a file of passwords, and in the environment.
    password: () => password ?? '',
    ssl: tls ?? false,
    connectionTimeoutMillis: server.connectMs,
    application_name: 'rondo',
    keepAlive: true,
  });
  const session = new PostgresSession(client, { address, port: server.port, tls });
  try {
    await client.connect();
    await client.query(SETTINGS);
    return session;
  } catch (error) {
    await session.close(true);
    throw error;
  }
}
