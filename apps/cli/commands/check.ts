/**
 * Owns `rondo check`: diagnostics of files, and applying their safe fixes. Finding problems is the
 * compiler's work.
 */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Diagnostic } from '@rondo/core/errors.ts';
import { EXIT, InvalidFile } from '../exit.ts';
import type { Context } from '../program.ts';
import { countDiagnostics, renderDiagnostics } from '../render/diagnostics.ts';
import { plural } from '../render/format.ts';
import { printable } from '../render/text.ts';
import type { Terminal } from '../terminal.ts';
import { readWorkflowFile, type WorkflowFile } from '../workflow-file.ts';

interface Options {
  fix?: boolean;
  strict?: boolean;
  json?: boolean;
}

interface Checked {
  file: string;
  source: string | null;
  diagnostics: Diagnostic[];
  fixed: number;
}

// A fix that brings its own problem back must not go on for ever.
const MOST_FIXES = 1_000;

export function build(context: Context): Command {
  return new Command('rondo check')
    .description('Validates workflow files. Exit code 2 when one has errors.')
    .argument('<file...>', 'workflow files')
    .option('--fix', 'apply safe fixes to the files')
    .option('--strict', 'warnings fail too')
    .option('--json', 'print {"diagnostics": [...]}')
    .action(async (files: string[], options: Options) => {
      context.code = await check(files, options, context.terminal);
    });
}

async function check(files: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  const results: Checked[] = [];
  for (const name of files) results.push(await checkFile(name, options.fix === true, terminal));
  const all = results.flatMap((r) => r.diagnostics);
  if (options.json === true) {
    const listed = results.flatMap((r) => r.diagnostics.map((d) => ({ file: r.file, ...d })));
    terminal.out.write(`${JSON.stringify({ diagnostics: listed })}\n`);
  } else {
    for (const result of results) printOne(result, terminal);
  }
  const bad = all.some((d) => d.severity === 'error' || (options.strict === true && d.severity === 'warning'));
  return bad ? EXIT.usage : EXIT.completed;
}

function printOne(result: Checked, terminal: Terminal): void {
  const { out, err } = terminal;
  if (result.diagnostics.length > 0) {
    err.write(renderDiagnostics(result.diagnostics, result.file, result.source, err.style, err.columns()));
  }
  const fixed = result.fixed > 0 ? `${plural(result.fixed, 'fix', 'fixes')} applied, ` : '';
  out.write(`${printable(result.file)}: ${fixed}${countDiagnostics(result.diagnostics)}\n`);
}

async function checkFile(name: string, fix: boolean, terminal: Terminal): Promise<Checked> {
  let file: WorkflowFile;
  try {
    file = await readWorkflowFile(name, terminal.cwd);
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error;
    return { file: error.file, source: null, diagnostics: error.diagnostics, fixed: 0 };
  }
  const diagnostics = await diagnose(file);
  if (!fix) return { file: file.shown, source: file.text, diagnostics, fixed: 0 };
  return fixFile(file, diagnostics);
}

/** Applies fixes one at a time, because an edit can move the places of the others. */
async function fixFile(original: WorkflowFile, found: Diagnostic[]): Promise<Checked> {
  const { applyEdits } = await import('../edits.ts');
  let file = original;
  let diagnostics = found;
  let fixed = 0;
  while (fixed < MOST_FIXES) {
    const edits = diagnostics.find((d) => (d.fix?.edits ?? []).length > 0)?.fix?.edits;
    const text = edits === undefined ? file.text : applyEdits(file.text, edits);
    if (text === file.text) break;
    file = { ...file, text };
    fixed += 1;
    diagnostics = await diagnose(file);
  }
  if (fixed > 0) await writeFile(file.path, file.text);
  return { file: file.shown, source: file.text, diagnostics, fixed };
}

/** Everything that reading and compiling find, with places. */
export async function diagnose(file: WorkflowFile): Promise<Diagnostic[]> {
  const [{ checkText }, { registry }] = await Promise.all([
    import('@rondo/core/compile/check.ts'),
    import('@rondo/nodes/registry.ts'),
  ]);
  return checkText(file.text, file.shown, registry);
}
