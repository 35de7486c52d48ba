/** Owns `rondo plan`: the compiled plan as a tree. Compiling and printing are core's. */
import { Command } from 'commander';
import { EXIT, InvalidFile } from '../exit.ts';
import type { Context } from '../program.ts';
import { renderDiagnostics } from '../render/diagnostics.ts';
import { printableLines } from '../render/text.ts';
import type { Terminal } from '../terminal.ts';
import { checkFormat, readWorkflowFile, refuseErrors } from '../workflow-file.ts';

interface Options {
  json?: boolean;
  format?: string;
}

export function build(context: Context): Command {
  return new Command('rondo plan')
    .description('Prints the compiled plan of a workflow file as an indented tree.')
    .argument('<file>', 'workflow file')
    .option('--format <name>', 'format of the file: native (default: detected by its content)')
    .option('--json', 'print the plan as JSON')
    .action(async (file: string, options: Options) => {
      context.code = await plan(file, options, context.terminal);
    });
}

async function plan(name: string, options: Options, terminal: Terminal): Promise<number> {
  checkFormat(options.format);
  const file = await readWorkflowFile(name, terminal.cwd);
  const [{ parseDefinition, locate }, { compile }, { printPlan }, { registry }] = await Promise.all([
    import('@rondo/core/model/format.ts'),
    import('@rondo/core/compile/compile.ts'),
    import('@rondo/core/compile/print.ts'),
    import('@rondo/nodes/registry.ts'),
  ]);
  const parsed = parseDefinition(file.text, file.shown);
  refuseErrors(parsed.diagnostics, file);
  if (parsed.definition === null) throw new InvalidFile(parsed.diagnostics, file.shown, file.text);
  const compiled = compile(parsed.definition, registry);
  const diagnostics = [...parsed.diagnostics, ...compiled.diagnostics];
  locate(file.text, diagnostics);
  refuseErrors(diagnostics, file);
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
