/**
 * Owns how values of a flow file become parameters: JavaScript stays as it is, inside `{{ }}`; texts that are no
 * code must not become templates. Does not check expressions; the compiler does.
 */
import { jsonNumber } from '../json-text.ts';
import type { Json } from '../../model/item.ts';
import { isObject } from '../../model/shape.ts';
import type { Place } from './module.ts';

/** What expressions of a step see besides the names that are always there. */
export interface Seen {
  /** The step is the first of its level: what came before it is the input of the flow. */
  first: boolean;
  /** Node whose item holds what approvals brought: resume, resumes, approvers. */
  approval: string | null;
}

export const NOTHING_SEEN: Seen = { first: false, approval: null };

const STATEMENT = /^\s*(?:return|const|let|var|if|for|while|switch|try|throw|function|class|async|await)\b/;
const QUOTED = /\\[^]|'(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*"|`(?:\\[^]|[^`\\])*`/g;

/** Windmill's own rule for what is run as a function body. */
const isBody = (code: string): boolean => STATEMENT.test(code) || code.replace(QUOTED, '').includes(';');

const uses = (code: string, word: string): boolean => new RegExp(`(?<![\\w$.])${word}(?![\\w$])`).test(code);

/** The template of an expression. */
export function template(code: string, seen: Seen): string {
  const names: string[] = [];
  if (seen.first) {
    for (const name of ['previous_result', 'result']) if (uses(code, name)) names.push(`const ${name} = flow_input;`);
  }
  if (seen.approval !== null) {
    const from = `results[${JSON.stringify(seen.approval)}]`;
    for (const name of ['resume', 'resumes', 'approvers']) {
      if (uses(code, name)) names.push(`const ${name} = ${from}?.${name};`);
    }
  }
  if (names.length === 0) return `{{ ${code} }}`;
  return `{{ ${names.join(' ')} ${isBody(code) ? code : `return (\n${code}\n);`} }}`;
}

/** A value without templates: `{{` is itself. */
export function literal(value: Json): Json {
  if (typeof value === 'string') {
    return value.replace(/(\\*)\{\{/g, (_, slashes: string) => `${slashes}${slashes}\\{{`);
  }
  if (Array.isArray(value)) return value.map(literal);
  if (!isObject(value)) return value;
  const copy: { [key: string]: Json } = {};
  for (const [key, member] of Object.entries(value)) {
    Object.defineProperty(copy, key, { value: literal(member), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

const REFERENCE = /^\$(?:res|var):/;

/** An input transform, or the plain value that older files have in its place. */
export function transform(place: Place, key: string, value: Json, seen: Seen): Json {
  if (!isObject(value) || typeof value.type !== 'string') return literal(value);
  const at = place.at(value, key);
  if (value.type === 'javascript') {
    const { expr } = value;
    if (typeof expr === 'string') return expr.trim() === '' ? null : template(expr, seen);
    at.report('missing-field', `${key} of ${place.node ?? 'the flow'} needs expr, the text of its expression.`);
    return null;
  }
  if (value.type === 'static') {
    const given = value.value ?? null;
    if (typeof given === 'string' && REFERENCE.test(given)) {
      at.unsupported(
        `${key} of ${place.node ?? 'the flow'} is ${given}, which lies in a Windmill workspace. Give the value itself.`,
        'value',
      );
    }
    return literal(given);
  }
  if (value.type === 'ai') return null;
  at.report(
    'bad-value',
    `${key} of ${place.node ?? 'the flow'} has the type ${value.type}; it must be static or javascript.`,
    'type',
  );
  return null;
}

/** All input transforms of a step, by argument. */
export function transforms(place: Place, seen: Seen): { [key: string]: Json } {
  const given = place.object('input_transforms') ?? place.object('input_transform');
  const inputs: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(given?.fields ?? {})) {
    const made = transform(given as Place, key, value, seen);
    Object.defineProperty(inputs, key, { value: made, enumerable: true, configurable: true, writable: true });
  }
  return inputs;
}

/** A number that must be known before the run; a transform or a plain number. */
export function constantOf(value: Json | undefined): number | null {
  const inner = isObject(value) ? (value.type === 'static' ? value.value : jsonNumber(value.expr)) : value;
  return typeof inner === 'number' && Number.isFinite(inner) ? inner : null;
}
