/**
 * Owns the rows of the ledger in SQLite: their key, their checksums, writing them fast, reading
 * them by key. Callers hold the transaction. Does not count: digests.ts does.
 */
import { crc32 } from 'node:zlib';
import type { Failure } from '@rondo/core/errors.ts';
import type { IterationRow, IterationStatus } from '@rondo/core/ports.ts';
import type { Counted } from '../digest.ts';
import { MAX_ITERATIONS } from '../rules.ts';
import { corrupt, type Cell, type Connection } from './connection.ts';

/** Completed is 1 and failed 2: the partial indexes of schema.ts name them. */
const STATUSES: readonly IterationStatus[] = ['running', 'completed', 'failed', 'skipped', 'waiting', 'cancelled'];
const CODE = Object.fromEntries(STATUSES.map((status, code) => [status, code])) as Record<IterationStatus, number>;

/** What messages about a row name. */
export interface LoopName {
  run: string;
  path: string;
  key: number;
}

export function statusCode(status: IterationStatus): number {
  return CODE[status];
}

export function statusOf(code: Cell | undefined): IterationStatus | undefined {
  return typeof code === 'number' ? STATUSES[code] : undefined;
}

export function rowKey(loopId: number, index: number): number {
  return loopId * MAX_ITERATIONS + index;
}

/** The output has a checksum of its own, so that results can be read without the rest of the row. */
function outputSum(loopId: number, index: number, output: string): number {
  return crc32(output, (Math.imul(loopId, 0x9e3779b1) + index) >>> 0);
}

/** Lengths keep the texts apart. */
function restSum(
  loopId: number,
  index: number,
  cells: {
    input: string;
    steps: string;
    logs: string;
    failure: string | null;
    cause: string | null;
    usage: string | null;
  },
  numbers: string,
): number {
  const { input, steps, logs, failure, cause, usage } = cells;
  const head = `${loopId} ${index} ${numbers} ${input.length} ${steps.length} ${logs.length}`;
  const rare = failure === null && cause === null && usage === null ? '' : JSON.stringify([failure, cause, usage]);
  return crc32(`${head}\n${input}${steps}${logs}${rare}`);
}

export const COLUMNS =
  'id, status, input, output, steps, logs, failure, cause, attempts, usage, losses, started_at, duration, sum, output_sum';
const WIDTH = 15;
const MARKS = `(${Array<string>(WIDTH).fill('?').join(', ')})`;

function encode(loopId: number, row: IterationRow, cause: string | null, into: Cell[]): void {
  const { index, input, output, steps, logs, attempts, losses, startedAt, durationMs } = row;
  const status = CODE[row.status];
  const failure = row.failure === null ? null : JSON.stringify(row.failure);
  const numbers = `${status} ${attempts} ${losses} ${startedAt} ${durationMs}`;
  const usage = row.usage === null ? null : JSON.stringify(row.usage);
  const sum = restSum(loopId, index, { input, steps, logs, failure, cause, usage }, numbers);
  into.push(rowKey(loopId, index), status, input, output, steps, logs, failure, cause);
  into.push(attempts, usage, losses, startedAt, durationMs, sum, outputSum(loopId, index, output));
}

function isText(cell: Cell | undefined): cell is string {
  return typeof cell === 'string';
}

function text(cell: Cell | undefined): string | null {
  return isText(cell) ? cell : null;
}

export function damagedRow(loop: LoopName, index: number): Error {
  return corrupt(`run ${loop.run}, loop ${loop.path}, index ${index}`);
}

export function decode(loopId: number, loop: LoopName, cells: readonly Cell[]): IterationRow {
  const [
    key,
    code,
    input,
    output,
    steps,
    logs,
    failure,
    cause,
    attempts,
    usage,
    losses,
    startedAt,
    durationMs,
    sum,
    outSum,
  ] = cells;
  const index = (key as number) - rowKey(loopId, 0);
  const status = statusOf(code);
  const texts = isText(input) && isText(output) && isText(steps) && isText(logs);
  const rare = [failure, cause, usage].every((cell) => isText(cell) || cell === null);
  if (!texts || !rare || status === undefined) throw damagedRow(loop, index);
  const numbers = `${String(code)} ${String(attempts)} ${String(losses)} ${String(startedAt)} ${String(durationMs)}`;
  const fits =
    restSum(
      loopId,
      index,
      { input, steps, logs, failure: text(failure), cause: text(cause), usage: text(usage) },
      numbers,
    ) === sum && outputSum(loopId, index, output) === outSum;
  if (!fits) throw damagedRow(loop, index);
  return {
    loop: loop.key,
    index,
    status,
    input,
    output,
    steps,
    logs,
    failure: isText(failure) ? (JSON.parse(failure) as Failure) : null,
    cause: text(cause),
    attempts: attempts as number,
    usage: isText(usage) ? (JSON.parse(usage) as IterationRow['usage']) : null,
    losses: losses as number,
    startedAt: startedAt as number,
    durationMs: durationMs as number,
  };
}

export function decodeOutput(
  loopId: number,
  loop: LoopName,
  cells: readonly Cell[],
): { index: number; output: string } {
  const [key, output, sum] = cells;
  const index = (key as number) - rowKey(loopId, 0);
  if (!isText(output) || outputSum(loopId, index, output) !== sum) throw damagedRow(loop, index);
  return { index, output };
}

/** Rows to insert at once; half the cost of a row is the call. */
const GROUP = 8;
const INSERT_ONE = `insert into rows (${COLUMNS}) values ${MARKS}`;
const INSERT_GROUP = `insert into rows (${COLUMNS}) values ${Array<string>(GROUP).fill(MARKS).join(', ')}`;
const PUT_ONE = `insert or replace into rows (${COLUMNS}) values ${MARKS}`;
/** All cells but the input, which a row has from its beginning, and the key. */
const SETTLE_ONE = `update rows set ${COLUMNS.split(', ')
  .filter((column) => column !== 'id' && column !== 'input')
  .map((column) => `${column} = ?`)
  .join(', ')} where id = ?`;

const BEGUN: Counted = { status: 'running', cause: null };

/** Writes rows of one loop; new ones, above all that are there, in groups. */
export class RowWriter {
  readonly loopId: number;
  private readonly db: Connection;
  private readonly name: LoopName;
  private highest: number;
  /** Rows above are still in `pending`. */
  private stored: number;
  private pending: Cell[] = [];
  /** Rows that were written as running and not again since; each is asked for once more, when it is settled. */
  private readonly begun = new Set<number>();

  constructor(db: Connection, loopId: number, name: LoopName) {
    this.db = db;
    this.loopId = loopId;
    this.name = name;
    this.highest = highestIndex(db, loopId);
    this.stored = this.highest;
  }

  /** What is there; it may be a row that was handed to `write` just now. */
  find(index: number): Counted | null {
    if (index > this.highest) return null;
    if (this.begun.has(index)) return BEGUN;
    if (index > this.stored) this.flush();
    return readRow(this.db, this.loopId, this.name, index);
  }

  write(row: IterationRow, cause: string | null): void {
    const { index } = row;
    const begun = this.begun.delete(index);
    if (row.status === 'running') this.begun.add(index);
    if (index <= this.highest) {
      if (index > this.stored) this.flush();
      const cells: Cell[] = [];
      encode(this.loopId, row, cause, cells);
      if (begun) {
        const [key = null, status = null, , ...rest] = cells;
        this.db.change(SETTLE_ONE, status, ...rest, key);
      } else this.db.change(PUT_ONE, ...cells);
      return;
    }
    this.highest = index;
    encode(this.loopId, row, cause, this.pending);
    if (this.pending.length < GROUP * WIDTH) return;
    this.db.sql(INSERT_GROUP).run(...this.pending);
    this.pending = [];
    this.stored = index;
  }

  flush(): void {
    for (let at = 0; at < this.pending.length; at += WIDTH) {
      this.db.sql(INSERT_ONE).run(...this.pending.slice(at, at + WIDTH));
    }
    this.pending = [];
    this.stored = this.highest;
  }
}

/** -1 when there is none. */
export function highestIndex(db: Connection, loopId: number): number {
  const text = 'select max(id) from rows where id >= ? and id < ?';
  const key = db.first(text, rowKey(loopId, 0), rowKey(loopId + 1, 0))?.[0] ?? null;
  return key === null ? -1 : Number(key) - rowKey(loopId, 0);
}

export function readRow(db: Connection, loopId: number, loop: LoopName, index: number): IterationRow | null {
  const cells = db.first(`select ${COLUMNS} from rows where id = ?`, rowKey(loopId, index));
  return cells === null ? null : decode(loopId, loop, cells);
}

export function deleteLoopRows(db: Connection, loopId: number): void {
  db.change('delete from rows where id >= ? and id < ?', rowKey(loopId, 0), rowKey(loopId + 1, 0));
}
