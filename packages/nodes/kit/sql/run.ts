/**
 * Owns one call of an SQL node: which statements its parameters ask for, run on a connection of the run, and
 * their answer as items. Pages are in pages.ts. Knows no driver.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { isObject, put, type JsonObject } from '../paths.ts';
import { readChoice, readText, readTextList, wrongParameter } from '../read.ts';
import { within } from './deadline.ts';
import { nextPage } from './pages.ts';
import { OPERATIONS, type Operation } from './parameters.ts';
import { bind } from './placeholders.ts';
import { Pool } from './pool.ts';
import { asFailure } from './problems.ts';
import type { Answer, Driver, Session, SqlValue, Statement, TableOperation, Write } from './session.ts';
import { conditionText, readConditions, readSelection, readTable, selectStatement } from './statements.ts';
import { itemsOf, readParams, readValue, rowForm } from './values.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** What is kept per database for a run. */
interface Opened {
  pool: Pool;
  /** Kinds of columns by table; asked for once. */
  kinds: Map<string, Promise<ReadonlyMap<string, string>>>;
}

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

const timeoutOf = (call: EffectCall): number => parseDuration(call.params['timeout']) ?? DEFAULT_TIMEOUT_MS;

const openedBy = (call: EffectCall, driver: Driver): Promise<Opened> =>
  call.ports.keep(`sql ${driver.key} ${driver.connections}`, async () => {
    const pool = new Pool(driver.open, driver.connections);
    return { value: { pool, kinds: new Map() }, close: () => pool.close() };
  });

/** Statements of one call, made when a connection is there: some dialects ask for the table first. */
interface Plan {
  statements: (session: Session, opened: Opened) => Promise<readonly Statement[]>;
  /** What the person wrote, for positions in messages. */
  text: string | null;
  answer: (answers: readonly Answer[]) => Promise<Item[]>;
}

function counted(answers: readonly Answer[]): Item[] {
  const json: JsonObject = { affected: answers.reduce((sum, answer) => sum + answer.affected, 0) };
  const lastId = answers.at(-1)?.lastId;
  if (lastId !== undefined) json['lastId'] = lastId;
  return [{ json }];
}

async function planText(call: EffectCall, driver: Driver, operation: Operation): Promise<Plan> {
  const statement = bind(
    readText(call.params, 'sqlTemplate', '') || readText(call.params, 'sql'),
    await readParams(call),
    driver.dialect,
  );
  return {
    statements: async () => [statement],
    text: statement.text,
    answer: async (answers) => {
      const [answer] = answers;
      const { noRows } = call.params;
      const instead = noRows === undefined || noRows === null ? null : [{ json: noRows }];
      if (answer === undefined || answer.columns.length === 0 || operation === 'execute') {
        return instead ?? counted(answers);
      }
      const items = await itemsOf(answer, rowForm(call), call);
      return items.length === 0 ? (instead ?? items) : items;
    },
  };
}

async function planSelect(call: EffectCall, driver: Driver): Promise<Plan> {
  const selection = readSelection(call.params);
  return {
    statements: async (session, opened) => {
      const kinds = await kindsOf(session, opened, driver, selection.table);
      const conditions = selection.conditions.map((one) => ({
        ...one,
        value: stored(driver, one.value, kinds.get(one.column)),
      }));
      return [selectStatement(driver.dialect, { ...selection, conditions })];
    },
    text: null,
    answer: async ([answer]) => (answer === undefined ? [] : itemsOf(answer, rowForm(call), call)),
  };
}

const NO_KINDS: ReadonlyMap<string, string> = new Map();

function kindsOf(
  session: Session,
  opened: Opened,
  driver: Driver,
  table: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { columnKinds } = driver.dialect;
  if (columnKinds === undefined) return Promise.resolve(NO_KINDS);
  const name = JSON.stringify(table);
  const known = opened.kinds.get(name) ?? columnKinds(session, table);
  opened.kinds.set(name, known);
  known.catch(() => opened.kinds.delete(name));
  return known;
}

function stored(driver: Driver, value: SqlValue, kind: string | undefined): SqlValue {
  const { stored: change } = driver.dialect;
  if (change === undefined) return value;
  return Array.isArray(value) ? value.map((one) => change(one, kind) as Json) : change(value, kind);
}

/** The rows to write: of the parameter, else the items of the unit. */
async function readRows(call: EffectCall): Promise<Record<string, SqlValue>[]> {
  const given = call.params['rows'] ?? null;
  const listed = given === null ? null : Array.isArray(given) ? given : [given];
  const sources = listed ?? call.items.map((item) => item.json);
  const columns = readTextList(call.params, 'columns', []);
  return Promise.all(
    sources.map(async (source, i) => {
      if (!isObject(source)) {
        wrongParameter(listed === null ? `item ${i}` : `rows[${i}]`, 'an object of columns and values', source);
      }
      const row: JsonObject = {};
      const item = call.items[listed === null ? i : 0];
      for (const column of columns.length > 0 ? columns : Object.keys(source)) {
        if (!Object.hasOwn(source, column)) continue;
        put(row, column, (await readValue(source[column] ?? null, item, call.ports)) as Json);
      }
      if (Object.keys(row).length === 0) {
        refuse(`Row ${i} has no columns to write.`, 'Give rows, or columns that the items have.');
      }
      return row as Record<string, SqlValue>;
    }),
  );
}

async function planWrite(call: EffectCall, driver: Driver, operation: TableOperation): Promise<Plan> {
  const { dialect } = driver;
  const table = readTable(call.params);
  const key = readTextList(call.params, 'key', []);
  const conditions = readConditions(call.params);
  const match = readChoice(call.params, 'match', ['all', 'any'], 'all');
  const byWhere = (operation === 'update' || operation === 'delete') && conditions.length > 0;
  if (operation !== 'insert' && key.length === 0 && !byWhere) {
    refuse(
      `${operation} needs key${operation === 'upsert' ? ' (the columns that are unique)' : ', or where'}.`,
      operation === 'upsert' ? 'Name them in key.' : 'Say which rows; for all of them use execute with a statement.',
    );
  }
  const rows = operation === 'delete' && byWhere ? [] : await readRows(call);
  if (operation === 'update' && byWhere && rows.length !== 1) {
    refuse(`update with where sets one row of values, but there are ${rows.length}.`, 'Give one object in rows.');
  }
  const returning = readTextList(call.params, 'returning', []);
  return {
    statements: async (session, opened) => {
      const kinds = await kindsOf(session, opened, driver, table);
      const write: Write = {
        operation,
        table,
        key: byWhere ? [] : key,
        returning,
        onConflict: readChoice(call.params, 'onConflict', ['update', 'ignore'], 'update'),
        rows: dialect.stored === undefined ? rows : rows.map((row) => storedRow(driver, row, kinds)),
        where: byWhere
          ? (first, prefix) => {
              const ready = conditions.map((one) => ({
                ...one,
                value: stored(driver, one.value, kinds.get(one.column)),
              }));
              return conditionText(dialect, ready, match, first, prefix);
            }
          : null,
      };
      return write.rows.length === 0 && write.where === null ? [] : dialect.write(write);
    },
    text: null,
    answer: async (answers) => {
      if (returning.length === 0) return counted(answers);
      const lists = await Promise.all(answers.map((answer) => itemsOf(answer, rowForm(call), call)));
      return lists.flat();
    },
  };
}

function storedRow(
  driver: Driver,
  row: Record<string, SqlValue>,
  kinds: ReadonlyMap<string, string>,
): Record<string, SqlValue> {
  const out: Record<string, SqlValue> = {};
  for (const [column, value] of Object.entries(row)) {
    // A list of a row is one value (JSON text), unlike the lists of conditions.
    const ready = Array.isArray(value) ? value : stored(driver, value, kinds.get(column));
    put(out as JsonObject, column, ready as Json);
  }
  return out;
}

/** All statements, in one transaction where there are several. */
async function runAll(
  session: Session,
  statements: readonly Statement[],
  driver: Driver,
  mostBytes: number,
  stop: AbortSignal,
): Promise<Answer[]> {
  const [only] = statements;
  if (only === undefined) return [];
  if (statements.length === 1) return [await session.run(only, mostBytes)];
  const plain = (text: string): Promise<Answer> => session.run({ text, values: [] }, mostBytes);
  const answers: Answer[] = [];
  await plain(driver.dialect.begin);
  try {
    for (const statement of statements) {
      stop.throwIfAborted();
      answers.push(await session.run(statement, mostBytes));
    }
    stop.throwIfAborted();
    await plain('COMMIT');
    return answers;
  } catch (error) {
    // The transaction ends with the connection where it cannot be rolled back.
    if (!session.broken) await plain('ROLLBACK').catch(() => session.close(true));
    throw error;
  }
}

export async function runSql(call: EffectCall, driver: Driver): Promise<EffectResult> {
  const operation = readChoice(call.params, 'operation', OPERATIONS, 'query');
  const deadline = { signal: call.signal, timeoutMs: timeoutOf(call), where: driver.where };
  const pageSize = call.params['pageSize'];
  if (typeof pageSize === 'number') {
    if (operation !== 'query' && operation !== 'select') {
      refuse(`pageSize belongs to query and select, not to ${operation}.`, 'Take pageSize out.');
    }
    return nextPage(call, driver, { operation, pageSize, deadline, pool: (await openedBy(call, driver)).pool });
  }
  const plan =
    operation === 'query' || operation === 'execute'
      ? await planText(call, driver, operation)
      : operation === 'select'
        ? await planSelect(call, driver)
        : await planWrite(call, driver, operation);
  try {
    const opened = await openedBy(call, driver);
    const answers = await opened.pool.use(call.signal, (session) =>
      within(deadline, session, async (stop) =>
        runAll(session, await plan.statements(session, opened), driver, call.ports.limit('step.bytes'), stop),
      ),
    );
    return { items: await plan.answer(answers) };
  } catch (error) {
    throw asFailure(error, driver, call, plan.text);
  }
}
