/** Owns `rondo runs signal`: brings a signal to the iteration that waits for it. */
import { dirname } from 'node:path';
import type { Json } from '@rondo/core/model/item.ts';
import { jsonValue } from '../../arguments.ts';
import { EXIT, UsageError } from '../../exit.ts';
import { databaseOf, mustExist } from '../../settings.ts';
import type { Terminal } from '../../terminal.ts';

interface Options {
  db?: string;
  json?: boolean;
}

export async function signal(
  token: string,
  value: string | undefined,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const database = databaseOf(options.db, terminal);
  mustExist(database);
  const brought: Json = value === undefined ? true : await jsonValue(value, 'value', terminal);
  const [{ servicesFor }, { createSignals }, { systemClock }] = await Promise.all([
    import('@rondo/runtime/services/for-runner.ts'),
    import('@rondo/runtime/runner/signals.ts'),
    import('@rondo/runtime/runner/clock.ts'),
  ]);
  const kept = await servicesFor(dirname(database.target), terminal.env['RONDO_ENCRYPTION_KEY']);
  try {
    const delivered = await createSignals((await kept.open()).state, systemClock).deliver(token, brought);
    if (!delivered) throw new UsageError('Nothing waits for this token, or its signal came before.', 'signal-unknown');
    if (options.json === true) terminal.out.write(`${JSON.stringify({ delivered })}\n`);
    else terminal.err.write('The signal is delivered.\n');
    return EXIT.completed;
  } finally {
    await kept.close();
  }
}
