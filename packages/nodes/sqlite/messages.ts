/** Owns what the process with the database and the runner say to each other. Does nothing. */
import type { Answer, SqlValue } from '../kit/sql/session.ts';

export interface Settings {
  /** A path that was checked. */
  path: string;
  readOnly: boolean;
  create: boolean;
}

export type Request =
  | { do: 'run'; text: string; values: readonly SqlValue[]; mostBytes: number }
  | { do: 'cursor'; text: string; values: readonly SqlValue[] }
  | { do: 'next'; count: number; mostBytes: number };

export interface Trouble {
  message: string;
  /** Extended result code of SQLite. */
  errcode?: number;
  tooManyBytes?: boolean;
}

export type Response = { answer: Answer } | { trouble: Trouble };
