/**
 * Owns the suites of Dify: DSL files with results of the reference engine, and truth tables. A table's row becomes a
 * small DSL file, so that it goes the whole way from conversion to the end of a run.
 */
import { difyRuns } from './dify-runs.ts';
import { difyTables } from './dify-tables.ts';

export const runs = difyRuns;
export const tables = difyTables;
