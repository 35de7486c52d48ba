/**
 * Owns putting a Runner together from a database and options: registry, secrets, guard, folders.
 * Does not drive (drive.ts).
 */
import { dirname, join } from 'node:path';
import type { Evaluator, RunRecord } from '@rondo/core/ports.ts';
import type { Runner, RunnerEnvironment } from '@rondo/runtime/api.ts';
import type { Opened } from './database.ts';

export interface RunnerOptions {
  /** Text of the workflow that will be run. */
  definition: string;
  /** One that is starting already. */
  evaluator: Evaluator | undefined;
  secrets: Record<string, string>;
  /** RONDO_ENCRYPTION_KEY. */
  encryptionKey: string | undefined;
  egressAllow: string[];
  /** Where sub-workflows are; absolute. */
  workflows: string;
  /** Root of file nodes; absolute. */
  files?: string;
}

export async function makeRunner(database: Opened, options: RunnerOptions): Promise<Runner> {
  const folder = database.isFile ? dirname(database.target) : null;
  const [{ createRunner }, registry, { workflowFinder }, kept] = await Promise.all([
    import('@rondo/runtime/runner/runner.ts'),
    import('@rondo/nodes/named-registry.ts').then(({ namedRegistry }) => namedRegistry(options.definition)),
    import('@rondo/runtime/runner/workflows.ts'),
    import('@rondo/runtime/services/for-runner.ts').then(({ servicesFor }) =>
      servicesFor(folder, options.encryptionKey),
    ),
  ]);
  const environment: RunnerEnvironment = {
    store: database.store,
    registry,
    services: kept.services,
    secrets: options.secrets,
    egressAllow: options.egressAllow,
    findWorkflow: workflowFinder(options.workflows),
  };
  if (folder !== null) environment.blobs = join(folder, 'blobs');
  if (options.evaluator !== undefined) environment.evaluator = options.evaluator;
  if (options.files !== undefined) environment.filesRoot = options.files;
  const runner = createRunner(environment);
  const close = async (): Promise<void> => {
    await runner.close();
    await kept.close();
  };
  return { ...runner, close };
}

/** The folder of a stored run's file: what its run was started with, else where we are. */
export function folderOfRun(run: RunRecord, cwd: string): string {
  try {
    const options = JSON.parse(run.options) as { file?: unknown };
    return typeof options.file === 'string' ? dirname(options.file) : cwd;
  } catch {
    return cwd;
  }
}
