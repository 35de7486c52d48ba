/**
 * Owns the suite of n8n's own cases of execution order, of both kinds: which node runs when, how often, and what it
 * gives. The conversion is strict. Cases with test nodes of n8n itself cannot be run.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '@rondo/core/model/item.ts';
import type { Case, Outcome, Suite } from './case.ts';
import { difference } from './compare.ts';
import { runForeign, type ForeignRun } from './run-foreign.ts';

interface OrderCase {
  description: string;
  input: { workflowData: { settings?: Record<string, Json> } & Record<string, Json> };
  output: { nodeExecutionOrder: string[]; nodeData: Record<string, Json[]>; testAllOutputs?: boolean };
}

export const n8nOrder: Suite = {
  name: 'n8n order',
  product: 'n8n',
  async cases(folder) {
    const lists = await Promise.all((['v0', 'v1'] as const).map(async (order) => read(folder, order)));
    return lists.flat();
  },
};

async function read(folder: string, order: 'v0' | 'v1'): Promise<Case[]> {
  const file = join(folder, 'n8n', 'core', `workflow-execute-${order}.json`);
  const text = await readFile(file, 'utf8').catch(() => '[]');
  return (JSON.parse(text) as OrderCase[]).map((one) => ({
    name: `${order}: ${one.description}`,
    run: () => runCase(one, order),
  }));
}

async function runCase({ input, output }: OrderCase, order: string): Promise<Outcome> {
  const { workflowData } = input;
  // The harness of these cases sets the order, whatever the file says.
  const workflow = { ...workflowData, settings: { ...workflowData.settings, executionOrder: order } };
  const run = await runForeign(JSON.stringify(workflow), { format: 'n8n', strict: true, timeZone: 'UTC' });
  const errors = run.diagnostics.filter((one) => one.severity === 'error').map((one) => one.message);
  if (run.status === 'unsupported') return { result: 'unsupported', reason: errors.join('\n') };
  const reason = differenceOf(output, run, errors);
  return reason === null ? { result: 'passed' } : { result: 'failed', reason };
}

function differenceOf(output: OrderCase['output'], run: ForeignRun, errors: string[]): string | null {
  if (run.status !== 'completed') {
    return `expected status completed, found ${run.status}: ${[...errors, run.error?.message ?? ''].join('\n')}`;
  }
  const order = run.events.flatMap((event) =>
    event.type === 'step-completed' && event.frame === '' ? [event.step.replace(/@\d+$/, '')] : [],
  );
  const wrongOrder = difference(output.nodeExecutionOrder, order);
  if (wrongOrder !== null) return `order: ${wrongOrder}`;
  for (const [node, runs] of Object.entries(output.nodeData)) {
    const found = run.nodes[node] ?? [];
    const wanted = runs.map(outputsOf);
    // Only the first output is listed, unless the case says otherwise.
    const shown = output.testAllOutputs === true ? found : found.map((outputs) => outputs.slice(0, 1));
    const wrong = difference(wanted.map(trimmed), shown.map(trimmed));
    if (wrong !== null) return `${node}: ${wrong}`;
  }
  return null;
}

/** A run is listed by its outputs, or by the items of the first one. */
function outputsOf(run: Json): Json[][] {
  if (!Array.isArray(run)) return [];
  return run.every((one) => one === null || Array.isArray(one)) ? run.map((one) => (one ?? []) as Json[]) : [run];
}

function trimmed(outputs: Json[][]): Json[][] {
  let end = outputs.length;
  while (end > 0 && outputs[end - 1]?.length === 0) end -= 1;
  return outputs.slice(0, end);
}
