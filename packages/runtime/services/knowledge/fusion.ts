/** Owns making one ranking of several by the ranks alone (reciprocal rank fusion). Pure. */
import type { Scored } from './nearest.ts';

/** How little the first few ranks differ; the value of the paper that introduced the method. */
const RANK_CONSTANT = 60;

/** Scores from 0 to 1: what is first in every ranking has 1. */
export function fuse(rankings: readonly (readonly Scored[])[], limit: number): Scored[] {
  const best = rankings.length / (RANK_CONSTANT + 1);
  const sums = new Map<number, number>();
  for (const ranking of rankings) {
    for (const [rank, { id }] of ranking.entries()) {
      sums.set(id, (sums.get(id) ?? 0) + 1 / (RANK_CONSTANT + rank + 1) / best);
    }
  }
  return [...sums]
    .map(([id, score]) => ({ id, score: Math.min(1, score) }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, limit);
}
