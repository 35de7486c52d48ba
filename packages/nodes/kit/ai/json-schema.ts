/**
 * Owns JSON Schemas in AI nodes: checking values against them, finding JSON in what a model wrote, and the short form
 * in which people declare fields. Loads the checker when it is first used. Does not call models.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject, put, type JsonObject } from '../paths.ts';

/** What is wrong with the value, in words; null when it fits. */
export type Check = (value: Json) => string | null;

const MOST_CHECKS = 100;
const MOST_PROBLEMS = 5;
const checks = new Map<string, Check>();

/** Throws a FailureError about parameter `name` when the schema is none. */
export async function checkFor(schema: JsonObject, name: string): Promise<Check> {
  const key = JSON.stringify(schema);
  const known = checks.get(key);
  if (known !== undefined) return known;
  const [{ Ajv2020 }, formats] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')]);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true, logger: false });
  formats.default.default(ajv);
  // The dialect is named for other readers; this checker would look for its definition.
  const { $schema: _dialect, ...plain } = schema;
  let validate: ReturnType<typeof ajv.compile>;
  try {
    validate = ajv.compile(plain);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FailureError(
      failure('bad-value', `${name} is not a valid JSON Schema: ${why}.`, { retry: 'no', fix: `Correct ${name}.` }),
    );
  }
  const check: Check = (value) => {
    if (validate(value) === true) return null;
    const problems = (validate.errors ?? []).map(
      (e) => `${e.instancePath === '' ? 'the value' : e.instancePath} ${e.message}`,
    );
    const more = problems.length - MOST_PROBLEMS;
    return [...problems.slice(0, MOST_PROBLEMS), ...(more > 0 ? [`${more} more`] : [])].join('; ');
  };
  if (checks.size >= MOST_CHECKS) checks.clear();
  checks.set(key, check);
  return check;
}

export function parsed(text: string): { value: Json } | null {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return null;
  }
}

/** The JSON in what a model wrote: all of it, a fenced block, or what stands between the outermost brackets. */
export function jsonIn(text: string): { value: Json } | null {
  const whole = parsed(text.trim());
  if (whole !== null) return whole;
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)?.[1];
  const block = fenced === undefined ? null : parsed(fenced);
  if (block !== null) return block;
  const first = text.search(/[[{]/);
  const last = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  return first < 0 || last < first ? null : parsed(text.slice(first, last + 1));
}

const TYPES: Record<string, JsonObject> = {
  string: { type: 'string' },
  text: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  bool: { type: 'boolean' },
  object: { type: 'object' },
  select: { type: 'string' },
};

/** Types that a declared field may have. */
export const FIELD_TYPES = [
  'string',
  'number',
  'integer',
  'boolean',
  'select',
  'object',
  'array',
  'array[string]',
  'array[number]',
  'array[integer]',
  'array[boolean]',
  'array[object]',
] as const;

export interface Field {
  name: string;
  type: string;
  description: string;
  required: boolean;
  options: Json[];
}

function fieldSchema(field: Field): JsonObject {
  const inner = /^array(?:\[(\w+)\])?$/.exec(field.type);
  const described = field.description === '' ? {} : { description: field.description };
  const choices = field.options.length > 0 ? { enum: field.options } : {};
  if (inner === null) return { ...TYPES[field.type], ...choices, ...described };
  const items = inner[1] === undefined ? {} : { ...TYPES[inner[1]], ...choices };
  return { type: 'array', items, ...described };
}

/** The JSON Schema of an object with these fields and no others. Those that need not be there may be null. */
export function objectSchema(fields: readonly Field[]): JsonObject {
  const properties: JsonObject = {};
  for (const field of fields) {
    const schema = fieldSchema(field);
    put(properties, field.name, field.required ? schema : { anyOf: [schema, { type: 'null' }] });
  }
  return { type: 'object', properties, required: fields.map((field) => field.name), additionalProperties: false };
}

/** Whether a parameter holds a JSON Schema rather than fields by name. */
export function isSchema(value: Json | undefined): value is JsonObject {
  return isObject(value) && (typeof value['type'] === 'string' || isObject(value['properties']) || '$ref' in value);
}
