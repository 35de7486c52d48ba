/**
 * Owns the start of the command line: answers `--version` without loading anything, otherwise hands
 * over to program.ts, and ends the process with its code. Started by bin/rondo.
 */
import { readFileSync } from 'node:fs';

const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  process.stdout.write(`${(JSON.parse(text) as { version: string }).version}\n`);
} else {
  if (process.env.RONDO_LIFELINE !== undefined) (await import('./lifeline.ts')).holdLifeline();
  const [{ program }, { processTerminal }] = await Promise.all([import('./program.ts'), import('./terminal.ts')]);
  const code = await program(args, processTerminal());
  // What was written may still be on its way to a pipe; then the end, whatever is still open.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
