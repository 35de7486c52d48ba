/**
 * Owns the suite of Dify's workflow files: traces of the reference engine say what a file gives for an input, with
 * outputs of nodes that need the world given in their place. Statuses, outputs, texts of failures and what an answer
 * streams are compared; failures of user code by their last line's message, as sandboxes spell tracebacks differently.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { compile } from '@rondo/core/compile/compile.ts';
import { convert } from '@rondo/core/convert/convert.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { registry } from '@rondo/nodes/registry.ts';
import { parse } from 'yaml';
import type { Case, Outcome, Suite } from './case.ts';
import { difference } from './compare.ts';
import { runForeign, type ForeignRun } from './run-foreign.ts';

type Mock = { [key: string]: Json };

interface Trace {
  fixture: string;
  inputs?: Record<string, Json>;
  query?: string | null;
  /** By node id, or by `*` and the beginning of a type; a list gives one after the other. */
  mocks?: Record<string, Mock | Mock[]> | null;
  final: string;
  outputs: Json;
  error?: string | null;
  events?: { event: string; chunk?: string; node_type?: string }[];
}

interface Node {
  id: string;
  type: string;
}

const FOLDERS = ['workflow', 'edge', '.'];

export const difyRuns: Suite = {
  name: 'Dify workflows',
  product: 'dify',
  async cases(folder) {
    const root = join(folder, 'dify');
    if (!existsSync(root)) return [];
    return [...(await traceCases(root)), ...(await graphCases(root)), ...(await importCases(root))];
  },
};

const jsonIn = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;

async function filesIn(folder: string, ending: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
}

async function traceCases(root: string): Promise<Case[]> {
  const cases: Case[] = [];
  for (const name of await filesIn(join(root, 'traces'), '.json')) {
    const trace = await jsonIn<Trace>(join(root, 'traces', name));
    const found = FOLDERS.map((folder) => join(root, folder, `${trace.fixture}.yml`)).find(existsSync);
    const title = name.slice(0, -'.json'.length);
    if (found === undefined) continue;
    cases.push({ name: title, run: async () => compare(trace, await readFile(found, 'utf8'), found) });
    // Old exports give the same as their repaired copies.
    const original = found.replace('recommended_apps_migrated', 'recommended_apps');
    if (original === found || !existsSync(original)) continue;
    cases.push({
      name: `${title} (as exported)`,
      run: async () => compare(trace, await readFile(original, 'utf8'), original),
    });
  }
  return cases;
}

function nodesOf(text: string): Node[] {
  const file = parse(text) as { workflow?: { graph?: Graph }; graph?: Graph } & Graph;
  const { nodes = [] } = file.workflow?.graph ?? file.graph ?? file;
  return nodes.map((node) => ({ id: String(node.id), type: node.data?.type ?? '' }));
}

interface Graph {
  nodes?: { id: string | number; data?: { type?: string } }[];
}

async function compare(trace: Trace, text: string, file: string): Promise<Outcome> {
  const mocks = Object.entries(trace.mocks ?? {});
  const nodes = nodesOf(text);
  const pins: Record<string, Json> = {};
  let spoken: Mock[] = [];
  for (const { id, type } of nodes) {
    const own =
      mocks.find(([name]) => name === id) ??
      mocks.find(([name]) => name === `*${type}` || (name === '*http' && type === 'http-request'));
    if (own === undefined) continue;
    if (Array.isArray(own[1])) spoken = own[1];
    else pins[id] = given(own[1]);
  }
  const input: Record<string, Json> = { ...trace.inputs };
  if (typeof trace.query === 'string') input['sys.query'] = trace.query;
  const run = (more: Record<string, Json>): Promise<ForeignRun> =>
    runForeign(text, { format: 'dify', file, input: { ...input, ...more }, pins, secrets: { OPENAI_API_KEY: 'key' } });
  return judge(trace, await (spoken.length > 0 ? speaking(spoken, run) : run({})));
}

const given = (mock: Mock): Json =>
  typeof mock.error === 'string' ? { $error: { message: mock.error, type: mock.error_type ?? null } } : mock;

/** A model that says one text after the other. */
async function speaking(texts: Mock[], run: (input: Record<string, Json>) => Promise<ForeignRun>): Promise<ForeignRun> {
  let said = 0;
  const server = createServer((request, response) => {
    request.resume();
    const content = texts[Math.min(said++, texts.length - 1)]?.text ?? '';
    response.setHeader('content-type', 'application/json');
    const message = { role: 'assistant', content };
    response.end(
      JSON.stringify({
        id: 'a',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    return await run({ 'model.openai': `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });
  } finally {
    server.close();
  }
}

const failed = (reason: string): Outcome => ({ result: 'failed', reason });

/** What the reference engine says of a failure, without the name of the class that its harness puts in front. */
const bare = (message: string): string => message.replace(/^RuntimeError: /, '');

function judge(trace: Trace, run: ForeignRun): Outcome {
  const said = run.diagnostics
    .filter((one) => one.severity === 'error')
    .map((one) => one.message)
    .join(' ');
  if (trace.final === 'LoadError') {
    return run.status === 'invalid' && said !== ''
      ? { result: 'passed' }
      : failed(`expected a refusal, found ${run.status}`);
  }
  if (run.status === 'unsupported') return { result: 'unsupported', reason: said };
  if (run.status === 'invalid') return failed(`refused: ${said}`);
  const partial = run.exceptions > 0 ? 'GraphRunPartialSucceeded' : 'GraphRunSucceeded';
  const status = run.status === 'completed' ? partial : run.status === 'failed' ? 'GraphRunFailed' : run.status;
  const final = trace.final.replace(/Event$/, '');
  if (status !== final) return failed(`expected ${final}, found ${status}: ${run.error?.message ?? ''}`);
  if (final === 'GraphRunFailed') return judgeError(trace.error ?? '', run.error?.message ?? '');
  const differs = difference(trace.outputs, run.output);
  if (differs !== null) return failed(differs);
  const streamed = streamOf(trace);
  if (streamed === null) return { result: 'passed' };
  const text = run.progress.flatMap((one) => (one.type === 'answer' ? [one.text] : [])).join('');
  return text === streamed
    ? { result: 'passed' }
    : failed(`streamed ${JSON.stringify(text)}, expected ${JSON.stringify(streamed)}`);
}

/** Ids of variables differ from run to run; tracebacks differ between sandboxes. */
function judgeError(expected: string, found: string): Outcome {
  const wanted = bare(expected).replace(/ id='[^']*'.*(?=, please)/, '');
  return found === wanted
    ? { result: 'passed' }
    : failed(`expected the failure ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
}

/** Of answers inside containers the traces have no chunks, though they are to be streamed (said with the fixtures). */
const SAID_STREAMS: Readonly<Record<string, string>> = {
  iteration_contains_answer: 'apple\nbanana\ndone',
  loop_contains_answer: '1\n2\n1 + 2',
};

/**
 * Text of the answer as it is streamed. Null: there is none, or the trace streams something else than what the answer
 * is in the end, which is a defect that is not reproduced.
 */
function streamOf({ events = [], fixture, outputs }: Trace): string | null {
  const said = SAID_STREAMS[fixture];
  if (said !== undefined) return said;
  const answer = outputs !== null && typeof outputs === 'object' && !Array.isArray(outputs) ? outputs.answer : null;
  const isAnswer = events.some(({ event, node_type: type }) => event === 'NodeRunSucceeded' && type === 'answer');
  const chunks = events.filter(({ event }) => event === 'NodeRunStreamChunk').map(({ chunk }) => chunk ?? '');
  return isAnswer && chunks.join('') === answer ? answer : null;
}

// ---- tests of the engine: bare graphs ----

interface GraphTest extends Trace {
  test: string;
  dsl: string;
  start_inputs: Record<string, Json>;
}

async function graphCases(root: string): Promise<Case[]> {
  const cases: Case[] = [];
  for (const name of await filesIn(join(root, 'graphon'), '.json')) {
    const test = await jsonIn<GraphTest>(join(root, 'graphon', name));
    // An empty list of files is written there as its class prints it.
    const outputs = JSON.parse(
      JSON.stringify(test.outputs ?? null).replace(/"value_type=<SegmentType\.ARRAY_FILE[^"]*value=\[\]"/g, '[]'),
    ) as Json;
    const mocks: Trace['mocks'] = test.test.includes('llm') ? { '*llm': { text: 'mocked answer' } } : null;
    const trace: Trace = {
      fixture: name,
      inputs: test.start_inputs,
      mocks,
      final: test.final,
      outputs,
      error: test.error ?? null,
    };
    cases.push({ name: test.test, run: () => compare(trace, test.dsl, `${name}.yml`) });
  }
  return cases;
}

// ---- files that are only imported ----

async function importCases(root: string): Promise<Case[]> {
  const cases: Case[] = [];
  for (const folder of ['recommended_apps', 'recommended_apps_migrated']) {
    for (const name of await filesIn(join(root, folder), '.yml')) {
      const file = join(root, folder, name);
      cases.push({ name: `import ${folder}/${name}`, run: async () => imported(await readFile(file, 'utf8'), file) });
    }
  }
  const refused = join(root, 'workflow', 'minimal_not_an_app.yml');
  if (existsSync(refused)) {
    const run = async (): Promise<Outcome> => {
      const { status, diagnostics } = await runForeign(await readFile(refused, 'utf8'), {
        format: 'dify',
        file: refused,
      });
      const named = diagnostics.some((one) => one.path[0] === 'app' && one.message.includes('app'));
      return status === 'invalid' && named
        ? { result: 'passed' }
        : failed(`expected a refusal that names app, found ${status}`);
    };
    cases.push({ name: 'minimal_not_an_app', run });
  }
  return cases;
}

/** With the outputs of its tools given, a real export is converted and compiled without an error. */
function imported(text: string, file: string): Outcome {
  const tools = nodesOf(text).filter(({ type }) => type === 'tool');
  const pinned = new Set(tools.map(({ id }) => id));
  const { definition, diagnostics } = convert(text, 'dify', { strict: false, file, pinned });
  const compiled = definition === null ? null : compile(definition, registry, { pins: pinned });
  const all = [...diagnostics, ...(compiled?.diagnostics ?? [])];
  const wrong = all.filter((one) => one.severity === 'error').map((one) => one.message);
  return compiled?.plan == null ? failed(wrong.join(' ')) : { result: 'passed' };
}
