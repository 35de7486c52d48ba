/**
 * Owns the list of commands and the way from arguments to one of them. Each command is a file that
 * is loaded when it is used. Does not know what commands do.
 */
import type { Command } from 'commander';
import type { Evaluator } from '@rondo/core/ports.ts';
import { EXIT, report } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** What a command's action gets besides its arguments. */
export interface Context {
  terminal: Terminal;
  /** The action puts its exit code here. */
  code: number;
  /** The action says that --json was given, so that errors come as JSON too. */
  json: boolean;
  /** For commands that run something: the evaluator, starting while the command is loaded. */
  evaluator?: Promise<Evaluator> | undefined;
}

export type BuildCommand = (context: Context) => Command;

interface Entry {
  name: string;
  summary: string;
  /** Evaluates expressions: worth starting the evaluator before the rest is loaded. */
  evaluates?: true;
  load: () => Promise<{ build: BuildCommand }>;
}

const COMMANDS: readonly Entry[] = [
  { name: 'start', summary: 'the studio, with a workflow that runs', load: () => import('./commands/start.ts') },
  {
    name: 'run',
    summary: 'run a workflow file, or go on with a run',
    evaluates: true,
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'serve',
    summary: 'studio, API, webhooks, forms and schedules',
    load: () => import('./commands/serve.ts'),
  },
  { name: 'check', summary: 'validate workflow files', load: () => import('./commands/check.ts') },
  {
    name: 'convert',
    summary: 'turn a n8n, Dify or Windmill file into a native one',
    load: () => import('./commands/convert.ts'),
  },
  { name: 'plan', summary: 'print the compiled plan of a file', load: () => import('./commands/plan.ts') },
  { name: 'runs', summary: 'list, look into, steer and export runs', load: () => import('./commands/runs.ts') },
  {
    name: 'secrets',
    summary: 'store what workflows may send but not see',
    load: () => import('./commands/secrets.ts'),
  },
  { name: 'nodes', summary: 'list node types, or show one', load: () => import('./commands/nodes.ts') },
  { name: 'doctor', summary: 'check the installation and the database', load: () => import('./commands/doctor.ts') },
];

function helpText(terminal: Terminal): string {
  const s = terminal.out.style;
  return [
    `${s.bold('Rondo')}: do the same work for every element of a list, durably.`,
    '',
    `${s.bold('usage:')} rondo COMMAND [ARGUMENTS]`,
    '',
    ...COMMANDS.map((c) => `  ${s.cyan(c.name.padEnd(8))}  ${c.summary}`),
    '',
    'rondo COMMAND --help says more about one; rondo --version prints the version.',
    'Exit codes: 0 completed, 1 run failed, 2 wrong usage or invalid file, 3 environment, 130 interrupted.',
    '',
  ].join('\n');
}

/** Runs one command line. Never throws; answers the exit code. */
export async function program(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) {
    terminal.out.write(helpText(terminal));
    return EXIT.completed;
  }
  if (first === '--version' || first === '-V') {
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    terminal.out.write(`${(JSON.parse(text) as { version: string }).version}\n`);
    return EXIT.completed;
  }
  const name = first === 'help' ? (rest[0] ?? '') : first;
  const entry = COMMANDS.find((c) => c.name === name);
  if (entry === undefined) {
    const { closest } = await import('./closest.ts');
    const near = closest(
      name,
      COMMANDS.map((c) => c.name),
    );
    const hint = near === null ? 'rondo --help lists them.' : `Did you mean "rondo ${near}"?`;
    const { printable } = await import('./render/text.ts');
    terminal.err.write(`rondo: there is no command "${printable(name)}". ${hint}\n`);
    return EXIT.usage;
  }
  const context: Context = { terminal, code: EXIT.completed, json: rest.includes('--json') };
  if (entry.evaluates === true) {
    context.evaluator = import('@rondo/runtime/sandbox/evaluator.ts').then((sandbox) => sandbox.warmEvaluator());
    // Seen where it is awaited.
    context.evaluator.catch(() => {});
  }
  try {
    const { build } = await entry.load();
    const command = build(context);
    quiet(command, terminal);
    await command.parseAsync(first === 'help' ? [...rest.slice(1), '--help'] : rest, { from: 'user' });
    return context.code;
  } catch (error) {
    const commander = error as { code?: unknown; exitCode?: unknown };
    if (typeof commander.code === 'string' && commander.code.startsWith('commander.')) {
      return commander.exitCode === 0 ? EXIT.completed : EXIT.usage;
    }
    return report(error, terminal, context.json);
  }
}

/** Errors and help of commander through our streams, as thrown values instead of process exits. */
function quiet(command: Command, terminal: Terminal): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => terminal.out.write(text),
    writeErr: (text) => terminal.err.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, 'rondo: ')),
    getOutHelpWidth: () => Math.min(terminal.out.columns(), 110),
    getErrHelpWidth: () => Math.min(terminal.err.columns(), 110),
    getOutHasColors: () => terminal.out.style.enabled,
    getErrHasColors: () => terminal.err.style.enabled,
  });
  command.showSuggestionAfterError(true);
  command.helpCommand(false);
  for (const sub of command.commands) quiet(sub, terminal);
}
