/** Tests of the arithmetic of the score. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addCount,
  columnOf,
  emptyScore,
  halveColumns,
  iterationsPerCell,
  makeRoom,
  type Outcome,
  readScore,
  recordOutcome,
  SCORE_CELLS,
  SCORE_COLUMNS,
} from './score.ts';

describe('score', () => {
  it.each([
    [null, 1],
    [0, 1],
    [8_000, 1],
    [8_001, 2],
    [1_000_000, 125],
  ])('a loop of %s has %s iterations a cell', (total, per) => {
    expect(iterationsPerCell(total)).toBe(per);
  });

  it('moves an iteration from one count to another and takes it out', () => {
    const score = emptyScore(10);
    expect(recordOutcome(score, 25, null, 'failed')).toBe(2);
    expect(recordOutcome(score, 25, 'failed', 'completed')).toBe(2);
    expect(recordOutcome(score, 25, 'completed', 'completed')).toBe(-1);
    expect(readScore(score)).toEqual({
      per: 10,
      completed: Uint32Array.of(0, 0, 1),
      failed: Uint32Array.of(0, 0, 0),
      skipped: Uint32Array.of(0, 0, 0),
    });
    recordOutcome(score, 25, 'completed', null);
    expect(readScore(score).completed[2]).toBe(0);
  });

  it('takes little room for a short loop', () => {
    const score = emptyScore(1);
    recordOutcome(score, 4, null, 'completed');
    expect(score.counts.byteLength).toBeLessThan(256);
  });

  it('says the same as counting, whatever is written in which order, while it doubles', () => {
    const outcome = fc.constantFrom<Outcome | null>('completed', 'failed', 'skipped', null);
    const writes = fc.array(fc.tuple(fc.nat(100_000), outcome), { maxLength: 200 });
    fc.assert(
      fc.property(writes, (list) => {
        const score = emptyScore(1);
        const columns = new Uint32Array(SCORE_COLUMNS);
        const rows = new Map<number, Outcome | null>();
        for (const [index, is] of list) {
          for (let times = makeRoom(score, index); times > 0; times -= 1) halveColumns(columns);
          const was = rows.get(index) ?? null;
          recordOutcome(score, index, was, is);
          if (was === 'failed') addCount(columns, columnOf(index, score.per), -1);
          if (is === 'failed') addCount(columns, columnOf(index, score.per), 1);
          rows.set(index, is);
        }
        const { per, ...counts } = readScore(score);
        const expected = {
          completed: new Map<number, number>(),
          failed: new Map<number, number>(),
          skipped: new Map<number, number>(),
        };
        for (const [index, is] of rows) {
          if (is === null) continue;
          const cell = Math.floor(index / per);
          expected[is].set(cell, (expected[is].get(cell) ?? 0) + 1);
          expect(cell).toBeLessThan(SCORE_CELLS);
        }
        for (const kind of ['completed', 'failed', 'skipped'] as const) {
          const found = [...counts[kind].entries()].filter(([, count]) => count > 0);
          expect(new Map(found)).toEqual(expected[kind]);
        }
        const perColumn = new Uint32Array(SCORE_COLUMNS);
        for (const [index, is] of rows) if (is === 'failed') addCount(perColumn, columnOf(index, per), 1);
        expect(columns).toEqual(perColumn);
      }),
    );
  });
});
