/**
 * Owns turning a workflow file of any format into a definition that can be run, with diagnostics that point into
 * the file as people wrote it. Does not read files, compile or run.
 */
import { diagnostic, type Diagnostic } from '@rondo/core/errors.ts';
import type { ForeignFormat } from '@rondo/core/convert/converted.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import type { ReadText } from '@rondo/core/model/text.ts';
import { UsageError } from './exit.ts';
import type { WorkflowFile } from './workflow-file.ts';

const FORMATS = ['native', 'n8n', 'dify', 'openflow'] as const;
export type Format = (typeof FORMATS)[number];

export const PRODUCTS: Record<ForeignFormat, string> = { n8n: 'n8n', dify: 'Dify', openflow: 'Windmill OpenFlow' };

export const FORMAT_OPTION = [
  '--format <name>',
  'format of the file: native, n8n, dify or openflow (default: detected by its content)',
] as const;
export const STRICT_OPTION = [
  '--strict-compat',
  'reproduce the defects of the original product too (foreign files)',
] as const;

export interface FormatOptions {
  format?: string;
  strictCompat?: boolean;
}

export interface OpenedFile {
  file: WorkflowFile;
  format: Format;
  /** Null when an error stands in the way. */
  definition: Definition | null;
  /** What the runner takes: the file itself, or a native file of the same meaning. */
  text: string;
  /** Of reading and converting. */
  diagnostics: Diagnostic[];
  /** Native files with errors: what can be checked all the same. */
  sound: Definition | null;
}

interface Around {
  /** Nodes whose output is given from outside. */
  pinned?: ReadonlySet<string>;
  /** Another file calls it, and the options are those of that one. */
  called?: boolean;
}

export async function openFormat(
  file: WorkflowFile,
  options: FormatOptions,
  { pinned = new Set(), called = false }: Around = {},
): Promise<OpenedFile> {
  const wanted = formatOption(options.format);
  const strict = options.strictCompat === true;
  const { readText } = await import('@rondo/core/model/text.ts');
  const read = readText(file.text, file.shown);
  const format = wanted ?? (await detected(read));
  if (format === 'native') {
    if (strict && !called) throw new UsageError('--strict-compat is for files of other products; this one is native.');
    const { definitionIn } = await import('@rondo/core/model/format.ts');
    const { definition, diagnostics, sound = null } = definitionIn(read, file.shown);
    return { file, format, definition, text: file.text, diagnostics, sound };
  }
  const [{ convertRead }, { writeDefinition }, { readBeside }] = await Promise.all([
    import('@rondo/core/convert/convert.ts'),
    import('@rondo/core/model/write.ts'),
    import('@rondo/runtime/runner/beside.ts'),
  ]);
  const converting = { strict, file: file.shown, pinned, read: readBeside(file.path) };
  const { definition, diagnostics } = convertRead(read, format, converting);
  if (definition === null && !diagnostics.some((one) => one.severity === 'error')) {
    const message = `${file.shown} is not a workflow of ${PRODUCTS[format]}.`;
    diagnostics.push({ ...diagnostic('file-format', [], message), line: 1, column: 1 });
  }
  const text = definition === null ? '' : writeDefinition(definition);
  return { file, format, definition, text, diagnostics, sound: null };
}

/** What no product is known for is judged as a native file. Those need no converter to be loaded. */
async function detected({ value }: ReadText): Promise<Format> {
  if (value === null || 'rondo' in value) return 'native';
  const { formatOf } = await import('@rondo/core/convert/convert.ts');
  return formatOf(value) ?? 'native';
}

/** The flag's value; null when it was not given. */
function formatOption(format: string | undefined): Format | null {
  if (format === undefined) return null;
  const known = FORMATS.find((one) => one === format);
  if (known === undefined) throw new UsageError(`--format knows ${FORMATS.join(', ')}; "${format}" is none of them.`);
  return known;
}

/** What the compiler says of a converted definition, with places in the foreign file. */
export async function inFile(opened: OpenedFile, diagnostics: Diagnostic[]): Promise<Diagnostic[]> {
  const { format, file, definition } = opened;
  if (format === 'native' || definition === null) {
    const { locate } = await import('@rondo/core/model/format.ts');
    // Diagnostics of the input have no place in the file.
    locate(
      file.text,
      diagnostics.filter((one) => one.path.length > 0 && one.code !== 'input-invalid'),
    );
    return diagnostics;
  }
  const { placesInForeign } = await import('@rondo/core/convert/places.ts');
  return placesInForeign({ text: file.text, file: file.shown, format }, definition, diagnostics);
}

/**
 * What the compiler says of how a converted definition runs otherwise than in its product: nested loops, for
 * example. Empty for native files.
 */
export async function differences(opened: OpenedFile, pins: ReadonlySet<string>): Promise<Diagnostic[]> {
  const { format, definition, text } = opened;
  if (format === 'native' || definition === null) return [];
  const [{ compile }, registry] = await Promise.all([
    import('@rondo/core/compile/compile.ts'),
    import('@rondo/nodes/named-registry.ts').then(({ namedRegistry }) => namedRegistry(text)),
  ]);
  return compile(definition, registry, { pins }).diagnostics.filter((one) => one.code === 'differs');
}
