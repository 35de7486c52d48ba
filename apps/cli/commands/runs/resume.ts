/** Owns `rondo runs resume`: takes back a pause and goes on with the run in this process. */
import type { Terminal } from '../../terminal.ts';
import { isDriven } from '../../database.ts';
import { resumeStored, type RunOptions } from '../run.ts';

export async function resume(name: string, options: RunOptions, terminal: Terminal): Promise<number> {
  return resumeStored(name, options, { terminal }, async ({ store }, run) => {
    if (run.control !== 'pause' || !isDriven(run, terminal.now())) return {};
    await store.setControl(run.id, 'none');
    // Its runner has not halted yet; taking the pause back is all there is to do.
    const text = `Run ${run.id} goes on where it is being driven.`;
    if (options.json === true)
      terminal.out.write(`${JSON.stringify({ runId: run.id, status: run.status, message: text })}\n`);
    else terminal.err.write(`${text}\n`);
    return null;
  });
}
