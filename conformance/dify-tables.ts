/**
 * Owns the suite of Dify's truth tables: conditions, outputs of code, the assigner, the list operator. Rows become
 * nodes of small DSL files, many to a file, so that each goes the whole way from conversion to the end of a run. A
 * node that fails leaves through its fail-branch.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePointed } from '@rondo/core/dify/numbers.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Case, Outcome, Suite } from './case.ts';
import { difference } from './compare.ts';
import { runForeign, type ForeignRun } from './run-foreign.ts';

type Row = { [key: string]: Json };
type Data = { [key: string]: Json };

/** A row as part of a file. */
interface Part {
  /** The node under test, without its id and error strategy. */
  data: Data;
  /** Outputs of the node `src`, by name. */
  given?: Data;
  /** Variables of the conversation, by name. */
  conversation?: { name: string; type: string; value: Json };
}

/** What became of the node: where it left, and with what. */
interface Found {
  outputs: Json[][];
  /** Its message; null when it did not fail. */
  error: string | null;
  /** Its variable of the conversation at the end. */
  variable: Json | undefined;
}

interface Table {
  file: string;
  part(row: Row, id: string): Part;
  judge(row: Row, found: Found): string | null;
  name(row: Row): string;
}

const ROWS_IN_A_FILE = 40;

const textOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');

/** Long values are written short in the tables. */
function whole(value: Json | undefined): Json {
  const [, kind, length] = /^<(str|list) len (\d+)>$/.exec(String(value)) ?? [];
  if (kind === 'str') return 'x'.repeat(Number(length));
  return kind === 'list' ? Array.from({ length: Number(length) }, () => 1) : (value ?? null);
}

/** Where an error is expected any will do, unless its text is given. */
function judgeError(expected: Json | undefined, error: string | null, exact: boolean): string | null {
  if (error === null) return `expected the failure ${textOf(expected)}, found none`;
  const wanted = textOf(expected).replace(/^RuntimeError: /, '');
  return !exact || wanted === error ? null : `expected the failure ${wanted}, found ${error}`;
}

const TABLES: readonly Table[] = [
  {
    file: 'conditions.jsonl',
    name: (row) => `${textOf(row.type)} ${textOf(row.value)} ${textOf(row.op)} ${textOf(row.expected)}`,
    part: (row, id) => ({
      given: { [id]: row.value ?? null },
      data: {
        type: 'if-else',
        cases: [
          {
            case_id: 'true',
            logical_operator: 'and',
            conditions: [
              {
                id: 'c',
                comparison_operator: row.op ?? '',
                variable_selector: ['src', id],
                value: row.expected ?? null,
              },
            ],
          },
        ],
      },
    }),
    judge: (row, { outputs, error }) => {
      if (row.error !== undefined) return judgeError(row.error, error, false);
      if (error !== null) return `expected ${textOf(row.result)}, found the failure ${error}`;
      return difference(row.result, (outputs[0] ?? []).length > 0);
    },
  },
  {
    file: 'code_outputs.jsonl',
    name: (row) => `${textOf(row.declared)} ${textOf(row.returned).slice(0, 60)}`,
    part: (row, id) => ({
      given: { [id]: whole(row.returned) },
      data: {
        type: 'code',
        code_language: 'python3',
        code: 'def main(v):\n    return {"r": v}\n',
        outputs: { r: { type: row.declared ?? '', children: null } },
        variables: [{ variable: 'v', value_selector: ['src', id] }],
      },
    }),
    judge: (row, { outputs, error }) => {
      if (row.ok !== true) return judgeError(row.error, error, true);
      if (error !== null) return `expected ${textOf(row.stored)}, found the failure ${error}`;
      const stored = row.stored === '<same>' ? whole(row.returned) : row.stored;
      return difference({ r: stored }, outputs[0]?.[0]);
    },
  },
  {
    file: 'assigner_v2.jsonl',
    name: (row) =>
      `${textOf(row.type)} ${textOf(row.initial)} ${textOf(row.operation)} ${textOf(row.input_type)} ${textOf(row.value)}`,
    part: (row, id) => ({
      given: { [id]: row.value ?? null },
      conversation: { name: id, type: textOf(row.type), value: row.initial ?? null },
      data: {
        type: 'assigner',
        version: '2',
        items: [
          {
            variable_selector: ['conversation', id],
            operation: row.operation ?? '',
            input_type: row.input_type ?? '',
            value: row.input_type === 'variable' ? ['src', id] : (row.value ?? null),
          },
        ],
      },
    }),
    judge: (row, { error, variable }) => {
      if (row.error !== undefined) return judgeError(row.error, error, true);
      if (error !== null) return `expected ${textOf(row.result)}, found the failure ${error}`;
      return difference(row.result, variable);
    },
  },
  {
    file: 'list_operator.jsonl',
    name: (row) => `${textOf(row.values)} ${textOf(row.config)}`,
    part: (row, id) => ({
      given: { [id]: row.values ?? null },
      data: { type: 'list-operator', variable: ['src', id], ...(row.config as Data) },
    }),
    judge: (row, { outputs, error }) => {
      if (row.error !== undefined) return judgeError(row.error, error, false);
      if (error !== null) return `expected ${textOf(row.outputs)}, found the failure ${error}`;
      const { result, first_record: first, last_record: last } = (outputs[0]?.[0] ?? {}) as Data;
      return difference(row.outputs, { result, first, last });
    },
  },
];

export const difyTables: Suite = {
  name: 'Dify tables',
  product: 'dify',
  async cases(folder) {
    const cases: Case[] = [];
    for (const table of TABLES) {
      const file = join(folder, 'dify', 'tables', table.file);
      if (!existsSync(file)) continue;
      const lines = (await readFile(file, 'utf8')).trim().split('\n');
      const rows = lines.map((line) => parsePointed(line) as Row);
      for (let at = 0; at < rows.length; at += ROWS_IN_A_FILE) {
        cases.push(...casesOf(table, rows.slice(at, at + ROWS_IN_A_FILE), at));
      }
    }
    return cases;
  },
};

/** Cases of one file, which is run for the first of them. */
function casesOf(table: Table, rows: readonly Row[], first: number): Case[] {
  let running: Promise<ForeignRun> | null = null;
  const parts = rows.map((row, i) => table.part(row, `n${i}`));
  return rows.map(
    (row, i): Case => ({
      name: `${table.file.replace('.jsonl', '')} ${first + i + 1}: ${table.name(row)}`,
      async run(): Promise<Outcome> {
        running ??= runParts(parts);
        const reason = table.judge(row, foundIn(await running, `n${i}`));
        return reason === null ? { result: 'passed' } : { result: 'failed', reason };
      },
    }),
  );
}

function runParts(parts: readonly Part[]): Promise<ForeignRun> {
  const ids = parts.map((_, i) => `n${i}`);
  const edges: Data[] = [{ source: 'start', target: 'src' }];
  for (const [i, id] of ids.entries()) {
    edges.push({ source: 'src', target: id });
    const ways = parts[i]?.data.type === 'if-else' ? ['true', 'false', 'fail-branch'] : ['source', 'fail-branch'];
    for (const way of ways) edges.push({ source: id, sourceHandle: way, target: 'end' });
  }
  const variables = parts.flatMap(({ conversation }) => (conversation === undefined ? [] : [conversation]));
  const nodes: Data[] = [
    { id: 'start', data: { type: 'start', variables: [] } },
    { id: 'src', data: { type: 'tool' } },
    ...parts.map(({ data }, i): Data => ({ id: ids[i] as string, data: { ...data, error_strategy: 'fail-branch' } })),
    {
      id: 'end',
      data: {
        type: 'end',
        outputs: variables.map(({ name }) => ({ variable: name, value_selector: ['conversation', name] })),
      },
    },
  ];
  const file = {
    kind: 'app',
    version: '0.6.0',
    app: { name: 'table', mode: 'workflow' },
    workflow: {
      conversation_variables: variables.map(({ name, type, value }) => ({ name, value_type: type, value })),
      graph: { nodes, edges },
    },
  };
  const given = Object.assign({}, ...parts.map((part) => part.given ?? {})) as Data;
  return runForeign(JSON.stringify(file), { format: 'dify', input: {}, pins: { src: given } });
}

function foundIn(run: ForeignRun, id: string): Found {
  if (run.status !== 'completed') {
    const said = run.diagnostics.map((one) => one.message).join(' ');
    throw new Error(`the file did not run: ${run.status} ${run.error?.message ?? said}`);
  }
  const [outputs = []] = run.nodes[id] ?? [];
  const failed = outputs.flat().find((json) => (json as Data | null)?.error_type !== undefined) as Data | undefined;
  const variable = run.output !== null && typeof run.output === 'object' ? (run.output as Data)[id] : undefined;
  return { outputs, error: failed === undefined ? null : textOf(failed.error_message), variable };
}
