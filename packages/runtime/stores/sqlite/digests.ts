/**
 * Owns how scores and causes lie in SQLite: the score in chunks of cells, so that a commit writes
 * only what it touched; one record per cause. Callers hold the transaction.
 */
import { crc32 } from 'node:zlib';
import { COUNTS_PER_CELL, emptyScore, SCORE_CELLS, SCORE_COLUMNS } from '@rondo/core/engine/score.ts';
import type { CauseRecord } from '@rondo/core/ports.ts';
import { CHUNK_CELLS, Digest } from '../digest.ts';
import { checksum, corrupt, type Cell, type Connection } from './connection.ts';
import { rowKey, statusOf } from './ledger.ts';

const CHUNK_COUNTS = CHUNK_CELLS * COUNTS_PER_CELL;

/** Zeros at the end are not written: a loop of five costs five. */
function pack(counts: Uint32Array): Uint8Array {
  let length = counts.length;
  while (length > 0 && counts[length - 1] === 0) length -= 1;
  return new Uint8Array(counts.slice(0, length).buffer);
}

function unpack(cell: Cell | undefined, length: number): Uint32Array | null {
  if (!(cell instanceof Uint8Array) || cell.length % 4 !== 0 || cell.length > length * 4) return null;
  return new Uint32Array(cell.slice().buffer);
}

function blobSum(values: readonly unknown[], blob: Uint8Array): number {
  return crc32(blob, checksum(values));
}

/** Null when a chunk is damaged. */
function readCells(db: Connection, loopId: number, per: number): Digest['cells'] | null {
  const chunks = db.all('select chunk, per, cells, sum from score where loop = ? order by chunk', loopId);
  const score = emptyScore(Number(chunks[0]?.[1] ?? per));
  const last = Number(chunks.at(-1)?.[0] ?? -1);
  if (!(last < SCORE_CELLS / CHUNK_CELLS)) return null;
  score.counts = new Uint32Array((last + 1) * CHUNK_COUNTS);
  for (const [chunk, chunkPer, blob, sum] of chunks) {
    const counts = unpack(blob, CHUNK_COUNTS);
    if (counts === null || chunkPer !== score.per) return null;
    if (blobSum([loopId, chunk, chunkPer], blob as Uint8Array) !== sum) return null;
    const at = Number(chunk) * CHUNK_COUNTS;
    score.counts.set(counts, at);
    score.used = Math.max(score.used, Math.ceil((at + counts.length) / COUNTS_PER_CELL));
  }
  return score;
}

/** Null when one is damaged. */
function readCauses(db: Connection, loopId: number, key: number): CauseRecord[] | null {
  const list: CauseRecord[] = [];
  const text = 'select cause, message, node, count, first, last, columns, sum from causes where loop = ?';
  for (const [cause, message, node, count, first, last, blob, sum] of db.all(text, loopId)) {
    const packed = unpack(blob, SCORE_COLUMNS);
    if (packed === null) return null;
    if (blobSum([loopId, cause, message, node, count, first, last], blob as Uint8Array) !== sum) return null;
    const columns = new Uint32Array(SCORE_COLUMNS);
    columns.set(packed);
    const names = { cause, message, node } as Pick<CauseRecord, 'cause' | 'message' | 'node'>;
    const counts = { count, first, last } as Pick<CauseRecord, 'count' | 'first' | 'last'>;
    list.push({ loop: key, ...names, ...counts, columns });
  }
  return list;
}

/** `per`: of the empty score, if nothing was written yet. Null: damaged. */
export function readDigest(db: Connection, loopId: number, key: number, per: number): Digest | null {
  const cells = readCells(db, loopId, per);
  const causes = readCauses(db, loopId, key);
  return cells === null || causes === null ? null : new Digest(key, cells, causes);
}

/** Score and causes again from the rows, by one scan. */
export function rebuildDigest(db: Connection, loopId: number, key: number, per: number): Digest {
  const digest = Digest.empty(key, per);
  const text = 'select id, status, failure, cause from rows where id >= ? and id < ?';
  for (const [id, code, failure, cause] of db.each(text, rowKey(loopId, 0), rowKey(loopId + 1, 0))) {
    const index = Number(id) - rowKey(loopId, 0);
    const status = statusOf(code);
    if (status === undefined) continue;
    // The cause was assigned when the row was written; it only has to be counted again.
    const known = typeof failure === 'string' ? (JSON.parse(failure) as CauseSource) : null;
    digest.write({ index, status, failure: known, cause: cause as string | null }, null);
  }
  return digest;
}

type CauseSource = NonNullable<Parameters<Digest['write']>[0]['failure']>;

/** Everything is written again, over whatever was there. */
export function replaceDigest(db: Connection, loopId: number, digest: Digest): void {
  deleteDigest(db, loopId);
  for (let chunk = 0; chunk * CHUNK_CELLS < digest.cells.used; chunk += 1) digest.touchedChunks.add(chunk);
  for (const cause of digest.causes.keys()) digest.touchedCauses.add(cause);
  saveDigest(db, loopId, digest);
}

export function deleteDigest(db: Connection, loopId: number): void {
  db.change('delete from score where loop = ?', loopId);
  db.change('delete from causes where loop = ?', loopId);
}

function saveChunk(db: Connection, loopId: number, digest: Digest, chunk: number): void {
  const { per, counts } = digest.cells;
  const blob = pack(counts.subarray(chunk * CHUNK_COUNTS, (chunk + 1) * CHUNK_COUNTS));
  const sum = blobSum([loopId, chunk, per], blob);
  const text = 'insert or replace into score (loop, chunk, per, cells, sum) values (?, ?, ?, ?, ?)';
  db.change(text, loopId, chunk, per, blob, sum);
}

function bounds(db: Connection, loopId: number, cause: CauseRecord): void {
  const from = 'from rows indexed by rows_cause where status = 2 and cause = ? and id >= ? and id < ?';
  const range = [cause.cause, rowKey(loopId, 0), rowKey(loopId + 1, 0)] as const;
  const first = db.first(`select min(id) ${from}`, ...range)?.[0] ?? null;
  const last = db.first(`select max(id) ${from}`, ...range)?.[0] ?? null;
  if (first === null || last === null) throw corrupt(`cause ${cause.cause}`);
  cause.first = Number(first) - rowKey(loopId, 0);
  cause.last = Number(last) - rowKey(loopId, 0);
}

function saveCause(db: Connection, loopId: number, cause: CauseRecord): void {
  const blob = pack(cause.columns);
  const { cause: id, message, node, count, first, last } = cause;
  const sum = blobSum([loopId, id, message, node, count, first, last], blob);
  const columns = 'loop, cause, message, node, count, first, last, columns, sum';
  const text = `insert or replace into causes (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  db.change(text, loopId, id, message, node, count, first, last, blob, sum);
}

/** Writes what was touched. The rows must be written. */
export function saveDigest(db: Connection, loopId: number, digest: Digest): void {
  if (digest.rebinned) {
    db.change('delete from score where loop = ?', loopId);
    for (let chunk = 0; chunk * CHUNK_CELLS < digest.cells.used; chunk += 1) saveChunk(db, loopId, digest, chunk);
  } else {
    for (const chunk of digest.touchedChunks) saveChunk(db, loopId, digest, chunk);
  }
  for (const id of digest.touchedCauses) {
    const cause = digest.causes.get(id);
    if (cause === undefined) db.change('delete from causes where loop = ? and cause = ?', loopId, id);
    else {
      if (digest.staleBounds.has(id)) bounds(db, loopId, cause);
      saveCause(db, loopId, cause);
    }
  }
  digest.settled();
}
