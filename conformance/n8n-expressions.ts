/**
 * Owns the suite of n8n's expressions: the tables of its data functions, templates and field types, and what
 * expressions see of the run around them.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { value as parameter } from '@rondo/core/convert/n8n/node.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Case, Outcome, Suite } from './case.ts';
import { difference } from './compare.ts';
import { evaluate, type Answer } from './expressions/evaluate.ts';
import { PROXY_ROWS, type ProxyRow } from './expressions/n8n-proxy-cases.ts';
import { situationOf, type RunData, type Workflow } from './expressions/n8n-run-data.ts';
import { typeCases } from './expressions/n8n-type-cases.ts';
import { canonical, withoutUndefined } from './expressions/special.ts';

export const n8nExpressions: Suite = {
  name: 'n8n expressions',
  product: 'n8n',
  async cases(folder) {
    const tables = join(folder, 'n8n', 'workflow');
    if (!existsSync(tables)) return [];
    const table = async <T>(name: string): Promise<T> => JSON.parse(await readFile(join(tables, name), 'utf8')) as T;
    return [
      ...functionCases(await table<FunctionRow[]>('expression-extension-cases.json')),
      ...templateCases(await table<TemplateRow[]>('expression-fixtures.json')),
      ...typeCases(await table('type-validation-cases.json')),
      ...proxyCases(tables),
    ];
  },
};

const passed: Outcome = { result: 'passed' };
const failed = (reason: string): Outcome => ({ result: 'failed', reason });

// ---- data functions ----

interface FunctionRow {
  file: string;
  name: string;
  expression: string;
  matcher: string;
  expected?: unknown;
}

/** Why the table's answer says nothing about another moment, or another way of recording. */
function incomparable({ expression, expected, matcher }: FunctionRow): string | null {
  const written = JSON.stringify(expected ?? null);
  if (/isInLast|diffToNow/.test(expression)) return 'depends on the present time';
  if (written.includes('"$dateTime":null') || written.includes('Invalid'))
    return 'the table could not record its value';
  if (matcher === 'toEqual' && written === '{}' && expression.includes('.format()')) {
    return 'the table could not record its value';
  }
  if (expression.includes('"repeat","repeat","a","b","c"].unique()')) return 'the table asks only that some are there';
  return null;
}

function functionCases(rows: FunctionRow[]): Case[] {
  return rows.map((row, at) => ({
    name: `function ${at + 1}: ${row.expression.replace(/\s+/g, ' ').slice(0, 80)}`,
    async run(): Promise<Outcome> {
      const reason = incomparable(row);
      if (reason !== null) return { result: 'skipped', reason };
      const template = String(parameter(row.expression));
      const timezone = 'America/New_York';
      return judge(row, await evaluate({ dialect: 'n8n', template, items: [{}], timezone, described: true }));
    },
  }));
}

function judge({ matcher, expected }: FunctionRow, answer: Answer): Outcome {
  if (matcher === 'toThrow' || matcher === 'toThrowError') {
    if (answer.ok) return failed(`expected an error, found ${JSON.stringify(answer.value)}`);
    const fits = typeof expected !== 'string' || answer.message.includes(expected);
    return fits ? passed : failed(`expected an error with ${expected}, found ${answer.message}`);
  }
  if (!answer.ok) return failed(answer.message);
  const isUndefined = difference({ $undefined: true }, answer.value) === null;
  switch (matcher) {
    case 'toBe':
    case 'toEqual':
      return compared(expected, answer.value);
    case 'toBeUndefined':
      return isUndefined ? passed : failed(`expected undefined, found ${JSON.stringify(answer.value)}`);
    case 'not.toBeUndefined':
    case 'toBeDefined':
      return isUndefined ? failed('found undefined') : passed;
    case 'toBeNaN':
      return compared({ $number: 'NaN' }, answer.value);
    case 'toBeInstanceOf': {
      const isDate = answer.value !== null && typeof answer.value === 'object' && '$dateTime' in answer.value;
      return isDate ? passed : failed(`expected a DateTime, found ${JSON.stringify(answer.value)}`);
    }
    default:
      return { result: 'skipped', reason: `matcher ${matcher} is not known` };
  }
}

function compared(expected: unknown, found: unknown): Outcome {
  const same = (value: unknown): unknown => withoutUndefined(canonical(value));
  const differs = difference(same(expected), same(found));
  return differs === null ? passed : failed(differs);
}

// ---- templates ----

interface TemplateRow {
  expression: string;
  tests: { type: string; input?: Json[]; output?: unknown; error?: { $error?: string } }[];
}

function templateCases(rows: TemplateRow[]): Case[] {
  return rows.flatMap(({ expression, tests }) =>
    tests
      .filter((test) => test.type === 'evaluation')
      .map(
        (test, at): Case => ({
          name: `template ${at + 1}: ${expression.slice(0, 80)}`,
          async run() {
            const template = String(parameter(expression));
            const items = (test.input ?? []).map((item) => item ?? {});
            const answer = await evaluate({ dialect: 'n8n', template, items, described: true });
            if (test.error !== undefined) {
              return answer.ok ? failed(`expected an error, found ${JSON.stringify(answer.value)}`) : passed;
            }
            return answer.ok ? compared(test.output, answer.value) : failed(answer.message);
          },
        }),
      ),
  );
}

// ---- what is seen of the run ----

function proxyCases(tables: string): Case[] {
  return PROXY_ROWS.map((row) => ({
    name: `run data ${row.fixture}/${row.node}: ${row.expression}`,
    run: () => proxyCase(tables, row),
  }));
}

async function proxyCase(tables: string, row: ProxyRow): Promise<Outcome> {
  const { fixture, node, expression, index = 0, expected, error } = row;
  const file = (part: string): string => join(tables, 'WorkflowDataProxy', `${fixture}_${part}.json`);
  if (!existsSync(file('run'))) return { result: 'skipped', reason: `${file('run')} is not there` };
  const workflow = JSON.parse(await readFile(file('workflow'), 'utf8')) as Workflow;
  const run = JSON.parse(await readFile(file('run'), 'utf8')) as { data: { resultData: { runData: RunData } } };
  const { items, nodes, context } = situationOf(workflow, run.data.resultData.runData, node);
  const template = `{{ ${expression} }}`;
  const answer = await evaluate({ dialect: 'n8n', template, items, index, context, nodes, described: true });
  if (error === undefined) return answer.ok ? compared(expected, answer.value) : failed(answer.message);
  if (answer.ok) return failed(`expected an error, found ${JSON.stringify(answer.value)}`);
  return answer.message.includes(error) ? passed : failed(`expected an error with ${error}, found ${answer.message}`);
}
