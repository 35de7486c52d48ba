/**
 * Owns `rondo convert`: a file of another product as a native file, and what was changed, what differs and what is
 * not supported. Converting is core's.
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Diagnostic } from '@rondo/core/errors.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { EXIT, InvalidFile, UsageError } from '../exit.ts';
import { FORMAT_OPTION, inFile, openFormat, PRODUCTS, STRICT_OPTION, type OpenedFile } from '../formats.ts';
import type { Context } from '../program.ts';
import { countDiagnostics, renderDiagnostics } from '../render/diagnostics.ts';
import { printable, printableLines } from '../render/text.ts';
import type { Terminal } from '../terminal.ts';
import { readWorkflowFile } from '../workflow-file.ts';
import { diagnose } from './check.ts';

interface Options {
  out?: string;
  format?: string;
  strictCompat?: boolean;
  json?: boolean;
}

export function build(context: Context): Command {
  return new Command('rondo convert')
    .description('Turns a n8n, Dify or Windmill file into a native one. Exit code 2 when something is not supported.')
    .argument('<file>', 'workflow file of another product')
    .option('-o, --out <file>', 'where the native file goes (default: stdout)')
    .option(...FORMAT_OPTION)
    .option(...STRICT_OPTION)
    .option('--json', 'print {"format", "file", "workflow", "diagnostics"}')
    .action(async (file: string, options: Options) => {
      context.code = await convert(file, options, context.terminal);
    });
}

async function convert(name: string, options: Options, terminal: Terminal): Promise<number> {
  const file = await readWorkflowFile(name, terminal.cwd);
  const target = options.out === undefined ? null : resolve(terminal.cwd, options.out);
  if (target === file.path) throw new UsageError(`-o ${options.out} is the file itself; it would be lost.`);
  const opened = await openFormat(file, options);
  if (opened.format === 'native' && opened.definition !== null) {
    throw new UsageError(`${file.shown} is a native file already.`, 'already-native');
  }
  const diagnostics = opened.definition === null ? await diagnose(opened) : await converted(opened, opened.definition);
  if (opened.format === 'native' || diagnostics.some((one) => one.severity === 'error')) {
    throw new InvalidFile(diagnostics, file.shown, file.text);
  }
  const { out, err } = terminal;
  if (target !== null) await writeFile(target, opened.text);
  if (options.json === true) {
    const { format, definition } = opened;
    out.write(`${JSON.stringify({ format, file: options.out ?? null, workflow: definition, diagnostics })}\n`);
  } else if (target === null) {
    // A pipe gets every byte; a terminal must not obey what a workflow holds.
    out.write(out.isTerminal ? printableLines(opened.text) : opened.text);
  }
  if (diagnostics.length > 0)
    err.write(renderDiagnostics(diagnostics, file.shown, file.text, err.style, err.columns()));
  const where = target === null ? '' : `, written to ${options.out}`;
  err.write(printable(`${file.shown}: ${PRODUCTS[opened.format]} workflow, ${countDiagnostics(diagnostics)}${where}`));
  err.write('\n');
  return EXIT.completed;
}

/** What converting says, and what the compiler says of what came out. Good advice is the work of `rondo check`. */
async function converted(opened: OpenedFile, definition: Definition): Promise<Diagnostic[]> {
  const [{ compile }, { registry }] = await Promise.all([
    import('@rondo/core/compile/compile.ts'),
    import('@rondo/nodes/registry.ts'),
  ]);
  return [...opened.diagnostics, ...(await inFile(opened, compile(definition, registry).diagnostics))];
}
