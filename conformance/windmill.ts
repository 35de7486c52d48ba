/**
 * Owns the suites of Windmill flows: cases of its own tests, cases derived from its engine, twins in TypeScript of
 * cases in Python. Each file is converted and run; status and result are compared as the fixtures say. Documents
 * without results have to convert, or to be refused for a reason.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convert } from '@rondo/core/convert/convert.ts';
import type { RestartPoint } from '@rondo/core/restart.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Case, Outcome, Suite } from './case.ts';
import { difference } from './compare.ts';
import { runForeign, type ForeignRun } from './run-foreign.ts';
import { partlyDifferent, unlike } from './windmill/shape.ts';

interface Expected {
  input: Json;
  success?: boolean;
  result?: Json;
  result_contains?: string;
  result_shape?: string;
  match?: string;
  restart?: { from_run: number; nested_path?: Point[] } & Point;
  events?: { resume?: Json; cancel_by?: string }[];
  trigger?: string;
  expect_http_error?: boolean;
}

interface Point {
  step_id: string;
  branch_or_iteration_n?: number;
}

interface Described {
  name: string;
  file: string;
  notes?: string;
  runs: Expected[];
}

const suite = (name: string, index: string): Suite => ({
  name,
  product: 'windmill',
  async cases(folder) {
    const here = join(folder, 'windmill');
    if (!existsSync(join(here, index))) return [];
    const { cases } = JSON.parse(await readFile(join(here, index), 'utf8')) as { cases: Described[] };
    return cases.map((one) => ({ name: one.name, run: () => runCase(here, one) }));
  },
});

export const windmillEngine = suite('Windmill engine', 'cases.json');
export const windmillDerived = suite('Windmill derived', 'derived_cases.json');
export const windmillTwins = suite('Windmill TypeScript twins', 'twin_cases.json');

async function runCase(folder: string, one: Described): Promise<Outcome> {
  const text = await readFile(join(folder, one.file), 'utf8');
  const workflows = await childrenOf(folder, one);
  for (const [n, expected] of one.runs.entries()) {
    const restarts = one.runs.slice(0, n + 1).flatMap((run) => (run.restart === undefined ? [] : [restartOf(run)]));
    const wanting = notOffered(expected);
    if (wanting !== null) return { result: 'unsupported', reason: `run ${n}: ${wanting}` };
    const run = await runForeign(text, {
      format: 'openflow',
      input: one.runs[0]?.input ?? null,
      ...(expected.restart === undefined ? { input: expected.input } : { restarts }),
      signals: (expected.events ?? []).map(signalOf),
      ...(workflows === null ? {} : { workflows }),
    });
    if (run.status === 'unsupported') return { result: 'unsupported', reason: firstError(run) };
    const wrong = wrongIn(expected, run);
    if (wrong !== null) return { result: 'failed', reason: `run ${n}: ${wrong}` };
  }
  return { result: 'passed' };
}

/** Flows that the case calls by path: the note of the case says under which. */
async function childrenOf(folder: string, { file, notes = '' }: Described): Promise<Record<string, string> | null> {
  const [, path, child] = /stored at (\S+): (\S+)/.exec(notes) ?? [];
  if (path === undefined || child === undefined) return null;
  return { [`${path}.json`]: await readFile(join(folder, child), 'utf8'), [file]: '{}' };
}

const signalOf = ({ resume = null, cancel_by: by }: { resume?: Json; cancel_by?: string }): Json =>
  by === undefined ? { approved: true, resume } : { approved: false, by };

const pointOf = ({ step_id: step, branch_or_iteration_n: iteration }: Point): RestartPoint =>
  iteration === undefined ? { step } : { step, iteration };

function restartOf({ restart, input }: Expected): { from: number; at: RestartPoint[]; input: Json } {
  const { from_run: from, nested_path: inside = [], ...point } = restart as NonNullable<Expected['restart']>;
  return { from, at: [pointOf(point), ...inside.map(pointOf)], input };
}

function notOffered({ trigger }: Expected): string | null {
  if (trigger?.startsWith('external') === true) return 'a trigger of Windmill starts the run (preprocessor)';
  return null;
}

const firstError = ({ diagnostics }: ForeignRun): string =>
  diagnostics.find((one) => one.severity === 'error')?.message ?? 'no reason';

function wrongIn(expected: Expected, run: ForeignRun): string | null {
  if (expected.expect_http_error === true)
    return run.status === 'invalid' ? null : `expected a refusal, found ${run.status}`;
  const status = expected.success === false ? 'failed' : 'completed';
  if (run.status !== status) {
    return `expected ${status}, found ${run.status}: ${run.error?.message ?? (run.status === 'invalid' ? firstError(run) : '')}`;
  }
  if (expected.result_contains !== undefined) {
    const whole = JSON.stringify(run.output);
    return whole.includes(expected.result_contains) ? null : `expected ${expected.result_contains} in ${whole}`;
  }
  if (expected.result_shape !== undefined) return unlike(expected.result_shape, run.output);
  if (!Object.hasOwn(expected, 'result')) return null;
  const partly = /listed keys only|^result\.\w+$/.test(expected.match ?? '');
  return (partly ? partlyDifferent : difference)(expected.result, run.output);
}

/** Files without results: what can be said is that nothing goes wrong on the way in. */
export const windmillDocuments: Suite = {
  name: 'Windmill documents',
  product: 'windmill',
  async cases(folder) {
    const cases: Case[] = [];
    for (const group of ['cli-yaml', 'ai-evals', 'import-only']) {
      const here = join(folder, 'windmill', group);
      if (!existsSync(here)) continue;
      for (const file of (await readdir(here)).sort()) {
        cases.push({ name: `${group}/${file}`, run: () => runDocument(join(here, file), file) });
      }
    }
    return cases;
  },
};

async function runDocument(path: string, file: string): Promise<Outcome> {
  // The documents come without the files beside them.
  const read = (): string => 'export function main() {}';
  const text = await readFile(path, 'utf8');
  const { definition, diagnostics } = convert(text, 'openflow', { strict: false, file, read });
  const errors = diagnostics.filter((one) => one.severity === 'error');
  if (definition !== null) return { result: 'passed' };
  if (errors.length === 0) return { result: 'failed', reason: 'refused without a reason' };
  const placed = errors.every((one) => one.line !== undefined && one.message !== '');
  if (!placed) return { result: 'failed', reason: 'an error has no place in the file' };
  // What is wrong in the file itself has to be refused.
  if (/invalid/.test(file)) return { result: 'passed' };
  const reason = errors.map((one) => one.message).join(' ');
  const unsupported = errors.some((one) => one.code === 'not-supported');
  return { result: unsupported ? 'unsupported' : 'skipped', reason };
}
