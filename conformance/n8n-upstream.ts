/**
 * Owns the suite of n8n's own node tests: of each workflow that has pinned items, those of the trigger are the input,
 * and those of every other node are what that node gives by its first output, in the only run that it has. Items'
 * json is compared; lineage is not, and files only as far as their nodes tell them.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isWrapped } from '@rondo/core/convert/given.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Case, Outcome, Suite } from './case.ts';
import { difference } from './compare.ts';
import { openMockServer } from './mock-server.ts';
import { upstreamEndpoints, upstreamSecrets, upstreamText } from './n8n-endpoints.ts';
import { runForeign } from './run-foreign.ts';

type Row = { [key: string]: Json };

interface Node extends Row {
  name: string;
  type: string;
}

interface Workflow extends Row {
  nodes: Node[];
}

const FOLDERS = ['n8n/nodes-base', 'n8n/newer', 'n8n/historic'];
const PEOPLE = 'n8n-nodes-base.n8nTrainingCustomerDatastore';

const isRow = (json: Json | undefined): json is Row =>
  json !== null && typeof json === 'object' && !Array.isArray(json);

export const n8nUpstream: Suite = {
  name: 'n8n upstream',
  product: 'n8n',
  async cases(folder) {
    const lists = await Promise.all(FOLDERS.map((one) => filesIn(join(folder, one))));
    const people = await peopleIn(folder);
    const cases: Case[] = [];
    for (const file of lists.flat().sort()) {
      const text = await readFile(file, 'utf8');
      if (workflowOf(text) === null) continue;
      const name = relative(join(folder, 'n8n'), file);
      cases.push({ name, run: () => runCase(folder, file, text, people) });
    }
    return cases;
  },
};

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The rows of the training data; nobody may copy them. */
async function peopleIn(folder: string): Promise<Json[]> {
  const text = await readFile(join(folder, 'n8n/nodes-base/customer-datastore-data.json'), 'utf8').catch(() => '{}');
  const { rows } = JSON.parse(text) as { rows?: Json[] };
  return rows ?? [];
}

/** A workflow that says what its nodes give. */
function workflowOf(text: string): Workflow | null {
  const value = JSON.parse(text) as Json;
  if (!isRow(value) || !Array.isArray(value.nodes) || !isRow(value.pinData)) return null;
  return Object.keys(value.pinData).length > 0 ? (value as Workflow) : null;
}

const isTrigger = (node: Node): boolean => /trigger$|\.(?:start|webhook)$/i.test(node.type);

async function runCase(folder: string, file: string, original: string, people: readonly Json[]): Promise<Outcome> {
  const server = await openMockServer(await upstreamEndpoints(folder, original));
  try {
    const workflow = workflowOf(upstreamText(original, server.base)) as Workflow;
    const { pinData, ...rest } = workflow;
    const expected = new Map(Object.entries(pinData as Row).map(([name, items]) => [name, jsonOf(items)]));
    const trigger = workflow.nodes.find((node) => isTrigger(node) && node.disabled !== true);
    const input = trigger === undefined ? undefined : expected.get(trigger.name);
    if (trigger !== undefined) expected.delete(trigger.name);
    const pins: Record<string, Json> = {};
    for (const node of workflow.nodes) if (node.type === PEOPLE) pins[node.name] = chosen(node, people);
    const run = await runForeign(JSON.stringify(rest), {
      format: 'n8n',
      file,
      ...(input === undefined ? {} : { input }),
      pins,
      strict: true,
      timeZone: 'America/New_York',
      secrets: upstreamSecrets(server.base),
    });
    const errors = run.diagnostics.filter((one) => one.severity === 'error').map((one) => one.message);
    if (run.status === 'unsupported') return { result: 'unsupported', reason: errors.join('\n') };
    if (run.status !== 'completed' && run.status !== 'waiting') {
      return failed(`status ${run.status}: ${[...errors, run.error?.message ?? ''].join('\n')}`);
    }
    for (const [name, items] of expected) {
      if (!workflow.nodes.some((node) => node.name === name)) continue;
      const runs = run.nodes[name] ?? [];
      if (runs.length !== 1) return failed(`${name}: expected one run, found ${runs.length}`);
      const wrong = difference(items, runs[0]?.[0] ?? []);
      if (wrong !== null) return failed(`${name}: ${wrong}`);
    }
    return { result: 'passed' };
  } finally {
    await server.close();
  }
}

const failed = (reason: string): Outcome => ({ result: 'failed', reason });

function jsonOf(items: Json | undefined): Json[] {
  return (Array.isArray(items) ? items : []).map((item) => (isWrapped(item) ? item.json : item));
}

function chosen(node: Node, people: readonly Json[]): Json[] {
  const parameters = isRow(node.parameters) ? node.parameters : {};
  if (parameters.operation === 'getOnePerson' || parameters.operation === undefined) return people.slice(0, 1);
  if (parameters.returnAll === true) return [...people];
  return people.slice(0, typeof parameters.limit === 'number' ? parameters.limit : 5);
}
