/**
 * Owns how parameters that the data nodes of n8n have in common become native ones: choices, flags, lists of names.
 */
import type { LoopSettings } from '../../../model/definition.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, literal, raw, value, type N8nNode, type Report } from '../node.ts';

type Row = { [key: string]: Json };

const isRow = (json: Json | undefined): json is Row =>
  json !== null && typeof json === 'object' && !Array.isArray(json);

/** Not a guard: what is no expression may be a text all the same. */
const isComputed = (json: Json): boolean => isExpression(json);

/** One of a few words, in native words. It decides what the node is, so it cannot be computed. */
export function choice<T extends string>(
  node: N8nNode,
  report: Report,
  path: string,
  otherwise: string,
  words: Readonly<Record<string, T>>,
): T | null {
  const given = raw(node, path, otherwise);
  if (typeof given === 'string' && Object.hasOwn(words, given)) return words[given] as T;
  const what = isComputed(given)
    ? `${path} is computed by an expression; choose one of ${Object.keys(words).join(', ')}.`
    : `${path} ${JSON.stringify(given)} is not known; there are ${Object.keys(words).join(', ')}.`;
  report.unsupported(what, path);
  return null;
}

/** Whether an option is on. Null when an expression would decide. */
export function flag(node: N8nNode, report: Report, path: string, otherwise = false): boolean | null {
  const given = raw(node, path, otherwise);
  if (!isComputed(given)) return given === true || given === 'true';
  report.unsupported(`${path} is computed by an expression; set it to true or false.`, path);
  return null;
}

/** An option that may be computed. */
export function flagOrTemplate(node: N8nNode, path: string, otherwise = false): Json {
  const given = raw(node, path, otherwise);
  return isComputed(given) ? value(given) : given === true || given === 'true';
}

/** Names of fields: a text with commas, a list, or the rows of older versions. A computed text is split in the run. */
export function names(node: N8nNode, path: string): Json {
  const given = raw(node, path, '');
  if (isComputed(given)) return value(given);
  if (typeof given === 'string') {
    return given
      .split(',')
      .map((name) => literal(name.trim()))
      .filter((name) => name !== '');
  }
  if (Array.isArray(given)) return given.map(value);
  return rows(node, `${path}.fields`).map((row) => value(row.fieldName ?? ''));
}

/** Rows of a collection; none where it is not there. */
export function rows(node: N8nNode, path: string): Row[] {
  const given = raw(node, path, []);
  return (Array.isArray(given) ? given : [given]).filter(isRow);
}

/** A number; one that is written as text, too. */
export function number(node: N8nNode, path: string, otherwise: number): Json {
  const given = raw(node, path, otherwise);
  if (typeof given === 'string' && !isComputed(given) && given.trim() !== '' && !Number.isNaN(Number(given))) {
    return Number(given);
  }
  return value(given);
}

/** The field for the result: a name, dots and all. */
export function resultField(node: N8nNode, report: Report, path: string, otherwise: string): Json {
  const name = raw(node, path, otherwise);
  if (typeof name !== 'string') return otherwise;
  if (name.startsWith('=')) {
    report.differs('dots in the computed name of the result make a path.', path);
    return value(name);
  }
  return /[.[\]]/.test(name) ? literal(`["${name.replace(/["\\]/g, '\\$&')}"]`) : literal(name);
}

/** Nodes that leave errors to n8n itself: where it continues, what came in goes on as it is. */
export function passingOnError(node: N8nNode): { loop?: LoopSettings } {
  return node.onError === 'stopWorkflow' ? {} : { loop: { onError: 'pass' } };
}
