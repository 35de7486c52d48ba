/**
 * Owns what a SELECT is made of once it is read. Does not read (parse.ts) or run it (run.ts).
 */
import type { Json } from '../model/item.ts';

export type Expression =
  | { kind: 'value'; value: Json }
  | { kind: 'column'; table: string | null; name: string }
  | { kind: 'member'; of: Expression; name: string | number | Expression }
  | { kind: 'not' | 'negative'; of: Expression }
  | { kind: 'binary'; op: string; left: Expression; right: Expression }
  | { kind: 'null'; of: Expression; isNot: boolean }
  | { kind: 'in'; of: Expression; list: Expression[] | Query; isNot: boolean }
  | { kind: 'between'; of: Expression; low: Expression; high: Expression; isNot: boolean }
  | { kind: 'like'; of: Expression; pattern: Expression; isRegex: boolean; isNot: boolean }
  | { kind: 'case'; of: Expression | null; when: [Expression, Expression][]; otherwise: Expression | null }
  | { kind: 'call'; name: string; given: Expression[] }
  | { kind: 'cast'; of: Expression; type: string }
  /** Over the rows of a group; without `of`: the rows themselves. */
  | { kind: 'aggregate'; name: string; of: Expression | null; isDistinct: boolean }
  | { kind: 'query'; query: Query };

export interface Column {
  /** Null: all columns of `table`, or of all tables. */
  value: Expression | null;
  table: string | null;
  /** What the result calls it. */
  name: string;
}

export interface Table {
  /** A name, or a query in its place. */
  from: string | Query;
  name: string;
}

export interface Join extends Table {
  how: 'inner' | 'left' | 'right' | 'outer' | 'cross';
  on: Expression | null;
  using: string[];
}

export interface Sort {
  by: Expression;
  descends: boolean;
}

export interface Select {
  isDistinct: boolean;
  columns: Column[];
  from: Table | null;
  joins: Join[];
  where: Expression | null;
  groupBy: Expression[];
  having: Expression | null;
}

export interface Query {
  selects: {
    select: Select /** How it is added to those before it. */;
    add: 'all' | 'distinct' | 'except' | 'intersect';
  }[];
  sort: Sort[];
  limit: number | null;
  offset: number;
}

/** What cannot be read, or asks for what there is not. */
export class SelectError extends Error {}
