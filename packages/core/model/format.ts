/**
 * Owns reading the native format: what a text holds to Definition. Does not read the text itself (text.ts) or check
 * connections or expressions (compile/).
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { Definition } from './definition.ts';
import type { Json } from './item.ts';
import { checkShape, isObject } from './shape.ts';
import { readText, type ReadText } from './text.ts';

export interface Parsed {
  definition: Definition | null;
  /** Without a definition: the parts that have the right form, to be checked further but not run. */
  sound?: Definition | null;
  diagnostics: Diagnostic[];
}

const FOREIGN: [string, (v: { [key: string]: Json }) => boolean][] = [
  ['n8n', (v) => Array.isArray(v.nodes) && isObject(v.connections)],
  ['Dify', (v) => v.kind === 'app' || (isObject(v.app) && isObject(v.workflow))],
  ['Windmill OpenFlow', (v) => isObject(v.value) && Array.isArray(v.value.modules)],
];

/** A native file. Never throws; every mistake is a diagnostic with line and column. */
export function parseDefinition(source: string, file: string): Parsed {
  return definitionIn(readText(source, file), file);
}

/** The same of a text that was read already. */
export function definitionIn(read: ReadText, file: string): Parsed {
  const { value } = read;
  if (value === null) return { definition: null, diagnostics: read.diagnostics };
  const fail = (message: string): Parsed => ({
    definition: null,
    diagnostics: [{ ...diagnostic('file-format', [], message), line: 1, column: 1 }],
  });
  if (!('rondo' in value)) {
    for (const [name, test] of FOREIGN) {
      if (test(value)) return fail(`${file} is a ${name} workflow; this command reads native files (rondo: 1).`);
    }
  }
  const diagnostics = [...read.diagnostics, ...checkShape(value)];
  read.locate(diagnostics);
  const errors = diagnostics.filter((d) => d.severity === 'error');
  if (errors.length > 0) {
    return { definition: null, diagnostics, sound: withoutErrors(value, errors, fileTitle(file)) };
  }
  const named = value as unknown as Definition;
  return { definition: { ...named, name: named.name ?? fileTitle(file) }, diagnostics };
}

/**
 * What is left without the places of the errors, so that the rest can be checked in the same go. A node stays
 * under its id, for others refer to it.
 */
function withoutErrors(value: Record<string, Json>, errors: readonly Diagnostic[], title: string): Definition | null {
  const copy = structuredClone(value);
  for (const { path } of errors) {
    let at: Json | undefined = copy;
    for (const key of path.slice(0, -1)) at = isObject(at) ? at[key] : Array.isArray(at) ? at[Number(key)] : undefined;
    const last = path.at(-1);
    if (!isObject(at) || last === undefined) continue;
    const isNode = ['nodes', 'body'].includes(String(path.at(-2))) && path.length % 2 === 0;
    if (isNode) at[last] = { type: 'no-op', ...(isObject(at[last]) ? at[last] : {}) };
    else delete at[last];
  }
  if (!isObject(copy['nodes']) || checkShape(copy).some((one) => one.severity === 'error')) return null;
  return { name: title, ...(copy as object) } as Definition;
}

function fileTitle(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? file).replace(/\.[^.]*$/, '') || 'workflow';
}

/** Fills line and column of diagnostics that came from later stages. */
export function locate(source: string, diagnostics: Diagnostic[]): void {
  if (diagnostics.some((one) => one.line === undefined)) readText(source, '').locate(diagnostics);
}
