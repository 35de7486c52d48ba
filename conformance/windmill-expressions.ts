/** Owns the suite of Windmill's expressions: the table of its evaluator's own cases. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '@rondo/core/model/item.ts';
import type { Case, Suite } from './case.ts';
import { difference } from './compare.ts';
import { evaluate } from './expressions/evaluate.ts';

interface Row {
  test: string;
  expr: string;
  context: Record<string, Json>;
  expected: Json;
  flow_input?: Json;
}

/** Names that the dialect has itself; the table gives their values all the same. */
const ITEM = ['previous_result', 'result'];

export const windmillExpressions: Suite = {
  name: 'Windmill expressions',
  product: 'windmill',
  async cases(folder) {
    const file = join(folder, 'windmill', 'expressions.json');
    if (!existsSync(file)) return [];
    const { cases } = JSON.parse(await readFile(file, 'utf8')) as { cases: Row[] };
    return cases.map((row, at): Case => ({ name: `${row.test} ${at + 1}: ${shortOf(row.expr)}`, run: () => run(row) }));
  },
};

const shortOf = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 60);

async function run({ expr, context, expected, flow_input: input }: Row): ReturnType<Case['run']> {
  const own = Object.entries(context).filter(([name]) => !ITEM.includes(name));
  const item = ITEM.map((name) => context[name]).find((value) => value !== undefined);
  const answer = await evaluate({
    dialect: 'openflow',
    template: `{{${expr}}}`,
    items: [item ?? {}],
    names: own.map(([name]) => name),
    context: { names: Object.fromEntries(own), ...(input === undefined ? {} : { vars: input }) },
    described: false,
  });
  if (!answer.ok) return { result: 'failed', reason: answer.message };
  const differs = difference(expected, answer.value);
  return differs === null ? { result: 'passed' } : { result: 'failed', reason: differs };
}
