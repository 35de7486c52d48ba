/**
 * Owns which product a workflow file is of, and the way from its text to a native definition. Pure. What the
 * products mean by their files is in the folders n8n/, dify/ and openflow/.
 */
import type { Json } from '../model/item.ts';
import { checkShape, isObject } from '../model/shape.ts';
import { readText, type ReadText } from '../model/text.ts';
import type { Converted, Converter, ConvertOptions, ForeignFormat } from './converted.ts';
import { convertDify } from './dify/convert.ts';
import { convertN8n } from './n8n/convert.ts';
import { convertOpenFlow } from './openflow/convert.ts';
import { placesIn } from './places.ts';

const CONVERTERS: Record<ForeignFormat, Converter> = {
  n8n: convertN8n,
  dify: convertDify,
  openflow: convertOpenFlow,
};

/** Null: a native file, or nothing known. */
export function formatOf(value: { [key: string]: Json }): ForeignFormat | null {
  if ('rondo' in value) return null;
  if (Array.isArray(value.nodes) && (isObject(value.connections) || value.nodes.some(looksLikeN8n))) return 'n8n';
  if (value.kind === 'app' || (isObject(value.app) && isObject(value.workflow))) return 'dify';
  if (Array.isArray(value.nodes) && Array.isArray(value.edges)) return 'dify';
  if (isObject(value.graph) && Array.isArray(value.graph.nodes) && Array.isArray(value.graph.edges)) return 'dify';
  if (isObject(value.value) && Array.isArray(value.value.modules)) return 'openflow';
  return null;
}

const looksLikeN8n = (node: Json): boolean =>
  isObject(node) && typeof node.type === 'string' && /^(?:@[\w.-]+\/)?n8n-nodes-/.test(node.type);

/** Converts a foreign file. Diagnostics have line and column. Never throws. */
export function convert(text: string, format: ForeignFormat, options: ConvertOptions): Converted {
  return convertRead(readText(text, options.file), format, options);
}

/** The same of a text that was read already. */
export function convertRead(read: ReadText, format: ForeignFormat, options: ConvertOptions): Converted {
  if (read.value === null) return { definition: null, diagnostics: read.diagnostics };
  const { definition, diagnostics } = CONVERTERS[format](read.value, options);
  const all = [...read.diagnostics, ...diagnostics];
  read.locate(all);
  if (definition === null) return { definition, diagnostics: all };
  // Ids and the like that another product takes and the native format does not.
  const misshapen = checkShape(definition as unknown as Json).filter((one) => one.severity === 'error');
  if (misshapen.length === 0) return { definition, diagnostics: all };
  return { definition: null, diagnostics: [...all, ...placesIn(read, format, definition, misshapen)] };
}

/** The product of a text; null for native files and for what cannot be read. */
export function detectFormat(text: string, file: string): ForeignFormat | null {
  const { value } = readText(text, file);
  return value === null ? null : formatOf(value);
}
