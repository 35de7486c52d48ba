/**
 * Owns the small records in SQLite: runs, leases, journal events, loops. Each carries a checksum
 * over everything it means, made when it is written and checked when it is read.
 * Callers hold the transaction.
 */
import type { JournalEvent } from '@rondo/core/events.ts';
import type { Failure } from '@rondo/core/errors.ts';
import type { Control, LoopRecord, LoopStatus, RunQuery, RunRecord, RunStatus } from '@rondo/core/ports.ts';
import { checksum, corrupt, type Cell, type Connection } from './connection.ts';

export interface LeaseRecord {
  run: number;
  owner: string | null;
  token: number;
  expiresAt: number;
  heartbeatAt: number | null;
  control: Control;
}

type NewRun = Pick<RunRecord, 'id' | 'workflow' | 'definition' | 'options' | 'createdAt'>;
export type RunPatch = Partial<Pick<RunRecord, 'status' | 'output' | 'failure' | 'startedAt' | 'finishedAt' | 'usage'>>;

const LEASE = 'l.run, l.owner, l.token, l.expires_at, l.heartbeat_at, l.control, l.sum';

function decodeLease(cells: Cell[], run: string): LeaseRecord {
  const [key, owner, token, expiresAt, heartbeatAt, control, sum] = cells;
  if (checksum([key, owner, token, expiresAt, heartbeatAt, control]) !== sum) throw corrupt(`run ${run}, its lease`);
  return { run: key, owner, token, expiresAt, heartbeatAt, control } as LeaseRecord;
}

/** Null when there is no such run. */
export function leaseOf(db: Connection, run: string): LeaseRecord | null {
  const cells = db.first(`select ${LEASE} from runs r join leases l on l.run = r.key where r.id = ?`, run);
  return cells === null ? null : decodeLease(cells, run);
}

export function putLease(db: Connection, lease: LeaseRecord): void {
  const { run, owner, token, expiresAt, heartbeatAt, control } = lease;
  const sum = checksum([run, owner, token, expiresAt, heartbeatAt, control]);
  const columns = 'run, owner, token, expires_at, heartbeat_at, control, sum';
  const text = `insert or replace into leases (${columns}) values (?, ?, ?, ?, ?, ?, ?)`;
  db.change(text, run, owner, token, expiresAt, heartbeatAt, control, sum);
}

// ---- runs ----

const RUN =
  'r.key, r.id, r.workflow, r.definition, r.options, r.created_at, r.text_sum, ' +
  'r.status, r.output, r.failure, r.started_at, r.finished_at, r.usage, r.sum';

/** Runs of older versions have no usage; that of others counts only where there is one. */
function runSum(id: Cell, textSum: Cell, state: readonly (Cell | undefined)[]): number {
  const [usage = null] = state.slice(5);
  return checksum([id, textSum, ...state.slice(0, 5), ...(usage === null ? [] : [usage])]);
}

export function insertRun(db: Connection, run: NewRun): void {
  const { id, workflow, definition, options, createdAt } = run;
  const textSum = checksum([id, workflow, definition, options, createdAt]);
  const sum = runSum(id, textSum, ['queued', null, null, null, null]);
  const columns = 'id, workflow, definition, options, created_at, text_sum, status, sum';
  const text = `insert into runs (${columns}) values (?, ?, ?, ?, ?, ?, 'queued', ?) returning key`;
  const key = Number(db.first(text, id, workflow, definition, options, createdAt, textSum, sum)?.[0]);
  putLease(db, { run: key, owner: null, token: 0, expiresAt: 0, heartbeatAt: null, control: 'none' });
}

function decodeRun(cells: Cell[]): RunRecord {
  const [, id, workflow, definition, options, createdAt, textSum, ...state] = cells.slice(0, 14);
  const [status, output, failure, startedAt, finishedAt, usage, sum] = state;
  if (checksum([id, workflow, definition, options, createdAt]) !== textSum) throw corrupt(`run ${String(id)}`);
  if (runSum(id ?? null, textSum ?? null, [status, output, failure, startedAt, finishedAt, usage]) !== sum) {
    throw corrupt(`run ${String(id)}, its state`);
  }
  const lease = decodeLease(cells.slice(14), String(id));
  return {
    id: id as string,
    workflow: workflow as string,
    definition: definition as string,
    options: options as string,
    status: status as RunStatus,
    control: lease.control,
    output: output as string | null,
    failure: failure === null ? null : (JSON.parse(failure as string) as Failure),
    createdAt: createdAt as number,
    startedAt: startedAt as number | null,
    finishedAt: finishedAt as number | null,
    heartbeatAt: lease.heartbeatAt,
    usage: usage === null ? null : (JSON.parse(usage as string) as RunRecord['usage']),
  };
}

const FROM_RUNS = `select ${RUN}, ${LEASE} from runs r join leases l on l.run = r.key`;

export function getRun(db: Connection, id: string): RunRecord | null {
  const cells = db.first(`${FROM_RUNS} where r.id = ?`, id);
  return cells === null ? null : decodeRun(cells);
}

/** Newest first, older than the run with key `before`. */
export function listRuns(db: Connection, before: number, query: Omit<RunQuery, 'before'>): RunRecord[] {
  const conditions = ['r.key < ?'];
  const values: Cell[] = [before];
  for (const column of ['status', 'workflow'] as const) {
    const wanted = query[column];
    if (wanted === undefined) continue;
    conditions.push(`r.${column} = ?`);
    values.push(wanted);
  }
  const text = `${FROM_RUNS} where ${conditions.join(' and ')} order by r.key desc limit ?`;
  return db.all(text, ...values, query.limit).map(decodeRun);
}

/** The oldest first, younger than the run with key `after`. */
export function endedRuns(
  db: Connection,
  before: number,
  after: number,
  limit: number,
): { id: string; status: RunStatus }[] {
  const text =
    'select id, status from runs where key > ? and finished_at < ? and status in (?, ?, ?) order by key limit ?';
  return db
    .all(text, after, before, 'completed', 'failed', 'cancelled', limit)
    .map(([id, status]) => ({ id: String(id), status: status as RunStatus }));
}

export function patchRun(db: Connection, key: number, patch: RunPatch): void {
  const columns = 'id, text_sum, status, output, failure, started_at, finished_at, usage, sum';
  const cells = db.first(`select ${columns} from runs where key = ?`, key);
  const [id = null, textSum = null, ...rest] = cells ?? [];
  const was = rest.slice(0, 6);
  if (runSum(id, textSum, was) !== rest[6]) throw corrupt(`run ${String(id)}, its state`);
  const [status, output, failure, startedAt, finishedAt, usage] = was as (string | number | null)[];
  const is: Cell[] = [
    patch.status ?? status ?? null,
    (patch.output === undefined ? output : patch.output) ?? null,
    (patch.failure === undefined ? failure : patch.failure && JSON.stringify(patch.failure)) ?? null,
    (patch.startedAt === undefined ? startedAt : patch.startedAt) ?? null,
    (patch.finishedAt === undefined ? finishedAt : patch.finishedAt) ?? null,
    (patch.usage === undefined ? usage : patch.usage && JSON.stringify(patch.usage)) ?? null,
  ];
  const set = 'status = ?, output = ?, failure = ?, started_at = ?, finished_at = ?, usage = ?, sum = ?';
  db.change(`update runs set ${set} where key = ?`, ...is, runSum(id, textSum, is), key);
}

/** Another definition from now on; what else the run was created with stays. */
export function putDefinition(db: Connection, key: number, definition: string): void {
  const created = 'id, workflow, definition, options, created_at, text_sum';
  const cells = db.first(
    `select ${created}, status, output, failure, started_at, finished_at, usage from runs where key = ?`,
    key,
  );
  const [id = null, workflow, had, options, createdAt, sum, ...state] = cells ?? [];
  if (checksum([id, workflow, had, options, createdAt]) !== sum) throw corrupt(`run ${String(id)}`);
  const textSum = checksum([id, workflow, definition, options, createdAt]);
  const text = 'update runs set definition = ?, text_sum = ?, sum = ? where key = ?';
  db.change(text, definition, textSum, runSum(id, textSum, state), key);
}

// ---- journal ----

export function putEvent(db: Connection, run: number, event: JournalEvent): void {
  const text = JSON.stringify(event);
  const sum = checksum([run, event.seq, event.frame, text]);
  const columns = 'run, seq, frame, event, sum';
  const into = `insert or replace into journal (${columns}) values (?, ?, ?, ?, ?)`;
  db.change(into, run, event.seq, event.frame, text, sum);
}

export function forgetFrame(db: Connection, run: number, frame: string): void {
  const condition = frame === '' ? 'run = ? and frame = ?' : "run = ? and frame = ? and frame <> ''";
  db.change(`delete from journal where ${condition}`, run, frame);
}

export function journalOf(db: Connection, run: number, id: string, after = -1): JournalEvent[] {
  const text = 'select seq, frame, event, sum from journal where run = ? and seq > ? order by seq';
  const cells = db.all(text, run, after);
  return cells.map(([seq, frame, event, sum]) => {
    if (checksum([run, seq, frame, event]) !== sum) throw corrupt(`run ${id}, journal event ${String(seq)}`);
    return JSON.parse(event as string) as JournalEvent;
  });
}

// ---- loops ----

export interface StoredLoop {
  /** Unique in the database; rows carry it. */
  id: number;
  record: LoopRecord;
}

const LOOP =
  'id, run, key, path, node, status, total, completed, failed, skipped, cursor, carry, tally, ' +
  'started_at, duration, sum';

function decodeLoop(cells: Cell[], run: string): StoredLoop {
  if (checksum(cells.slice(0, 15)) !== cells[15]) throw corrupt(`run ${run}, loop ${String(cells[3])}`);
  const [
    id,
    ,
    key,
    path,
    node,
    status,
    total,
    completed,
    failed,
    skipped,
    cursor,
    carry,
    tally,
    startedAt,
    durationMs,
  ] = cells;
  const counts = { total, completed, failed, skipped, cursor, startedAt, durationMs } as Pick<
    LoopRecord,
    'total' | 'completed' | 'failed' | 'skipped' | 'cursor' | 'startedAt' | 'durationMs'
  >;
  return {
    id: id as number,
    record: {
      ...counts,
      key: key as number,
      path: path as string,
      node: node as string,
      status: status as LoopStatus,
      carry: carry as string | null,
      tally: tally as string,
    },
  };
}

export function loopByKey(db: Connection, run: number, key: number, id: string): StoredLoop | null {
  const cells = db.first(`select ${LOOP} from loops where run = ? and key = ?`, run, key);
  return cells === null ? null : decodeLoop(cells, id);
}

export function loopByPath(db: Connection, run: number, path: string, id: string): StoredLoop | null {
  const cells = db.first(`select ${LOOP} from loops where run = ? and path = ?`, run, path);
  return cells === null ? null : decodeLoop(cells, id);
}

export function loopsOf(db: Connection, run: number, id: string): StoredLoop[] {
  return db.all(`select ${LOOP} from loops where run = ? order by key`, run).map((cells) => decodeLoop(cells, id));
}

/** Null: a new one. Answers the id. */
export function putLoop(db: Connection, run: number, known: number | null, loop: LoopRecord): number {
  const id = known ?? Number(db.first('select ifnull(max(id), 0) + 1 from loops')?.[0]);
  const values: Cell[] = [
    id,
    run,
    loop.key,
    loop.path,
    loop.node,
    loop.status,
    loop.total,
    loop.completed,
    loop.failed,
    loop.skipped,
    loop.cursor,
    loop.carry,
    loop.tally,
    loop.startedAt,
    loop.durationMs,
  ];
  const marks = '?, '.repeat(15) + '?';
  const set =
    'path = excluded.path, node = excluded.node, status = excluded.status, total = excluded.total, ' +
    'completed = excluded.completed, failed = excluded.failed, skipped = excluded.skipped, ' +
    'cursor = excluded.cursor, carry = excluded.carry, tally = excluded.tally, started_at = excluded.started_at, ' +
    'duration = excluded.duration, sum = excluded.sum';
  const text = `insert into loops (${LOOP}) values (${marks}) on conflict (id) do update set ${set}`;
  db.change(text, ...values, checksum(values));
  return id;
}
