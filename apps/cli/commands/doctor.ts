/**
 * Owns `rondo doctor`: checks the installation and the database, one line each: ok, or what to do.
 * The checks themselves are in doctor/checks.ts.
 */
import { Command } from 'commander';
import { EXIT } from '../exit.ts';
import type { Context } from '../program.ts';
import { padEnd, printable, wrap } from '../render/text.ts';
import { DB_OPTION } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  db?: string;
  json?: boolean;
}

export interface Finding {
  /** `note`: nothing is wrong, nothing could be checked. */
  state: 'ok' | 'note' | 'bad';
  /** What was found. */
  text: string;
  /** What to do, where something is bad. */
  fix?: string;
}

export interface Check {
  name: string;
  run(): Promise<Finding[]>;
}

export function build(context: Context): Command {
  return new Command('rondo doctor')
    .description('Checks the installation and the database. Exit code 3 when something is missing.')
    .option(...DB_OPTION)
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const { checksFor } = await import('../doctor/checks.ts');
      context.code = await doctor(checksFor(options.db, context.terminal), options.json === true, context.terminal);
    });
}

export async function doctor(checks: readonly Check[], json: boolean, terminal: Terminal): Promise<number> {
  const { out } = terminal;
  const found: (Finding & { name: string })[] = [];
  const size = Math.max(...checks.map((check) => check.name.length));
  for (const check of checks) {
    for (const finding of await settle(check)) {
      found.push({ name: check.name, ...finding });
      // Each as it comes: a big database takes a while.
      if (!json) out.write(line(check.name, finding, size, terminal));
    }
  }
  const bad = found.filter((finding) => finding.state === 'bad');
  if (json) out.write(`${JSON.stringify({ ok: bad.length === 0, checks: found })}\n`);
  else out.write(bad.length === 0 ? 'Everything is in order.\n' : `${bad.length} of ${found.length} need attention.\n`);
  return bad.length === 0 ? EXIT.completed : EXIT.environment;
}

/** A check that throws has found something too. */
async function settle(check: Check): Promise<Finding[]> {
  try {
    return await check.run();
  } catch (error) {
    return [{ state: 'bad', text: error instanceof Error ? error.message : String(error) }];
  }
}

function line(name: string, finding: Finding, size: number, terminal: Terminal): string {
  const { style: s, columns } = terminal.out;
  const mark = finding.state === 'ok' ? s.green('ok ') : finding.state === 'note' ? s.dim('-  ') : s.red('bad');
  const indent = ' '.repeat(size + 6);
  const room = Math.max(40, columns() - indent.length);
  const [first = '', ...rest] = wrap(printable(finding.text), room);
  const fix = finding.fix === undefined ? [] : wrap(`-> ${finding.fix}`, room);
  const more = [...rest, ...fix.map((text) => s.cyan(text))].map((text) => `${indent}${text}\n`).join('');
  return `${mark} ${padEnd(name, size)}  ${first}\n${more}`;
}
