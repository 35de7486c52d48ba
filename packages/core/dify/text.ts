/**
 * Owns the spelling of values in texts as Dify spells them: in prompts, requests and conditions (textOf), in answers
 * (markdownOf). Whole numbers that Python would show as 5.0 are Floats of core/template. Pure; runs inside the isolate.
 */
import { startBudget } from '../template/budget.ts';
import { repr, spellFloat } from '../template/spell.ts';
import { Float, isFloat } from '../template/value.ts';
import { isFile } from './values.ts';

/** A number as Python writes it. */
function spellNumber(value: number | Float): string {
  if (value instanceof Float) return spellFloat(value.value);
  return isFloat(value) ? spellFloat(value) : String(value);
}

/** json.dumps with non-ASCII kept: one line, or indented by two. */
export function spellJson(value: unknown, indent: 0 | 2 = 0, margin = '\n'): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' || value instanceof Float) return spellNumber(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = indent === 0 ? '' : `${margin}  `;
  const outer = indent === 0 ? '' : margin;
  const separator = indent === 0 ? ', ' : `,${inner}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${inner}${value.map((one) => spellJson(one, indent, inner)).join(separator)}${outer}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const members = entries.map(([key, one]) => `${JSON.stringify(key)}: ${spellJson(one, indent, inner)}`);
  return `{${inner}${members.join(separator)}${outer}}`;
}

function spellList(list: readonly unknown[]): string {
  if (list.every(isFile)) return '';
  if (list.every((one) => typeof one === 'string')) return spellJson(list);
  return inPython(list);
}

/** repr() of Python. */
export function inPython(value: unknown): string {
  startBudget();
  return repr(value);
}

/** In prompts, requests and conditions. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number' || value instanceof Float) return spellNumber(value);
  if (Array.isArray(value)) return spellList(value);
  return isFile(value) ? '' : spellJson(value);
}

/** In answers. */
export function markdownOf(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every(isFile)) return value.map(fileLink).join('\n');
    return value.map((one) => `- ${typeof one === 'string' ? one : inPython(one)}`).join('\n');
  }
  if (isFile(value)) return fileLink(value);
  if (value !== null && typeof value === 'object' && !(value instanceof Float)) return spellJson(value, 2);
  return textOf(value);
}

function fileLink(file: { [key: string]: unknown }): string {
  const url = String(file.url ?? file.remote_url ?? '');
  const link = `[${String(file.filename ?? '')}](${url})`;
  return file.type === 'image' ? `!${link}` : link;
}
