/** Owns running a workflow text in tests: real nodes, real evaluator, a store of the test's choice. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import type { IterationRow, LoopRecord, RunStore } from '@rondo/core/ports.ts';
import type { RunRequest, RunResult, Runner, RunnerEnvironment } from '../api.ts';
import { openStore } from '../stores/open.ts';
import { createRunner } from './runner.ts';

export interface Ran extends RunResult {
  store: RunStore;
  loop(path: string): LoopRecord;
  rows(path: string): Promise<IterationRow[]>;
}

const open: { runner: Runner; store: RunStore }[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const { runner, store } of open.splice(0)) {
    await runner.close();
    await store.close();
  }
});
afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

export async function tempFolder(files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rondo-test-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

export interface Options extends Partial<RunRequest> {
  environment?: Partial<RunnerEnvironment>;
  /** `:memory:` or a path. */
  db?: string;
  folder?: string;
}

export async function makeRunner(options: Options = {}): Promise<{ runner: Runner; store: RunStore }> {
  const store = await openStore(options.db ?? ':memory:');
  const runner = createRunner({ store, registry, egressAllow: ['127.0.0.1'], ...options.environment });
  open.push({ runner, store });
  return { runner, store };
}

export function ran(result: RunResult, store: RunStore): Ran {
  return {
    ...result,
    store,
    loop: (path) => {
      const found = result.loops.find((loop) => loop.path === path);
      if (found === undefined)
        throw new Error(`no loop ${path}; there are ${result.loops.map((loop) => loop.path).join(', ')}`);
      return found;
    },
    rows: async (path) => {
      const record = await store.loop(result.runId, path);
      if (record === null) throw new Error(`no loop ${path}`);
      return store.rows(result.runId, record.key, { after: -1, limit: 100_000 });
    },
  };
}

/** Runs the workflow to its end. `text` is the file without its first line. */
export async function run(text: string, options: Options = {}): Promise<Ran> {
  const { runner, store } = await makeRunner(options);
  const { environment: _e, db: _d, folder, ...request } = options;
  const handle = await runner.start({
    definition: `rondo: 1\n${text}`,
    file: join(folder ?? tmpdir(), 'test.yaml'),
    ...request,
  });
  return ran(await handle.done, store);
}
