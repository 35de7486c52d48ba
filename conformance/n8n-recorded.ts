/**
 * Owns the suite of workflows whose complete runs were recorded on n8n's own engine: status, error, order of the
 * runs, and the items of every output of every run are compared. The conversion is strict, and the definition goes
 * through text (run-foreign.ts), so that each case is a round trip too.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '@rondo/core/model/item.ts';
import type { Case, Outcome, Suite } from './case.ts';
import { difference } from './compare.ts';
import { openMockServer, type Request } from './mock-server.ts';
import { placed, recordedEndpoints } from './n8n-endpoints.ts';
import { runForeign, type ForeignRun } from './run-foreign.ts';

const FOLDER = 'n8n-recorded';

interface RecordedRun {
  status: string;
  error: string | null;
  outputs: { json: Json }[][];
}

interface LargeRuns {
  runs: number;
  items: number;
  outputCounts: Record<string, number>;
  sha256: string;
}

interface Expected {
  status: 'success' | 'error';
  error: string | null;
  errorNode?: string;
  order?: [node: string, run: number][];
  orderLength?: number;
  orderSha256?: string;
  requests?: Request[];
  runs: Record<string, RecordedRun[] | LargeRuns>;
}

export const n8nRecorded: Suite = {
  name: 'n8n recorded',
  product: 'n8n',
  async cases(folder) {
    const files = await readdir(join(folder, FOLDER)).catch(() => []);
    const texts = async (name: string): Promise<string> => readFile(join(folder, FOLDER, name), 'utf8');
    const called = files.filter((file) => /^sub-.*(?<!\.expected)\.json$/.test(file));
    const subs = Object.fromEntries(await Promise.all(called.map(async (file) => [file, await texts(file)] as const)));
    const names = files
      .filter((file) => file.endsWith('.expected.json'))
      .map((file) => file.replace('.expected.json', ''));
    return names.sort().map(
      (name): Case => ({
        name,
        run: async () => runCase(folder, await texts(`${name}.json`), await texts(`${name}.expected.json`), subs),
      }),
    );
  },
};

async function runCase(
  folder: string,
  workflow: string,
  expectedText: string,
  subs: Record<string, string>,
): Promise<Outcome> {
  const server = await openMockServer(await recordedEndpoints(folder));
  try {
    const at = (text: string): string => placed(text, server.base);
    const expected = JSON.parse(at(expectedText)) as Expected;
    const workflows = Object.fromEntries(Object.entries(subs).map(([file, text]) => [file, at(text)]));
    const run = await runForeign(at(workflow), { format: 'n8n', strict: true, workflows, timeZone: 'UTC' });
    if (run.status === 'unsupported') return { result: 'unsupported', reason: errorsOf(run) };
    const reason = differenceOf(expected, run) ?? requestDifference(expected.requests, server.requests);
    return reason === null ? { result: 'passed' } : { result: 'failed', reason };
  } finally {
    await server.close();
  }
}

function errorsOf(run: ForeignRun): string {
  const errors = run.diagnostics.filter((one) => one.severity === 'error').map((one) => one.message);
  return errors.join('\n');
}

function differenceOf(expected: Expected, run: ForeignRun): string | null {
  const status = { success: 'completed', error: 'failed' }[expected.status];
  if (run.status !== status) {
    const why = [errorsOf(run), run.error?.message ?? ''].filter((text) => text !== '').join('\n');
    return `expected status ${status}, found ${run.status}${why === '' ? '' : `: ${why}`}`;
  }
  if (expected.status === 'error' && run.error?.message !== expected.error) {
    return `expected the error ${JSON.stringify(expected.error)}, found ${JSON.stringify(run.error?.message)}`;
  }
  if (expected.errorNode !== undefined && run.error?.node !== expected.errorNode) {
    return `expected the error in ${expected.errorNode}, found it in ${String(run.error?.node)}`;
  }
  const order = orderOf(run);
  const wrongOrder = orderDifference(expected, order);
  if (wrongOrder !== null) return `order: ${wrongOrder}`;
  for (const [node, runs] of Object.entries(expected.runs)) {
    const found = run.nodes[node] ?? [];
    const wrong = Array.isArray(runs) ? runsDifference(runs, found) : largeDifference(runs, found);
    if (wrong !== null) return `${node}: ${wrong}`;
  }
  const extra = Object.keys(run.nodes).find(
    (node) => !Object.hasOwn(expected.runs, node) && (run.nodes[node]?.length ?? 0) > 0,
  );
  return extra === undefined ? null : `${extra}: expected no runs`;
}

/** The runs of steps in the order in which they ended. */
function orderOf(run: ForeignRun): [string, number][] {
  const order: [string, number][] = [];
  for (const event of run.events) {
    if ((event.type !== 'step-completed' && event.type !== 'step-failed') || event.frame !== '') continue;
    const read = /^(.*)@(\d+)$/s.exec(event.step);
    order.push(read === null ? [event.step, 0] : [read[1] as string, Number(read[2])]);
  }
  return order;
}

function orderDifference(expected: Expected, order: [string, number][]): string | null {
  if (expected.order !== undefined) return difference(expected.order, order);
  if (expected.orderLength !== order.length) return `expected ${expected.orderLength} runs, found ${order.length}`;
  const text = order.map(([node, run]) => `${node}#${run}`).join('\n');
  return hash(text) === expected.orderSha256 ? null : 'it is another one';
}

/** Empty outputs at the end mean nothing. */
function trimmed<T>(outputs: readonly (readonly T[])[]): (readonly T[])[] {
  let end = outputs.length;
  while (end > 0 && (outputs[end - 1]?.length ?? 0) === 0) end -= 1;
  return outputs.slice(0, end);
}

function runsDifference(expected: readonly RecordedRun[], found: readonly Json[][][]): string | null {
  if (expected.length !== found.length) return `expected ${expected.length} runs, found ${found.length}`;
  for (const [i, one] of expected.entries()) {
    const wanted = trimmed(one.outputs.map((items) => items.map((item) => item.json)));
    const wrong = difference(wanted, trimmed(found[i] ?? []));
    if (wrong !== null) return `run ${i}, ${wrong}`;
  }
  return null;
}

function largeDifference(expected: LargeRuns, found: readonly Json[][][]): string | null {
  if (expected.runs !== found.length) return `expected ${expected.runs} runs, found ${found.length}`;
  const counts = found.map((outputs) => outputs.map((items) => items.length));
  const items = counts.flat().reduce((sum, count) => sum + count, 0);
  if (items !== expected.items) return `expected ${expected.items} items, found ${items}`;
  const wanted = Object.keys(expected.outputCounts).map((key) => (JSON.parse(key) as number[]).length);
  const width = Math.max(0, ...wanted);
  const text = found
    .map((outputs) =>
      Array.from({ length: width }, (_, port) =>
        [...(outputs[port] ?? []).map((json) => `${canonical(json)}\n`), '--\n'].join(''),
      ).join(''),
    )
    .join('');
  return hash(text) === expected.sha256 ? null : 'the items differ (checksum)';
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] as Json)}`);
  return `{${members.join(',')}}`;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Requests of one node arrive in any order. */
function requestDifference(expected: readonly Request[] | undefined, found: readonly Request[]): string | null {
  if (expected === undefined) return null;
  const sorted = (list: readonly Request[]): string[] =>
    list.map(({ method, url, body }) => canonical({ method, url, ...(body === undefined ? {} : { body }) })).sort();
  const wrong = difference(sorted(expected), sorted(found));
  return wrong === null ? null : `requests: ${wrong}`;
}
