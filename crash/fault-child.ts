/**
 * Owns a runner that ends itself with SIGKILL at the n-th hit of a named fault point; without a
 * point it runs or resumes to the end.
 *
 *   node crash/fault-child.ts DATABASE WORKFLOW ITEMS RUN start|resume [POINT N]
 *
 * Prints the run's status and output as JSON.
 */
import { readFileSync } from 'node:fs';
import { registry } from '@rondo/nodes/registry.ts';
import { createRunner } from '@rondo/runtime/runner/runner.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';

const [database, workflow, items, runId, what, point, nth] = process.argv.slice(2);
if (database === undefined || workflow === undefined || items === undefined || runId === undefined) {
  throw new Error('usage: fault-child.ts DATABASE WORKFLOW ITEMS RUN start|resume [POINT N]');
}

let hits = 0;
const store = await openStore(database);
const runner = createRunner({
  store,
  registry,
  egressAllow: ['127.0.0.1'],
  fault: (at) => {
    if (at !== point) return;
    hits += 1;
    if (hits === Number(nth)) process.kill(process.pid, 'SIGKILL');
  },
});
const definition = readFileSync(workflow, 'utf8');
/** A run that had its final status before the crash is not resumed; its end is on disk. */
async function finish(file: string, id: string, list: string): Promise<{ status: string; output: unknown }> {
  const before = what === 'resume' ? await store.getRun(id) : null;
  if (before !== null && ['completed', 'failed', 'cancelled'].includes(before.status)) {
    return { status: before.status, output: before.output === null ? null : (JSON.parse(before.output) as unknown) };
  }
  const handle =
    what === 'resume' ? await runner.resume(id) : await runner.start({ definition, file, items: list, runId: id });
  return handle.done;
}
const { status, output } = await finish(workflow, runId, items);
await runner.close();
await store.close();
process.stdout.write(JSON.stringify({ status, output, hits }));
