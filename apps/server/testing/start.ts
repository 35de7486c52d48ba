/** Owns a real server for tests: loopback, real runner, a folder of workflows, everything ended after each test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import type { KnowledgePort } from '@rondo/core/model/effect-ports.ts';
import type { Evaluator, RunRecord, RunStore } from '@rondo/core/ports.ts';
import { createFolderBlobs } from '@rondo/runtime/blobs/blobs.ts';
import { createRunner } from '@rondo/runtime/runner/runner.ts';
import { warmEvaluator } from '@rondo/runtime/sandbox/evaluator.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';
import { memoryState } from '@rondo/runtime/triggers/testing/memory-state.ts';
import { startServer, type Server, type ServerOptions } from '../server.ts';
import type { Workflow } from '../workflows/workflow.ts';

export interface Started {
  server: Server;
  url: string;
  store: RunStore;
  folder: string;
  lines: string[];
  /** Addresses that runs wait for. */
  signals: string[];
  /** By name of the file, as last told. */
  workflows: Map<string, Workflow>;
  /** Writes workflow files, without their first line, and waits until the server has read them. */
  write(files: Record<string, string>): Promise<void>;
  /** The run, when it has this status. */
  run(id: string, status?: string): Promise<RunRecord>;
  call(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export interface StartOptions extends Partial<ServerOptions> {
  secrets?: Record<string, string>;
  /** Of an earlier server. */
  folder?: string;
}

/** No workflow of these tests asks for knowledge. */
const knowledge = {} as KnowledgePort;

const ending: (() => Promise<void>)[] = [];
let shared: Evaluator | null = null;

/** Once in every test file: modules outlive files, so hooks cannot be set up where this one is loaded. */
export function serverTests(): void {
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    await shared?.close();
    shared = null;
  });
}

/** One for all servers of a file: starting it is what takes longest. */
function evaluator(): Evaluator {
  const one = (shared ??= warmEvaluator());
  return {
    define: (program) => one.define(program),
    run: (block) => one.run(block),
    pid: () => one.pid(),
    close: async () => {},
  };
}

export async function start(files: Record<string, string> = {}, options: StartOptions = {}): Promise<Started> {
  const { secrets = {}, folder: given, ...own } = options;
  const state = own.state ?? memoryState();
  const signals: string[] = [];
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'rondo-server-')));
  if (given === undefined) ending.push(() => rm(folder, { recursive: true, force: true }));
  const workflowFolder = join(folder, 'workflows');
  const put = async (more: Record<string, string>): Promise<void> => {
    for (const [name, text] of Object.entries(more)) {
      const file = join(workflowFolder, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `rondo: 1\n${text}`);
    }
  };
  await put(files);
  const store = own.store ?? (await openStore(':memory:'));
  const lines: string[] = [];
  const workflows = new Map<string, Workflow>();
  const blobFolder = join(folder, 'blobs');
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    workflows: workflowFolder,
    registry,
    makeRunner: (parts) =>
      createRunner({
        store,
        evaluator: evaluator(),
        blobs: blobFolder,
        services: { within: () => ({ state, knowledge }), secret: () => null },
        ...parts,
        signalUrl: (token) => {
          const signal = parts.signalUrl(token);
          signals.push(signal);
          return signal;
        },
      }),
    state,
    secret: async (name) => secrets[name],
    blobs: createFolderBlobs(blobFolder),
    report: (line, level) => void (level === 'debug' || lines.push(line)),
    onWorkflows: (all) => {
      workflows.clear();
      for (const workflow of all) workflows.set(workflow.shown, workflow);
    },
    ...own,
    store,
  });
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => (closed ??= server.close());
  ending.push(async () => {
    await close();
    if (own.store === undefined) await store.close();
  });
  return {
    server,
    url: server.url,
    store,
    folder,
    lines,
    signals,
    workflows,
    close,
    async write(more) {
      await put(more);
      await server.library.refresh();
    },
    run: (id, status = 'completed') =>
      until(async () => {
        const record = await store.getRun(id);
        return record?.status === status ? record : null;
      }, `run ${id} is ${status}`),
    call: (path, init) => fetch(`${server.url}${path}`, { redirect: 'manual', ...init }),
  };
}

/** Waits for a condition. */
export async function until<T>(look: () => Promise<T | null> | T | null, what: string, ms = 10_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
