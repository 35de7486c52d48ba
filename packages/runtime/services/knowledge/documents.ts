/**
 * Owns the rows of documents and chunks, and the full text index of each base. Called inside
 * transactions. Does not check sizes or search vectors.
 *
 * Each base has an index of its own: how rare a word is depends on the texts of that base only, and
 * a small base is not slowed down by a large one.
 */
import type { Cell } from '../../stores/sqlite/connection.ts';
import type { Database } from '../database.ts';
import type { Scored } from './nearest.ts';
import { bytesOf } from './unit-vector.ts';
import { indexed } from './words.ts';

export interface Base {
  id: number;
  /** null while it has no vectors. */
  dimensions: number | null;
  chunks: number;
  vectors: number;
  revision: number;
}

export interface PreparedChunk {
  text: string;
  vector: Float32Array | null;
}

export interface StoredDocument {
  name: string;
  title: string;
  meta: string;
}

/** The id is a number of ours, so the name of the table is one too. */
function indexOf(base: number): string {
  return `words_${Math.trunc(base)}`;
}

export function findBase(database: Database, name: string): Base | null {
  const columns = 'id, dimensions, chunks, vectors, revision';
  const row = database.first(`select ${columns} from bases where name = ?`, name);
  if (row === null) return null;
  const [id, dimensions, chunks, vectors, revision] = row;
  return {
    id: Number(id),
    dimensions: dimensions === null ? null : Number(dimensions),
    chunks: Number(chunks),
    vectors: Number(vectors),
    revision: Number(revision),
  };
}

export function countBases(database: Database): number {
  return Number(database.first('select count(*) from bases')?.[0]);
}

export function createBase(database: Database, name: string): Base {
  const columns = '(name, dimensions, chunks, vectors, revision) values (?, null, 0, 0, 0)';
  const id = database.insert(`insert into bases ${columns}`, name);
  // The index alone, without a second copy of the texts.
  const options = `content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"`;
  database.define(`create virtual table ${indexOf(id)} using fts5 (text, ${options})`);
  return { id, dimensions: null, chunks: 0, vectors: 0, revision: 0 };
}

/** The base as it is now; one without chunks is taken away. */
export function saveBase(database: Database, base: Base): void {
  if (base.chunks === 0) {
    database.change('delete from bases where id = ?', base.id);
    database.define(`drop table ${indexOf(base.id)}`);
    return;
  }
  const { dimensions, chunks, vectors, revision, id } = base;
  const change = 'update bases set dimensions = ?, chunks = ?, vectors = ?, revision = ? where id = ?';
  database.change(change, vectors === 0 ? null : dimensions, chunks, vectors, revision + 1, id);
}

/** Takes a document away, and its chunks off the base's counts; false when it is not there. */
export function removeDocument(database: Database, base: Base, name: string): boolean {
  const row = database.first('select id from documents where base = ? and name = ?', base.id, name);
  if (row === null) return false;
  const document = Number(row[0]);
  const chunks = database.all('select id from chunks where document = ?', document);
  const unindex = database.writer(`delete from ${indexOf(base.id)} where rowid = ?`);
  for (const [id] of chunks) {
    unindex.run(Number(id));
    base.vectors -= database.change('delete from vectors where chunk = ?', Number(id));
  }
  base.chunks -= database.change('delete from chunks where document = ?', document);
  database.change('delete from documents where id = ?', document);
  return true;
}

export function addDocument(
  database: Database,
  base: Base,
  { name, title, meta }: StoredDocument,
  chunks: readonly PreparedChunk[],
): void {
  const insert = 'insert into documents (base, name, title, meta) values (?, ?, ?, ?)';
  const document = database.insert(insert, base.id, name, title, meta);
  const index = database.writer(`insert into ${indexOf(base.id)} (rowid, text) values (?, ?)`);
  const add = 'insert into chunks (base, document, position, text) values (?, ?, ?, ?)';
  for (const [position, { text, vector }] of chunks.entries()) {
    const chunk = database.insert(add, base.id, document, position, text);
    index.run(chunk, indexed(text));
    if (vector === null) continue;
    database.change('insert into vectors (chunk, base, numbers) values (?, ?, ?)', chunk, base.id, bytesOf(vector));
    base.vectors += 1;
  }
  base.chunks += chunks.length;
}

/** By BM25; the best has 1, the others their share of it. */
export function matching(database: Database, base: number, expression: string, limit: number): Scored[] {
  const table = indexOf(base);
  const query = `select rowid, bm25(${table}) from ${table} where ${table} match ? order by rank, rowid limit ?`;
  const rows = database.reader(query).all(expression, limit) as unknown as Cell[][];
  const best = Number(rows[0]?.[1]);
  return rows.map(([id, score]) => ({ id: Number(id), score: best === 0 ? 1 : Math.min(1, Number(score) / best) }));
}

export interface StoredChunk {
  document: string;
  title: string;
  position: number;
  text: string;
  meta: string;
}

/** null when it is gone in the meantime. */
export function findChunk(database: Database, id: number): StoredChunk | null {
  const columns = 'd.name, d.title, c.position, c.text, d.meta';
  const row = database.first(
    `select ${columns} from chunks c join documents d on d.id = c.document where c.id = ?`,
    id,
  );
  if (row === null) return null;
  const [document, title, position, text, meta] = row.map(String);
  return { document, title, position: Number(position), text, meta } as StoredChunk;
}
