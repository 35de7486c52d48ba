/** Flows and scripts that a flow of Windmill calls by path, from a folder of files. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { convert } from '@rondo/core/convert/convert.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { workflowFinder } from './workflows.ts';
import { makeRunner } from './workflow.testing.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const js = (expr: string): Json => ({ type: 'javascript', expr });

async function runIn(files: Record<string, string>, value: Json, input: Json = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'rondo-windmill-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const { definition } = convert(JSON.stringify({ summary: 'Main', value }), 'openflow', {
    strict: false,
    file: 'f.json',
  });
  const { runner } = await makeRunner({ environment: { findWorkflow: workflowFinder(folder) } });
  const handle = await runner.start({ definition: JSON.stringify(definition), file: join(folder, 'main.json'), input });
  return handle.done;
}

const twice = 'export function main(n: number, by = 2) { return n * by }';
const call = (type: 'script' | 'flow', path: string, inputs: Json): Json => ({
  id: 'a',
  value: { type, path, input_transforms: inputs },
});

it('a script in a file of its own', async () => {
  const result = await runIn(
    { 'f/lib/twice.ts': twice },
    { modules: [call('script', 'f/lib/twice', { n: js('flow_input.n') })] },
    { n: 4 },
  );
  expect(result.output).toBe(8);
});

it('a flow in a folder; its result is one value, a list too, and constants pass on', async () => {
  const child = {
    summary: 'Child',
    value: {
      modules: [
        {
          id: 'x',
          value: {
            type: 'rawscript',
            language: 'bun',
            content: 'export const main = (k) => [k, k]',
            input_transforms: { k: js('flow_env.K + flow_input.n') },
          },
        },
      ],
    },
  };
  const value = { modules: [call('flow', 'f/lib/child', { n: js('1') })], flow_env: { K: 10 } };
  const result = await runIn({ 'f/lib/child.flow/flow.yaml': JSON.stringify(child) }, value);
  expect(result.output).toEqual([11, 11]);
});

it('a script that needs what there is not, and one that is not there', async () => {
  const files = { 'f/lib/net.ts': 'import x from "y"; export const main = () => x' };
  const net = await runIn(files, { modules: [call('script', 'f/lib/net', {})] });
  expect(net).toMatchObject({ status: 'failed', failure: { message: expect.stringContaining('imports y') } });
  const gone = await runIn({}, { modules: [call('script', 'f/lib/gone', {})] });
  expect(gone.failure?.code).toBe('workflow-not-found');
});
