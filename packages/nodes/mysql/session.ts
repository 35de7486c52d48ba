/**
 * Owns one connection to MySQL or MariaDB: opened to the checked address, prepared statements, rows as they
 * come, cancellation. Does not build statements or map errors.
 */
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import mysql from 'mysql2';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { dialServer, type Server } from '../kit/sql/server.ts';
import type { Answer, Cell, Cursor, Session, SqlValue, Statement } from '../kit/sql/session.ts';
import { rowBytes, TooManyBytes } from '../kit/sql/row-size.ts';
import { wholeNumber } from '../kit/sql/values.ts';
import { dialect } from './dialect.ts';
import { cellOf, kindOfField, type Field } from './types.ts';

/** TIMESTAMP comes in UTC; a cursor may be read slowly. */
const SETTINGS = "SET time_zone = '+00:00', net_write_timeout = 86400";
const CURSOR_ROWS = 256;

/** The statement cannot be prepared; without values it may be sent as it is. */
const NOT_PREPARABLE = 1295;

/** What the driver emits; its types know callbacks only. */
interface Command {
  on(event: 'fields', listener: (fields: readonly (Field & { name: string })[]) => void): this;
  on(event: 'result', listener: (row: unknown) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'end', listener: () => void): this;
  stream(options: { highWaterMark: number }): Readable;
}

const lost = (): Error => Object.assign(new Error('it was closed'), { code: 'PROTOCOL_CONNECTION_LOST' });

const LONGEST = 2n ** 63n - 1n;

function bound(value: SqlValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === 'bigint') {
    return value > LONGEST ? mysql.TypedParameter.BIGINT.unsigned(value) : mysql.TypedParameter.BIGINT(value);
  }
  // Plain numbers would be sent as floating point, which LIMIT refuses and long keys do not survive.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return mysql.TypedParameter.BIGINT(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

class MysqlSession implements Session {
  broken = false;
  readonly #connection: mysql.Connection;
  readonly #another: () => Promise<MysqlSession>;
  #failRunning: ((error: Error) => void) | null = null;

  constructor(connection: mysql.Connection, another: () => Promise<MysqlSession>) {
    this.#connection = connection;
    this.#another = another;
    // What ends the connection is told to it, not to the statement that waits.
    const onEnd = (error: unknown): void => {
      this.broken = true;
      this.#failRunning?.(error instanceof Error ? error : lost());
    };
    connection.on('error', onEnd);
    connection.on('end', onEnd);
  }

  async run(statement: Statement, mostBytes: number): Promise<Answer> {
    const begin = (): Promise<Answer> => this.#collect(this.#execute(statement), mostBytes);
    if (statement.values.length > 0) return begin();
    return begin().catch((error: unknown) => {
      if ((error as { errno?: number }).errno !== NOT_PREPARABLE) throw error;
      const plain = this.#connection.query({ sql: statement.text, rowsAsArray: true });
      return this.#collect(plain as unknown as Command, mostBytes);
    });
  }

  #execute(statement: Statement): Command {
    const values = statement.values.map(bound) as mysql.ExecuteValues;
    return this.#connection.execute({ sql: statement.text, rowsAsArray: true }, values) as unknown as Command;
  }

  #collect(command: Command, mostBytes: number): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      let fields: readonly (Field & { name: string })[] = [];
      let columns: string[] = [];
      let bytes = 0;
      let header: { affectedRows?: number; insertId?: number | string } = {};
      const rows: Cell[][] = [];
      const fail = (error: Error): void => {
        this.#failRunning = null;
        if (dialect.problem(error).kind === 'connection') this.broken = true;
        reject(error);
      };
      this.#failRunning = fail;
      command.on('fields', (found) => {
        fields = found ?? [];
        columns = fields.map((field) => field.name);
      });
      command.on('result', (row) => {
        if (!Array.isArray(row)) {
          header = row as typeof header;
          return;
        }
        if (this.broken) return;
        const cells = row.map((value, i) => cellOf(value, fields[i] ?? {}));
        bytes += rowBytes(columns, cells);
        if (bytes <= mostBytes) rows.push(cells);
        else {
          fail(new TooManyBytes());
          void this.close(true);
        }
      });
      command.on('error', fail);
      command.on('end', () => {
        this.#failRunning = null;
        const { affectedRows = 0, insertId = 0 } = header;
        const lastId = Number(insertId) > 0 ? { lastId: wholeNumber(String(insertId)) } : {};
        resolve({ columns, kinds: fields.map(kindOfField), rows, affected: affectedRows, ...lastId });
      });
    });
  }

  async cursor(statement: Statement): Promise<Cursor> {
    await this.run({ text: 'START TRANSACTION READ ONLY', values: [] }, 0);
    const command = this.#execute(statement);
    let fields: readonly (Field & { name: string })[] = [];
    command.on('fields', (found) => {
      fields = found ?? [];
    });
    // The rest waits in the connection until it is asked for.
    const stream = command.stream({ highWaterMark: CURSOR_ROWS });
    this.#failRunning = (error) => void stream.destroy(error);
    const rows = stream[Symbol.asyncIterator]() as AsyncIterator<unknown>;
    return {
      next: async (count, mostBytes) => {
        const read: Cell[][] = [];
        let bytes = 0;
        let columns: string[] = [];
        while (read.length < count) {
          const { value, done } = await rows.next();
          if (done === true) break;
          // A statement without rows answers with its header.
          if (!Array.isArray(value)) continue;
          columns = fields.map((field) => field.name);
          const cells = value.map((cell, i) => cellOf(cell, fields[i] ?? {}));
          bytes += rowBytes(columns, cells);
          if (bytes > mostBytes) throw new TooManyBytes();
          read.push(cells);
        }
        return { columns, rows: read, affected: 0 };
      },
    };
  }

  async cancel(): Promise<void> {
    try {
      const other = await this.#another();
      await other.run({ text: `KILL QUERY ${Number(this.#connection.threadId)}`, values: [] }, 0);
      await other.close(true);
    } catch {
      // The connection is cut instead.
    }
  }

  async close(hard: boolean): Promise<void> {
    const wasBroken = this.broken;
    this.broken = true;
    if (!hard && !wasBroken && this.#failRunning === null) {
      await new Promise<void>((resolve) => this.#connection.end(() => resolve()));
      return;
    }
    (this.#connection as unknown as { stream: { destroy(): void } }).stream.destroy();
    this.#failRunning?.(lost());
  }
}

export async function openSession(call: EffectCall, server: Server): Promise<MysqlSession> {
  const { address, password, tls } = await dialServer(call, server);
  const connection = mysql.createConnection({
    host: server.host,
    port: server.port,
    // The name is for the certificate; what is dialled is the address that was checked.
    stream: () => connect(server.port, address).setNoDelay(true).setKeepAlive(true),
    user: server.user,
    ...(password === undefined ? {} : { password }),
    ...(server.database === '' ? {} : { database: server.database }),
    ...(tls === null
      ? {}
      : {
          ssl: {
            rejectUnauthorized: tls.rejectUnauthorized,
            verifyIdentity: tls.rejectUnauthorized,
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
          },
        }),
    charset: 'utf8mb4',
    connectTimeout: server.connectMs,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    jsonStrings: true,
    multipleStatements: false,
    maxPreparedStatements: 64,
    // A server may not ask for files of this machine.
    flags: ['-LOCAL_FILES'],
  });
  const session = new MysqlSession(connection, () => openSession(call, server));
  try {
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error === null ? resolve() : reject(error)));
    });
    await session.run({ text: SETTINGS, values: [] }, 0);
    return session;
  } catch (error) {
    await session.close(true);
    throw error;
  }
}
