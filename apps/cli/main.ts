/**
 * Owns the start of the command line: hands its arguments to program.ts and ends the process with
 * the code it answers. Started by bin/rondo.
 */
import { program } from './program.ts';
import { processTerminal } from './terminal.ts';

if (process.env.RONDO_LIFELINE !== undefined) (await import('./lifeline.ts')).holdLifeline();
const code = await program(process.argv.slice(2), processTerminal());
// What was written may still be on its way to a pipe; then the end, whatever is still open.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
