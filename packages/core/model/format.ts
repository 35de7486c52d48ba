/**
 * Owns reading the native format from text: YAML or JSON to Definition, and places (line and
 * column) for diagnostics. Does not check connections or expressions (compile/).
 */
import { isCollection, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { Definition } from './definition.ts';
import type { Json } from './item.ts';
import { LIMITS } from './limits.ts';
import { checkShape, describe, isObject } from './shape.ts';

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

/** Deepest nesting of brackets outside strings; guards the parser's stack. */
function tooDeep(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 34) quoted = !quoted;
    else if (c === 92 && quoted) i += 1;
    else if (!quoted && (c === 91 || c === 123)) {
      depth += 1;
      if (depth > most) return true;
    } else if (!quoted && (c === 93 || c === 125)) depth -= 1;
  }
  return false;
}

function parse(text: string): { document: Document.Parsed; lines: LineCounter } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false, prettyErrors: false });
  return { document, lines };
}

/** The value of a YAML or JSON text that holds an object, and the places in it. */
export interface ReadText {
  value: { [key: string]: Json } | null;
  diagnostics: Diagnostic[];
  /** Fills line and column of diagnostics that came from later stages. */
  locate(diagnostics: Diagnostic[]): void;
}

/** Text of any workflow file, of whichever product. Never throws; every mistake is a diagnostic with line and column. */
export function readText(source: string, file: string): ReadText {
  const failed = (diagnostics: Diagnostic[]): ReadText => ({ value: null, diagnostics, locate: () => {} });
  const fail = (code: 'file-unreadable' | 'file-syntax' | 'file-format', message: string): ReadText =>
    failed([{ ...diagnostic(code, [], message), line: 1, column: 1 }]);
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  const most = LIMITS['file.definition'].cap;
  if (text.length > most)
    return fail('file-unreadable', `${file} is longer than ${most} characters (limit file.definition).`);
  if (text.trim() === '') return fail('file-format', `${file} is empty.`);
  if (text.includes('\u0000') || text.includes('\ufffd')) {
    return fail('file-unreadable', `${file} is not UTF-8 text. Save it as UTF-8.`);
  }
  if (tooDeep(text, 400)) return fail('file-syntax', `${file} is nested deeper than 400 brackets.`);

  const { document, lines } = parse(text);
  if (document.errors.length > 0) {
    return failed(
      document.errors.slice(0, 20).map((error) => {
        const at = lines.linePos(error.pos[0]);
        return {
          ...diagnostic('file-syntax', [], error.message.split('\n')[0] ?? 'syntax error'),
          line: at.line,
          column: at.col,
        };
      }),
    );
  }
  const unknownTag = document.warnings[0];
  if (unknownTag !== undefined) {
    const at = lines.linePos(unknownTag.pos[0]);
    return failed([
      { ...diagnostic('file-syntax', [], unknownTag.message.split('\n')[0] ?? 'tag'), line: at.line, column: at.col },
    ]);
  }
  let value: Json;
  try {
    value = document.toJS({ maxAliasCount: LIMITS['yaml.aliases'].default }) as Json;
  } catch (error) {
    return fail(
      'file-syntax',
      `${file}: ${error instanceof Error ? error.message : String(error)} (limit yaml.aliases).`,
    );
  }
  if (!isObject(value)) return fail('file-format', `${file} holds ${describe(value)}, not a workflow.`);
  return { value, diagnostics: [], locate: (diagnostics) => place(document, lines, diagnostics) };
}

/** A native file. Never throws; every mistake is a diagnostic with line and column. */
export function parseDefinition(source: string, file: string): Parsed {
  const read = readText(source, file);
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
  const diagnostics = checkShape(value);
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

function place(document: Document.Parsed, lines: LineCounter, diagnostics: Diagnostic[]): void {
  for (const d of diagnostics) {
    if (d.line !== undefined) continue;
    const offset = offsetOf(document, d.path);
    const at = lines.linePos(offset);
    d.line = at.line;
    d.column = at.col;
  }
}

/** Offset of the key (or element) at `path`; of the deepest part that exists. */
function offsetOf(document: Document.Parsed, path: (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (!isCollection(node)) break;
    const pair = (node.items as unknown[]).find((item) => {
      const pairKey = (item as { key?: unknown }).key;
      return isScalar(pairKey) && String(pairKey.value) === String(key);
    }) as { key: { range?: [number, number, number] }; value: unknown } | undefined;
    if (pair !== undefined) {
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      const element = typeof key === 'number' ? (node.items as unknown[])[key] : undefined;
      if (element === undefined) break;
      offset = (element as { range?: [number, number, number] }).range?.[0] ?? offset;
      node = element;
    }
  }
  return offset;
}

/** Fills line and column of diagnostics that came from later stages. */
export function locate(source: string, diagnostics: Diagnostic[]): void {
  if (diagnostics.every((d) => d.line !== undefined)) return;
  const { document, lines } = parse(source);
  place(document, lines, diagnostics);
}
