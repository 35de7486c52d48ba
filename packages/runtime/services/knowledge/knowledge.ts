/**
 * Owns the door `knowledge` of effects: checks what comes in, and puts the kinds of search together.
 * Does not cut documents into chunks or make vectors; nodes do.
 */
import { FailureError, failure } from '@rondo/core/errors.ts';
import type { KnowledgeChunk, KnowledgeHit, KnowledgePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { corrupt } from '../../stores/sqlite/connection.ts';
import type { Database } from '../database.ts';
import { check, type ServiceLimits } from '../limit.ts';
import {
  addDocument,
  countBases,
  createBase,
  findBase,
  findChunk,
  matching,
  removeDocument,
  saveBase,
  type Base,
  type PreparedChunk,
} from './documents.ts';
import { fuse } from './fusion.ts';
import type { Scored } from './nearest.ts';
import { unitVector } from './unit-vector.ts';
import type { VectorSearch } from './vector-search.ts';
import { matchExpression } from './words.ts';

type KnowledgeLimits = Pick<
  ServiceLimits,
  'knowledge.bytes' | 'knowledge.chunks' | 'knowledge.bases' | 'knowledge.dimensions' | 'knowledge.hits'
>;

const LONGEST_NAME = 200;
/** Fusion needs more of each ranking than is answered: what is tenth in both may be first together. */
const FUSED_AT_LEAST = 50;
const FUSED_TIMES = 4;

function wrong(message: string, fix: string): FailureError {
  return new FailureError(failure('node-failed', `${message} ${fix}`, { fix, retry: 'no' }));
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

/** The name as SQLite keeps it: halves of characters are no text. */
function checkedName(name: string, what: string): string {
  if (name !== '' && name.length <= LONGEST_NAME) return name.toWellFormed();
  throw wrong(`${shown(name)} cannot be the name of a ${what}.`, `A name has 1 to ${LONGEST_NAME} characters.`);
}

function mismatch(base: string, has: number, given: number): FailureError {
  const fix = 'Use the embedding model that the base was filled with, or fill another base with the new one.';
  return wrong(`The vectors of the knowledge base ${shown(base)} have ${has} numbers; this one has ${given}.`, fix);
}

function checkedVector(vector: readonly number[], limits: KnowledgeLimits, where: string): Float32Array {
  const most = limits['knowledge.dimensions'];
  check('knowledge.dimensions', most, vector.length, where, `the vector has ${vector.length}`);
  const unit = unitVector(vector);
  if (unit !== null) return unit;
  const why = vector.length === 0 ? 'is empty' : 'has only zeros, or something that is not a number';
  throw wrong(`${where}: the vector ${why}.`, 'Give the vector as the embedding model answered it.');
}

/** The chunks, checked; all vectors have the same length. */
function prepared(base: string, document: string, chunks: readonly KnowledgeChunk[], limits: KnowledgeLimits) {
  const place = `knowledge base ${shown(base)}, document ${shown(document)}`;
  check('knowledge.chunks', limits['knowledge.chunks'], chunks.length, place, `the document has ${chunks.length}`);
  let dimensions: number | null = null;
  const all = chunks.map(({ text, vector }, position): PreparedChunk => {
    const where = `${place}, chunk ${position}`;
    const size = Buffer.byteLength(text);
    check('knowledge.bytes', limits['knowledge.bytes'], size, where, `the text has ${size}`);
    if (vector === null) return { text: text.toWellFormed(), vector: null };
    const unit = checkedVector(vector, limits, where);
    if (dimensions !== null && dimensions !== unit.length) throw mismatch(base, dimensions, unit.length);
    dimensions = unit.length;
    return { text: text.toWellFormed(), vector: unit };
  });
  return { all, dimensions: dimensions as number | null, place };
}

export function createKnowledge(database: Database, vectors: VectorSearch, limits: KnowledgeLimits): KnowledgePort {
  const near = async (name: string, base: Base, query: readonly number[] | null, most: number): Promise<Scored[]> => {
    const where = `search in the knowledge base ${shown(name)}`;
    if (query === null) {
      throw wrong(`${where}: searching by vectors needs the vector of the question.`, 'Give one, or search by text.');
    }
    const unit = checkedVector(query, limits, where);
    const { id, dimensions, revision } = base;
    if (dimensions === null) return [];
    if (dimensions !== unit.length) throw mismatch(name, dimensions, unit.length);
    return vectors.nearest({ id, dimensions, revision, vectors: base.vectors }, unit, most);
  };

  const worded = (name: string, text: string, most: number): Scored[] => {
    const expression = matchExpression(text);
    if (expression === null) return [];
    return database.read(() => {
      const base = findBase(database, name);
      return base === null ? [] : matching(database, base.id, expression, most);
    });
  };

  const hitOf = ({ id, score }: Scored): KnowledgeHit | null => {
    const chunk = findChunk(database, id);
    if (chunk === null) return null;
    try {
      return { ...chunk, meta: JSON.parse(chunk.meta) as Json, score };
    } catch {
      throw corrupt(`${database.path}, meta of document ${shown(chunk.document)}`);
    }
  };

  return {
    async put(base, document, chunks) {
      const name = checkedName(base, 'knowledge base');
      const { all, dimensions, place } = prepared(base, document.id, chunks, limits);
      if (document.id === '') throw wrong(`${place}: the document has no id.`, 'Give each document an id.');
      const stored = {
        name: document.id.toWellFormed(),
        title: document.title.toWellFormed(),
        meta: JSON.stringify(document.meta),
      };
      const size = Buffer.byteLength(stored.name + stored.title + stored.meta);
      check('knowledge.bytes', limits['knowledge.bytes'], size, place, `id, title and meta have ${size}`);
      await database.write(() => {
        let at = findBase(database, name);
        if (at === null) {
          // A document without chunks cannot be found: putting one is the same as removing it.
          if (all.length === 0) return;
          check('knowledge.bases', limits['knowledge.bases'], countBases(database) + 1, place);
          at = createBase(database, name);
        }
        removeDocument(database, at, stored.name);
        check('knowledge.chunks', limits['knowledge.chunks'], at.chunks + all.length, place);
        if (dimensions !== null) {
          if (at.vectors > 0 && at.dimensions !== null && at.dimensions !== dimensions)
            throw mismatch(base, at.dimensions, dimensions);
          at.dimensions = dimensions;
        }
        if (all.length > 0) addDocument(database, at, stored, all);
        saveBase(database, at);
      });
    },

    async remove(base, document) {
      return database.write(() => {
        const at = findBase(database, checkedName(base, 'knowledge base'));
        if (at === null || !removeDocument(database, at, document.toWellFormed())) return false;
        saveBase(database, at);
        return true;
      });
    },

    async search(base, { mode, text, vector, limit }) {
      const name = checkedName(base, 'knowledge base');
      if (!Number.isInteger(limit) || limit < 1) {
        throw wrong(`search in the knowledge base ${shown(base)}: ${limit} is no number of hits.`, 'It is 1 or more.');
      }
      const most = limits['knowledge.hits'];
      check('knowledge.hits', most, limit, `search in the knowledge base ${shown(base)}`, `${limit} were asked for`);
      const at = database.read(() => findBase(database, name));
      if (at === null) return [];
      let found: Scored[];
      if (mode === 'text') found = worded(name, text, limit);
      else if (mode === 'vector') found = await near(name, at, vector, limit);
      else {
        const deep = Math.max(FUSED_AT_LEAST, limit * FUSED_TIMES);
        found = fuse([await near(name, at, vector, deep), worded(name, text, deep)], limit);
      }
      return database.read(() => found.map(hitOf).filter((hit) => hit !== null));
    },
  };
}
