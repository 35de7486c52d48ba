/**
 * Owns finding the place in a foreign file that a diagnostic about its converted definition is about: the node, and
 * in it the text that stands in the definition there. Does not convert.
 */
import type { Diagnostic } from '../errors.ts';
import type { Definition } from '../model/definition.ts';
import type { Json } from '../model/item.ts';
import { isObject } from '../model/shape.ts';
import { readText, type ReadText } from '../model/text.ts';
import type { ForeignFormat } from './converted.ts';

type Path = (string | number)[];

export interface ForeignFile {
  text: string;
  /** For messages. */
  file: string;
  format: ForeignFormat;
}

/** The diagnostics with paths, lines and columns of the foreign file; without a place where there is none. */
export function placesInForeign(
  foreign: ForeignFile,
  definition: Definition,
  diagnostics: readonly Diagnostic[],
): Diagnostic[] {
  return diagnostics.length === 0
    ? []
    : placesIn(readText(foreign.text, foreign.file), foreign.format, definition, diagnostics);
}

/** The same of a text that was read already. */
export function placesIn(
  read: ReadText,
  format: ForeignFormat,
  definition: Definition,
  diagnostics: readonly Diagnostic[],
): Diagnostic[] {
  const { value } = read;
  const placed = diagnostics.map((one): Diagnostic => {
    const { line: _line, column: _column, ...rest } = one;
    const node = one.node ?? nodeOf(one.path);
    const at = node === null || value === null ? null : nodeIn(value, format, node);
    if (at === null || value === null) return { ...rest, node, path: [] };
    const written = valueAt(definition as unknown as Json, one.path);
    const inside = typeof written === 'string' ? textIn(valueAt(value, at), written) : null;
    return { ...rest, node, path: [...at, ...(inside ?? [])] };
  });
  read.locate(placed.filter((one) => one.path.length > 0));
  return placed;
}

/** Of `nodes.each.body.double.with.x`: double. */
function nodeOf(path: Path): string | null {
  let node: string | null = null;
  for (let i = 0; i + 1 < path.length && (path[i] === 'nodes' || path[i] === 'body'); i += 2)
    node = String(path[i + 1]);
  return node;
}

function valueAt(value: Json, path: Path): Json | undefined {
  let at: Json | undefined = value;
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

function nodeIn(value: { [key: string]: Json }, format: ForeignFormat, node: string): Path | null {
  const isIt = (candidate: Json): boolean =>
    isObject(candidate) && (format === 'n8n' ? candidate.name === node : candidate.id === node);
  if (format === 'openflow') return find(value, isIt);
  for (const list of [['nodes'], ['graph', 'nodes'], ['workflow', 'graph', 'nodes']]) {
    const nodes = valueAt(value, list);
    const index = Array.isArray(nodes) ? nodes.findIndex(isIt) : -1;
    if (index >= 0) return [...list, index];
  }
  return null;
}

/** The first value that fits, before those inside it. */
function find(value: Json, fits: (value: Json) => boolean, at: Path = []): Path | null {
  if (fits(value)) return at;
  if (value === null || typeof value !== 'object') return null;
  for (const [key, member] of Object.entries(value)) {
    const found = find(member as Json, fits, [...at, Array.isArray(value) ? Number(key) : key]);
    if (found !== null) return found;
  }
  return null;
}

/** Where the text of a template stands: it, or its code without what marks it as one. */
function textIn(node: Json | undefined, template: string): Path | null {
  if (node === undefined) return null;
  const code = template.replace(/^\{\{\s*|\s*\}\}$/g, '');
  return find(node, (value) => {
    if (typeof value !== 'string' || value === '') return false;
    const own = value.startsWith('=') ? value.slice(1) : value;
    return own === template || own.trim() === code;
  });
}
