/**
 * Owns `rondo check`: diagnostics of files of any format, and applying their safe fixes. Finding problems is the
 * work of the converters and the compiler.
 */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Diagnostic } from '@rondo/core/errors.ts';
import type { Explanation } from '@rondo/core/lint/explain.ts';
import { EXIT, InvalidFile, UsageError } from '../exit.ts';
import { FORMAT_OPTION, inFile, openFormat, PRODUCTS, STRICT_OPTION, type OpenedFile } from '../formats.ts';
import type { Context } from '../program.ts';
import { countDiagnostics, renderDiagnostics } from '../render/diagnostics.ts';
import { plural } from '../render/format.ts';
import { table } from '../render/table.ts';
import { printable } from '../render/text.ts';
import type { Terminal } from '../terminal.ts';
import { readWorkflowFile } from '../workflow-file.ts';

interface Options {
  fix?: boolean;
  strict?: boolean;
  json?: boolean;
  format?: string;
  strictCompat?: boolean;
  explain?: boolean;
}

interface Checked {
  file: string;
  source: string | null;
  diagnostics: Diagnostic[];
  fixed: number;
  /** Asked for, and there is something that can be read. */
  explanations?: Explanation[];
}

// A fix that brings its own problem back must not go on for ever.
const MOST_FIXES = 1_000;

export function build(context: Context): Command {
  return new Command('rondo check')
    .description('Validates workflow files. Exit code 2 when one has errors.')
    .argument('<file...>', 'workflow files')
    .option('--fix', 'apply safe fixes to the files (native files only)')
    .option('--strict', 'warnings fail too')
    .option(...FORMAT_OPTION)
    .option(...STRICT_OPTION)
    .option('--explain', 'say for every node how often it runs, and why')
    .option('--json', 'print {"diagnostics": [...]}')
    .action(async (files: string[], options: Options) => {
      context.code = await check(files, options, context.terminal);
    });
}

async function check(files: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  const results: Checked[] = [];
  for (const name of files) results.push(await checkFile(name, options, terminal));
  const all = results.flatMap((r) => r.diagnostics);
  if (options.json === true) {
    const listed = results.flatMap((r) => r.diagnostics.map((d) => ({ file: r.file, ...d })));
    const explained = results.flatMap((r) => (r.explanations ?? []).map((e) => ({ file: r.file, ...e })));
    const answer = { diagnostics: listed, ...(options.explain === true ? { explanations: explained } : {}) };
    terminal.out.write(`${JSON.stringify(answer)}\n`);
  } else {
    for (const result of results) printOne(result, terminal);
  }
  const bad = all.some((d) => d.severity === 'error' || (options.strict === true && d.severity === 'warning'));
  return bad ? EXIT.usage : EXIT.completed;
}

function printOne(result: Checked, terminal: Terminal): void {
  const { out, err } = terminal;
  if (result.explanations !== undefined) {
    for (const line of explanationLines(result.explanations, out)) out.write(`${line}\n`);
  }
  if (result.diagnostics.length > 0) {
    err.write(renderDiagnostics(result.diagnostics, result.file, result.source, err.style, err.columns()));
  }
  const fixed = result.fixed > 0 ? `${plural(result.fixed, 'fix', 'fixes')} applied, ` : '';
  out.write(`${printable(result.file)}: ${fixed}${countDiagnostics(result.diagnostics)}\n`);
}

/** One line per node; what is inside of a loop is indented by its depth. */
function explanationLines(explanations: readonly Explanation[], out: Terminal['out']): string[] {
  const rows = explanations.map(({ node, runs, why, inside }) => [
    `${'  '.repeat(inside.length)}${node}`,
    runs,
    inside.length === 0 ? why : `${why} Inside of ${inside.join(' > ')}.`,
  ]);
  return table([{ title: 'NODE' }, { title: 'RUNS' }, { title: 'WHY' }], rows, Number.POSITIVE_INFINITY, out.style);
}

async function checkFile(name: string, options: Options, terminal: Terminal): Promise<Checked> {
  let opened: OpenedFile;
  try {
    opened = await openFormat(await readWorkflowFile(name, terminal.cwd), options);
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error;
    return { file: error.file, source: null, diagnostics: error.diagnostics, fixed: 0 };
  }
  const { file, format } = opened;
  if (options.fix === true && format !== 'native') {
    throw new UsageError(
      `--fix changes native files only; ${file.shown} is a ${PRODUCTS[format]} file. Make it native first: rondo convert`,
    );
  }
  const diagnostics = await diagnose(opened);
  const checked =
    options.fix === true
      ? await fixFile(opened, diagnostics)
      : { file: file.shown, source: file.text, diagnostics, fixed: 0 };
  return options.explain === true ? { ...checked, explanations: await explained(opened) } : checked;
}

async function explained({ definition, sound }: OpenedFile): Promise<Explanation[]> {
  const readable = definition ?? sound;
  if (readable === null) return [];
  const [{ explain }, { registry }] = await Promise.all([
    import('@rondo/core/lint/explain.ts'),
    import('@rondo/nodes/registry.ts'),
  ]);
  return explain(readable, registry);
}

/** Applies fixes one at a time, because an edit can move the places of the others. */
async function fixFile({ file }: OpenedFile, found: Diagnostic[]): Promise<Checked> {
  const { applyEdits } = await import('../edits.ts');
  let text = file.text;
  let diagnostics = found;
  let fixed = 0;
  while (fixed < MOST_FIXES) {
    const edits = diagnostics.find((d) => (d.fix?.edits ?? []).length > 0)?.fix?.edits;
    const next = edits === undefined ? text : applyEdits(text, edits);
    if (next === text) break;
    text = next;
    fixed += 1;
    diagnostics = await diagnoseNative(text, file.shown);
  }
  if (fixed > 0) await writeFile(file.path, text);
  return { file: file.shown, source: text, diagnostics, fixed };
}

/** Everything that reading, converting and compiling find, with places in the file. */
export async function diagnose(opened: OpenedFile): Promise<Diagnostic[]> {
  const { file, format, definition, diagnostics } = opened;
  if (format === 'native') return diagnoseNative(file.text, file.shown);
  if (definition === null) return diagnostics;
  const [{ checkDefinition }, { registry }] = await Promise.all([
    import('@rondo/core/lint/check.ts'),
    import('@rondo/nodes/registry.ts'),
  ]);
  return [...diagnostics, ...(await inFile(opened, checkDefinition(definition, registry)))];
}

async function diagnoseNative(text: string, shown: string): Promise<Diagnostic[]> {
  const [{ checkText }, { registry }] = await Promise.all([
    import('@rondo/core/lint/check.ts'),
    import('@rondo/nodes/registry.ts'),
  ]);
  return checkText(text, shown, registry);
}
