/**
 * Owns templates that only read fields of the current item, such as `{{ $json.address.city }}`:
 * telling them from the rest, and reading them. They mean here what they mean in the evaluator;
 * whatever is not plainly a field (a method, a list's length, a missing field) is left to it.
 * Runs no text of a user.
 */
import type { Json } from '../model/item.ts';
import type { Template } from '../model/plan.ts';

const WHOLE = /^\$json((?:\.[A-Za-z_$][\w$]*|\[(?:'[^'\\\n]*'|"[^"\\\n]*")\])+)$/;
const FIELD = /\.([A-Za-z_$][\w$]*)|\[(?:'([^']*)'|"([^"]*)")\]/g;

/** Names of the fields, from the outside in; null when the expression does anything else. */
export function itemPath(source: string): string[] | null {
  const fields = WHOLE.exec(source.trim())?.[1];
  if (fields === undefined) return null;
  const path = [...fields.matchAll(FIELD)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return path.includes('__proto__') ? null : path;
}

/** The field, or undefined when the evaluator has to say what there is instead. */
function readPath(json: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = json;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return;
    value = value[name];
  }
  return value;
}

/** The value of a template for an item; undefined when it is more than fields of the item. */
export function readTemplate(template: Template, json: Json): Json | undefined {
  if (template.kind === 'literal') return template.value;
  if (template.kind === 'expression') return template.path === undefined ? undefined : readPath(json, template.path);
  if (template.kind !== 'text') return undefined;
  let text = '';
  for (const part of template.parts) {
    const value = typeof part === 'string' ? part : part.path && readPath(json, part.path);
    // Other types have rules of their own for becoming text.
    if (typeof value !== 'string' && !Number.isSafeInteger(value)) return undefined;
    text += value;
  }
  return text;
}
