/** Owns `rondo plan`: the compiled plan as a tree. Compiling and printing are core's. */
import { Command } from 'commander';
import { EXIT, InvalidFile } from '../exit.ts';
import { FORMAT_OPTION, inFile, openFormat, STRICT_OPTION } from '../formats.ts';
import type { Context } from '../program.ts';
import { renderDiagnostics } from '../render/diagnostics.ts';
import { printableLines } from '../render/text.ts';
import type { Terminal } from '../terminal.ts';
import { readWorkflowFile } from '../workflow-file.ts';

interface Options {
  json?: boolean;
  format?: string;
  strictCompat?: boolean;
}

export function build(context: Context): Command {
  return new Command('rondo plan')
    .description('Prints the compiled plan of a workflow file as an indented tree.')
    .argument('<file>', 'workflow file')
    .option(...FORMAT_OPTION)
    .option(...STRICT_OPTION)
    .option('--json', 'print the plan as JSON')
    .action(async (file: string, options: Options) => {
      context.code = await plan(file, options, context.terminal);
    });
}

async function plan(name: string, options: Options, terminal: Terminal): Promise<number> {
  const opened = await openFormat(await readWorkflowFile(name, terminal.cwd), options);
  const { file, definition } = opened;
  if (definition === null) throw new InvalidFile(opened.diagnostics, file.shown, file.text);
  const [{ compile }, { printPlan }, { registry }] = await Promise.all([
    import('@rondo/core/compile/compile.ts'),
    import('@rondo/core/compile/print.ts'),
    import('@rondo/nodes/registry.ts'),
  ]);
  const compiled = compile(definition, registry);
  const diagnostics = [...opened.diagnostics, ...(await inFile(opened, compiled.diagnostics))];
  if (compiled.plan === null) throw new InvalidFile(diagnostics, file.shown, file.text);
  const { out, err } = terminal;
  if (options.json === true) {
    // A loop over everything has size Infinity, which JSON cannot say.
    const text = JSON.stringify(compiled.plan, (_, value: unknown) =>
      value === Number.POSITIVE_INFINITY ? 'all' : value,
    );
    out.write(`${text}\n`);
  } else {
    out.write(`${printableLines(printPlan(compiled.plan).trimEnd())}\n`);
  }
  if (diagnostics.length > 0)
    err.write(renderDiagnostics(diagnostics, file.shown, file.text, err.style, err.columns()));
  return EXIT.completed;
}
