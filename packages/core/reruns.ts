/** Owns the records of re-runs: when rows of a loop were done again, and what they had been before. Interfaces only. */
import type { IterationStatus } from './ports.ts';

/** One re-run of rows of a loop. The newest 20 of a loop are kept. */
export interface RerunRecord {
  /** Of this loop, from 1. */
  number: number;
  at: number;
  /** Who asked for it; null: nobody said. */
  by: string | null;
  /** Rows that were taken out. */
  count: number;
}

/** What a row was when a re-run took it out. */
export interface EarlierRow {
  /** Number of the re-run that took it out. */
  rerun: number;
  status: IterationStatus;
  cause: string | null;
  /** Of its failure, at most 300 characters. */
  message: string | null;
  attempts: number;
  startedAt: number;
  durationMs: number;
}
